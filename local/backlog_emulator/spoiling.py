"""What a fault makes of an answer: each kind is one function from Backlog's own response to another one."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING

import orjson
from starlette.responses import Response

from backlog_emulator.broken import JSON, Cut, Drip, Reset
from backlog_emulator.errors import (
    LICENCE,
    TOO_MANY_REQUESTS,
    ApiError,
    code_of,
    error_body,
    feature_off,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.faults import Fault
    from backlog_emulator.switches import Switches

_LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Login</title></head><body><form>ログイン</form></body></html>"


def instead(fault: Fault) -> Response | None:
    """The response that something in front of Backlog gives, so that Backlog never sees the request."""
    make = _INSTEAD.get(fault.kind)
    return make(fault) if make else None


def spoiled(fault: Fault | None, response: Response, switches: Switches) -> Response:
    """Backlog's own response as the fault leaves it, but for the headers."""
    if fault is None:
        return response
    if fault.kind in _REFUSALS:
        error = _REFUSALS[fault.kind](fault)
        return Response(error.body(), status_code=error.status(switches), media_type=JSON)
    spoil = _SPOILED.get(fault.kind)
    return spoil(fault, response) if spoil else response


def dated(fault: Fault | None, response: Response) -> None:
    """Set the headers that a fault wants on any response, and the moment of it, which the fault may skew."""
    skew = fault.seconds if fault and fault.kind == "skew" else 0
    response.headers["Date"] = format_datetime(datetime.fromtimestamp(time.time() + skew, timezone.utc), usegmt=True)
    if fault is None:
        return
    if fault.kind == "storm":
        reset = str(int(time.time() + fault.seconds) + 1)
        response.headers.update({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})
    for name, value in fault.headers.items():
        if value is not None:
            response.headers[name] = value
        elif name in response.headers:
            del response.headers[name]


def _page(fault: Fault) -> Response:
    return Response(_LOGIN_PAGE, status_code=fault.status or 200, media_type="text/html; charset=utf-8")


def _status(fault: Fault, _: Response) -> Response:
    status = fault.status or 503
    return Response(error_body(code_of(status), fault.message), status_code=status, media_type=JSON)


def _json(fault: Fault, _: Response) -> Response:
    return Response(orjson.dumps(fault.body), status_code=fault.status or 200, media_type=JSON)


def _half(fault: Fault, whole: Response) -> Response:
    return Response(whole.body[: int(len(whole.body) * fault.share)], media_type=JSON)


_INSTEAD: dict[str, Callable[[Fault], Response]] = {
    "reset": lambda _: Reset(),
    "html": _page,
    "redirect": lambda fault: Response(status_code=302, headers={"Location": fault.location}),
}
_REFUSALS: dict[str, Callable[[Fault], ApiError]] = {
    "storm": lambda _: ApiError(TOO_MANY_REQUESTS, "You have sent too many requests."),
    "error": lambda fault: ApiError(fault.code, fault.message),
    "feature_off": lambda fault: feature_off(fault.feature),
    "unlicensed": lambda fault: ApiError(LICENCE, f"The plan does not have this feature: {fault.feature}"),
}
_SPOILED: dict[str, Callable[[Fault, Response], Response]] = {
    "status": _status,
    "empty": lambda *_: Response(b"", media_type=JSON),
    "not_list": lambda *_: Response(b'{"message":"not what was expected"}', media_type=JSON),
    "json": _json,
    "half": _half,
    "cut": lambda fault, whole: Cut(whole, fault.share),
    "cut_chunked": lambda fault, whole: Cut(whole, fault.share, chunked=True),
    "reset_midway": lambda fault, whole: Cut(whole, fault.share, reset=True),
    "drip": lambda fault, whole: Drip(whole, fault.seconds),
}

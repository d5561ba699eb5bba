"""Responses that go wrong: what a fault makes of an answer, down to the connection."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

from starlette.responses import Response

from backlog_emulator.errors import code_of, error_body

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

    from backlog_emulator.faults import Fault

JSON = "application/json;charset=utf-8"
_LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Login</title></head><body><form>ログイン</form></body></html>"
# Closing with this option sends a TCP reset instead of an orderly end.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Reset(Response):
    """Closes the connection by a TCP reset, without a byte of an answer."""

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        """Break the connection and wait until that is noticed."""
        transport = _transport(scope)
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
        await _disconnected(receive)


class Cut(Response):
    """Announces the whole body in Content-Length, sends half of it and closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the headers and half of the body, and hang up."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})
        _transport(scope).close()
        await _disconnected(receive)


def instead(fault: Fault) -> Response | None:
    """The response that something in front of Backlog gives, so that Backlog never sees the request."""
    make = _INSTEAD.get(fault.kind)
    return make(fault) if make else None


def spoiled(fault: Fault | None, response: Response) -> Response:
    """Backlog's own response as the fault leaves it."""
    if fault is None:
        return response
    if fault.kind == "status":
        body = error_body(code_of(fault.status), "Scripted fault.")
        return Response(body, status_code=fault.status, media_type=JSON)
    if fault.kind == "empty":
        return Response(b"", media_type=JSON)
    if fault.kind == "not_list":
        return Response(b'{"message":"not what was expected"}', media_type=JSON)
    return Cut(response.body, media_type=JSON) if fault.kind == "cut" else response


_INSTEAD: dict[str, Callable[[Fault], Response]] = {
    "reset": lambda _: Reset(),
    "html": lambda _: Response(_LOGIN_PAGE, media_type="text/html; charset=utf-8"),
    "redirect": lambda fault: Response(status_code=302, headers={"Location": fault.location}),
}


def _transport(scope: Scope) -> asyncio.Transport:
    transport: asyncio.Transport = scope["state"]["transport"]
    return transport


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

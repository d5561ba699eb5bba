"""The way of an API request: fault or not, whose key, enough left of the bucket, endpoint, headers."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route, Router

from backlog_emulator.api.table import ENDPOINTS
from backlog_emulator.broken import JSON
from backlog_emulator.call import Call
from backlog_emulator.errors import AUTHENTICATION, TOO_MANY_REQUESTS, ApiError, no_resource
from backlog_emulator.query import Query
from backlog_emulator.rates import bucket_of
from backlog_emulator.request_log import logged
from backlog_emulator.spoiling import dated, instead, spoiled

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from backlog_emulator.call import Endpoint
    from backlog_emulator.emulator import Emulator
    from backlog_emulator.records import User

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def api(emulator: Emulator) -> ASGIApp:
    """Everything below `/api/v2`, with its requests written down."""
    routes = [_route(emulator, path, endpoint) for path, endpoint in ENDPOINTS.items()]
    routes.append(_route(emulator, "/{anything:path}", _undefined))
    return logged(Router(routes), emulator.requests)


def _route(emulator: Emulator, path: str, endpoint: Endpoint) -> Route:
    async def answer(request: Request) -> Response:
        # Even without a latency this lets requests that came at the same time be counted as such.
        await asyncio.sleep(emulator.space.switches.latency_ms / 1000)
        with emulator.space.lock:
            _meanwhile(emulator, request)
        fault = emulator.faults.strike(request.url.path)
        response = instead(fault) if fault else None
        if response is None:
            await asyncio.sleep(fault.seconds if fault and fault.kind == "slow" else 0)
            with emulator.space.lock:
                own, allowance = _serve(emulator, request, endpoint)
            response = spoiled(fault, own, emulator.space.switches)
            response.headers.update(allowance)
        dated(fault, response)
        return response

    return Route(path, answer, methods=_METHODS)


def _meanwhile(emulator: Emulator, request: Request) -> None:
    """What tests let happen between the reader's last request and this one."""
    emulator.script.take(emulator.space, request.url.path)
    if emulator.space.before_request:
        emulator.space.before_request(request)


def _serve(emulator: Emulator, request: Request, endpoint: Endpoint) -> tuple[Response, dict[str, str]]:
    """Backlog's answer and its rate limit headers."""
    space, rates, now = emulator.space, emulator.rates, time.time()
    query = Query(request.scope["query_string"])
    user = _user(emulator, request, query)
    bucket = bucket_of(request.method, request.url.path.removeprefix("/api/v2"))
    try:
        caller = _admitted(emulator, request, user, bucket, now)
        chosen = endpoint if request.method == "GET" else _undefined
        body = chosen(Call(space, rates, emulator.memory, caller, request.path_params, query))
        response = body if isinstance(body, Response) else Response(body, media_type=JSON)
    except ApiError as error:
        response = Response(error.body(), status_code=error.status(space.switches), media_type=JSON)
    return response, rates.state(user, bucket, now).headers()


def _user(emulator: Emulator, request: Request, query: Query) -> User | None:
    user = emulator.keys.get(request.headers.get("backlog-api-key") or query.one("apiKey") or "")
    return None if user is None or user.deleted else user


def _admitted(emulator: Emulator, request: Request, user: User | None, bucket: str, now: float) -> User:
    """The caller, who has a good key and something left of the bucket."""
    if user is None:
        raise ApiError(AUTHENTICATION, "Authentication failure.")
    free = request.url.path == "/api/v2/rateLimit" and not emulator.space.switches.rate_limit_counts
    if not free and not emulator.rates.take(user, bucket, now):
        raise ApiError(TOO_MANY_REQUESTS, "You have sent too many requests.")
    return user


def _undefined(_call: Call) -> bytes:
    raise no_resource("Undefined resource.")

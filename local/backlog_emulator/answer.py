"""The way of an API request: fault or not, whose key, enough left of the bucket, endpoint, headers."""

from __future__ import annotations

import asyncio
import time
from functools import partial
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
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from backlog_emulator.call import Endpoint
    from backlog_emulator.emulator import Emulator
    from backlog_emulator.records import User

    Serve = Callable[[Request, bytes], tuple[Response, dict[str, str]]]

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def api(emulator: Emulator) -> ASGIApp:
    """Everything below `/api/v2`, with its requests written down."""
    routes = [_route(emulator, path, partial(_serve, emulator, endpoint)) for path, endpoint in ENDPOINTS.items()]
    routes.insert(0, _route(emulator, "/oauth2/token", partial(_token, emulator)))
    routes.append(_route(emulator, "/{anything:path}", partial(_serve, emulator, _undefined)))
    return logged(Router(routes), emulator.requests)


def browser(emulator: Emulator) -> Route:
    """The page on which a user authorizes the app, who consents at once."""

    async def answer(request: Request) -> Response:
        with emulator.space.lock:
            user = emulator.keys[emulator.api_key]
            where = emulator.oauth.redirect(user, request.query_params)
        return Response(status_code=302, headers={"Location": where}) if where else Response(status_code=400)

    return Route("/OAuth2AccessRequest.action", answer)


def _route(emulator: Emulator, path: str, serve: Serve) -> Route:
    async def answer(request: Request) -> Response:
        sent = await request.body()
        # Even without a latency this lets requests that came at the same time be counted as such.
        await asyncio.sleep(emulator.space.switches.latency_ms / 1000)
        with emulator.space.lock:
            _meanwhile(emulator, request)
        fault = emulator.faults.strike(request.url.path)
        response = instead(fault) if fault else None
        if response is None:
            await asyncio.sleep(fault.seconds if fault and fault.kind == "slow" else 0)
            with emulator.space.lock:
                own, allowance = serve(request, sent)
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


def _token(emulator: Emulator, request: Request, sent: bytes) -> tuple[Response, dict[str, str]]:
    """The token endpoint's answer, which no user's limit pays for."""
    if request.method != "POST":
        return _serve(emulator, _undefined, request, sent)
    return emulator.oauth.token(sent, time.time()), {}


def _serve(emulator: Emulator, endpoint: Endpoint, request: Request, _sent: bytes) -> tuple[Response, dict[str, str]]:
    """Backlog's answer and its rate limit headers."""
    space, rates, now = emulator.space, emulator.rates, time.time()
    query = Query(request.scope["query_string"])
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    user = emulator.oauth.user_of(bearer, now) if bearer else _user(emulator, request, query)
    bucket = bucket_of(request.method, request.url.path.removeprefix("/api/v2"))
    if bearer and user is None:
        return emulator.oauth.refusal(bearer), rates.state(None, bucket, now).headers()
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

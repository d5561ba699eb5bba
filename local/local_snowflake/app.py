"""The account's HTTP interface: fakesnow's own, with our login, refusals, statement log and prompt errors around it."""

import asyncio
import gzip
import json
import secrets
from typing import Any

from fakesnow.expr import normalise_ident
from fakesnow.server import query_request, routes, to_token
from fakesnow.server import session as session_request
from fakesnow.transforms import SERVER_VERSION
from snowflake.connector.errors import ProgrammingError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_snowflake import sessions
from local_snowflake.corrections.errors import as_programming_error
from local_snowflake.roles import refusal
from local_snowflake.sessions import State

# What a login tells the client. The threshold keeps array binding inline; telemetry would find nobody here.
_PARAMETERS = {
    "AUTOCOMMIT": True,
    "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY": 3600,
    "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD": 0,
    "CLIENT_TELEMETRY_ENABLED": False,
}

# Seconds after which a client is told to ask again, as an account does.
PATIENCE = 30.0
IN_PROGRESS = "333333"


def create_app(state: State) -> Starlette:
    """The application that serves an account."""
    own = [
        Route("/session/v1/login-request", login, methods=["POST"]),
        Route("/session", session, methods=["POST"]),
        Route("/queries/v1/query-request", query, methods=["POST"]),
        Route("/queries/{id}/answer", query_answer, methods=["GET"]),
        Route("/control/statements", list_statements, methods=["GET"]),
        Route("/control/statements", clear_statements, methods=["DELETE"]),
    ]
    # The first route that fits is taken.
    app = Starlette(routes=[*own, *routes], exception_handlers={Exception: unexpected})
    app.state.account = state
    return app


async def login(request: Request) -> JSONResponse:
    """Open a session. Any user and password will do; the role decides what it may do."""
    settings = (await _body(request))["data"].get("SESSION_PARAMETERS") or {}
    names = {
        key: (given := request.query_params.get(f"{key}Name")) and normalise_ident(given)
        for key in ("database", "schema", "role", "warehouse")
    }
    parameters = {**_PARAMETERS, "AUTOCOMMIT": settings.get("AUTOCOMMIT", True)}
    state = _state(request)
    connection = state.engine.connect(names["database"], names["schema"], autocommit=parameters["AUTOCOMMIT"])
    token = secrets.token_urlsafe(32)
    opened = sessions.begin(state, token, names["role"] or "", connection, settings.get("QUERY_TAG", ""))
    data = {
        "token": token,
        "masterToken": token,  # a client that has none does not log out
        "sessionId": opened.id,
        "serverVersion": SERVER_VERSION,
        "parameters": [{"name": name, "value": value} for name, value in parameters.items()],
        "sessionInfo": {f"{key}Name": name for key, name in names.items()},
    }
    return JSONResponse({"data": data, "success": True})


async def session(request: Request) -> Response:
    """End a session, or answer whether it is alive."""
    response = await session_request(request)
    if request.query_params.get("delete") and response.status_code == 200:
        sessions.end(_state(request), to_token(request))
    return response


async def query(request: Request) -> Response:
    """Run one statement."""
    state = _state(request)
    body = await _body(request)
    token = to_token(request) if "Authorization" in request.headers else ""
    opened = state.sessions.get(token)
    if opened is None:
        return await query_request(request)  # which tells the client to log in
    sql = body["sqlText"]
    # A statement may bring a tag of its own.
    state.log.add(opened.id, sql, (body.get("parameters") or {}).get("QUERY_TAG", opened.tag))
    if error := refusal(opened.role, sql, opened.connection.schema):
        return failure(error)
    state.running[name := secrets.token_hex(8)] = asyncio.create_task(_answered_at_once(request))
    return await _answer_of(name, request, token)


async def query_answer(request: Request) -> Response:
    """Answer a statement that took too long to be answered when it was sent."""
    if request.path_params["id"] not in _state(request).running:
        return Response(status_code=404)
    return await _answer_of(request.path_params["id"], request, to_token(request))


async def _answer_of(name: str, request: Request, token: str) -> Response:
    """What a statement comes to; where to ask for it if that takes long: clients lose patience, and send it again."""
    state = _state(request)
    if request.client is not None:
        state.addresses[token] = (request.client.host, request.client.port)
    task = state.running[name]
    await asyncio.wait([task], timeout=PATIENCE)
    if await request.is_disconnected():
        sessions.end(state, token)
    if not task.done():
        data = {"queryId": name, "getResultUrl": f"/queries/{name}/answer"}
        message = "the statement is still running"
        return JSONResponse({"data": data, "code": IN_PROGRESS, "message": message, "success": True})
    del state.running[name]
    return task.result()


async def _answered_at_once(request: Request) -> Response:
    """What fakesnow answers; where that is HTTP 500, which clients repeat for minutes, a plain failure."""
    response = await query_request(request)
    if response.status_code != 500:
        return response
    message = json.loads(bytes(response.body))["message"]
    return failure(as_programming_error(RuntimeError(message)))


def unexpected(_: Request, error: Exception) -> JSONResponse:
    """The answer where our own code, or fakesnow's, broke; the server's log has the traceback."""
    return failure(as_programming_error(error))


def failure(error: ProgrammingError) -> JSONResponse:
    """The answer to a statement that failed."""
    code = f"{error.errno:06d}"
    data = {"errorCode": code, "sqlState": error.sqlstate}
    return JSONResponse({"data": data, "code": code, "message": error.raw_msg, "success": False})


async def list_statements(request: Request) -> JSONResponse:
    """The statement log: [[session id, SQL text], …]."""
    return JSONResponse(_state(request).log.all())


async def clear_statements(request: Request) -> Response:
    """Empty the statement log."""
    _state(request).log.clear()
    return Response(status_code=204)


async def _body(request: Request) -> dict[str, Any]:
    """The JSON of a request, which clients may have compressed."""
    body = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return dict(json.loads(body))


def _state(request: Request) -> State:
    state: State = request.app.state.account
    return state

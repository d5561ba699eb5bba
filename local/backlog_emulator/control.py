"""What tests and demos do to the emulator, below `/control`: no key, no limits.

Errors are status 400, or 404 for a truth that nobody keeps, with `{"error": …}`, which says what would be right.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response
from starlette.routing import Route, Router

from backlog_emulator.api.table import TRUTHS
from backlog_emulator.broken import JSON
from backlog_emulator.call import Call
from backlog_emulator.edits import perform
from backlog_emulator.graves import BURIED
from backlog_emulator.query import Query
from backlog_emulator.switches import documented

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from backlog_emulator.emulator import Emulator

    Action = Callable[[Emulator, Any], Any]


def truth(emulator: Emulator, endpoint: str) -> bytes:
    """All records of an endpoint as the API would give them to the default key: a JSON array."""
    if endpoint not in TRUTHS:
        raise ValueError(f"no truth about {endpoint!r}; there is one about: {', '.join(TRUTHS)}")
    owner = emulator.keys[emulator.api_key]
    call = Call(emulator.space, emulator.rates, emulator.memory, owner, {}, Query(b""))
    return call.body(list(TRUTHS[endpoint](call)))


def buried(emulator: Emulator, endpoint: str) -> bytes:
    """What has been deleted of an endpoint: a JSON array of ids with moment and cause, in order of time."""
    if endpoint not in BURIED:
        raise ValueError(f"no word of deleted {endpoint!r}; there is of: {', '.join(BURIED)}")
    return emulator.space.bodies.dumps(emulator.space.graves.listed(endpoint))


def control(emulator: Emulator) -> Router:
    """Everything below `/control`."""
    actions = [_action(emulator, method, path, act) for (method, path), act in CONTROLS.items()]
    return Router([*actions, _truth_route(emulator)])


def _advance(emulator: Emulator, given: dict[str, Any]) -> dict[str, Any]:
    return emulator.space.advance(**given)


def _edit(emulator: Emulator, given: Any) -> Any:
    edits = given if isinstance(given, list) else [given]
    done = [perform(emulator.space, each) for each in edits]
    return done if isinstance(given, list) else done[0]


def _switch(emulator: Emulator, given: dict[str, Any]) -> dict[str, Any]:
    emulator.space.switch(**given)
    return asdict(emulator.space.switches)


def _order_faults(emulator: Emulator, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    emulator.faults.replace(given)
    return [asdict(fault) for fault in emulator.faults.script]


def _write_script(emulator: Emulator, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    emulator.script.replace(given)
    return [asdict(step) for step in emulator.script.steps]


def _keys(emulator: Emulator, _given: None) -> list[dict[str, Any]]:
    return [
        {"key": key, "user": user.name, "projects": [each.key for each in emulator.space.projects_of(user)]}
        for key, user in emulator.keys.items()
    ]


def _authorize(emulator: Emulator, given: dict[str, Any]) -> dict[str, str]:
    key = given.get("key", emulator.api_key)
    if key not in emulator.keys:
        raise ValueError("no such key; /control/keys lists them")
    return emulator.oauth.authorize(emulator.keys[key])


# By method and path.
CONTROLS: dict[tuple[str, str], Action] = {
    ("POST", "/advance"): _advance,
    ("POST", "/edit"): _edit,
    ("GET", "/switches"): lambda emulator, _: asdict(emulator.space.switches),
    ("PATCH", "/switches"): _switch,
    ("GET", "/switches/unknowns"): lambda *_: documented(),
    ("GET", "/keys"): _keys,
    ("POST", "/authorize"): _authorize,
    ("GET", "/requests"): lambda emulator, _: emulator.requests.listed(),
    ("DELETE", "/requests"): lambda emulator, _: emulator.requests.entries.clear(),
    ("GET", "/faults"): lambda emulator, _: [asdict(fault) for fault in emulator.faults.script],
    ("POST", "/faults"): _order_faults,
    ("DELETE", "/faults"): lambda emulator, _: _order_faults(emulator, []),
    ("GET", "/script"): lambda emulator, _: [asdict(step) for step in emulator.script.steps],
    ("POST", "/script"): _write_script,
    ("DELETE", "/script"): lambda emulator, _: _write_script(emulator, []),
}


def _action(emulator: Emulator, method: str, path: str, act: Action) -> Route:
    async def answer(request: Request) -> Response:
        given = await request.body()
        try:
            with emulator.space.lock:
                # The library's own reader, because orjson refuses lone surrogates.
                result = emulator.space.bodies.dumps(act(emulator, json.loads(given) if given else {}))
        except (ValueError, TypeError) as error:
            return _refusal(400, error)
        return Response(result, media_type=JSON)

    return Route(path, answer, methods=[method])


def _refusal(status: int, error: Exception) -> Response:
    return Response(orjson.dumps({"error": str(error)}), status_code=status, media_type=JSON)


def _truth_route(emulator: Emulator) -> Route:
    async def answer(request: Request) -> Response:
        try:
            with emulator.space.lock:
                tell = buried if request.query_params.get("deleted") == "true" else truth
                return Response(tell(emulator, request.path_params["endpoint"]), media_type=JSON)
        except ValueError as error:
            return _refusal(404, error)

    return Route("/truth/{endpoint}", answer)

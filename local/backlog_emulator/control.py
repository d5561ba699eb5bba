"""What tests and demos do to the emulator, below `/control`: no key, no limits.

Errors are status 400, or 404 for a truth that nobody keeps, with `{"error": …}`, which says what would be right.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response
from starlette.routing import Route, Router

from backlog_emulator.api.activities import remembered, visible_to
from backlog_emulator.api.projects import visible_projects
from backlog_emulator.api.users import living_users
from backlog_emulator.broken import JSON
from backlog_emulator.call import Call
from backlog_emulator.edits import perform
from backlog_emulator.query import Query
from backlog_emulator.switches import documented

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request

    from backlog_emulator.emulator import Emulator

    Action = Callable[[Emulator, Any], Any]


def _issues(call: Call) -> Iterable[object]:
    return (issue for issue in call.space.issues.values() if call.joined(issue.project))


def _activities(call: Call) -> Iterable[object]:
    return filter(visible_to(call), remembered(call))


# Every record that the default key can see, in ascending order of id.
TRUTHS: dict[str, Callable[[Call], Iterable[object]]] = {
    "projects": visible_projects,
    "users": living_users,
    "issues": _issues,
    "activities": _activities,
}


def truth(emulator: Emulator, endpoint: str) -> bytes:
    """All records of an endpoint as the API would give them to the default key: a JSON array."""
    if endpoint not in TRUTHS:
        raise ValueError(f"no truth about {endpoint!r}; there is one about: {', '.join(TRUTHS)}")
    owner = emulator.keys[emulator.api_key]
    call = Call(emulator.space, emulator.rates, emulator.memory, owner, {}, Query(b""))
    return call.listed(TRUTHS[endpoint](call))


def control(emulator: Emulator) -> Router:
    """Everything below `/control`."""
    actions = [_action(emulator, method, path, act) for (method, path), act in _ACTIONS.items()]
    return Router([*actions, _truth_route(emulator)])


def _advance(emulator: Emulator, given: dict[str, Any]) -> dict[str, Any]:
    return emulator.space.advance(**given)


def _switch(emulator: Emulator, given: dict[str, Any]) -> dict[str, Any]:
    emulator.space.switch(**given)
    return asdict(emulator.space.switches)


def _script(emulator: Emulator, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    emulator.faults.replace(given)
    return [asdict(fault) for fault in emulator.faults.script]


def _keys(emulator: Emulator, _given: None) -> list[dict[str, Any]]:
    return [
        {"key": key, "user": user.name, "projects": [each.key for each in emulator.space.projects_of(user)]}
        for key, user in emulator.keys.items()
    ]


_ACTIONS: dict[tuple[str, str], Action] = {
    ("POST", "/advance"): _advance,
    ("POST", "/edit"): lambda emulator, given: perform(emulator.space, given),
    ("GET", "/switches"): lambda emulator, _: asdict(emulator.space.switches),
    ("PATCH", "/switches"): _switch,
    ("GET", "/switches/unknowns"): lambda *_: documented(),
    ("GET", "/keys"): _keys,
    ("GET", "/requests"): lambda emulator, _: emulator.requests.listed(),
    ("DELETE", "/requests"): lambda emulator, _: emulator.requests.entries.clear(),
    ("GET", "/faults"): lambda emulator, _: [asdict(fault) for fault in emulator.faults.script],
    ("POST", "/faults"): _script,
    ("DELETE", "/faults"): lambda emulator, _: _script(emulator, []),
}


def _action(emulator: Emulator, method: str, path: str, act: Action) -> Route:
    async def answer(request: Request) -> Response:
        given = await request.body()
        try:
            with emulator.space.lock:
                result = act(emulator, orjson.loads(given) if given else {})
        except (ValueError, TypeError) as error:
            return _refusal(400, error)
        return Response(orjson.dumps(result), media_type=JSON)

    return Route(path, answer, methods=[method])


def _refusal(status: int, error: Exception) -> Response:
    return Response(orjson.dumps({"error": str(error)}), status_code=status, media_type=JSON)


def _truth_route(emulator: Emulator) -> Route:
    async def answer(request: Request) -> Response:
        try:
            with emulator.space.lock:
                return Response(truth(emulator, request.path_params["endpoint"]), media_type=JSON)
        except ValueError as error:
            return _refusal(404, error)

    return Route("/truth/{endpoint}", answer)

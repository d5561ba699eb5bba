"""Users. The list is for administrators of the space or of a project; anybody may see single users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.call import picked
from backlog_emulator.download import icon

if TYPE_CHECKING:
    from starlette.responses import Response

    from backlog_emulator.call import Call, Endpoint, Truth
    from backlog_emulator.records import User


def living_users(call: Call) -> list[User]:
    """Everybody who is still in the space."""
    return [user for user in call.space.users.values() if not user.deleted]


def user_of(call: Call) -> User:
    """The user whom the path names by id; error 6 when there is none."""
    living = {user.id: user for user in living_users(call)}
    user: User = picked(living, call.path["user"], "No user.")
    return user


def _users(call: Call) -> bytes:
    call.some_administrator(call.space.projects.values())
    return call.listed(living_users(call))


def _myself(call: Call) -> bytes:
    return call.space.bodies.of(call.user)


def _user(call: Call) -> bytes:
    return call.space.bodies.of(user_of(call))


def _icon(call: Call) -> Response:
    user_of(call)
    return icon()


ENDPOINTS: dict[str, Endpoint] = {
    "/users": _users,
    "/users/myself": _myself,
    "/users/{user}": _user,
    "/users/{user}/icon": _icon,
}

TRUTHS: dict[str, Truth] = {"users": living_users}

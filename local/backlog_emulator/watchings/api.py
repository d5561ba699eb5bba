"""Watchings of a user: paged by offset, counted, and one by one.

Source: https://developer.nulab.com/docs/backlog/api/2/get-watching-list/ and its neighbours.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from backlog_emulator.api.users import living_users, user_of
from backlog_emulator.call import picked
from backlog_emulator.errors import forbidden, no_resource
from backlog_emulator.paging import offset_page
from backlog_emulator.watchings.shapes import single

if TYPE_CHECKING:
    from collections.abc import Container

    from backlog_emulator.call import Call, Endpoint, Truth
    from backlog_emulator.records import User
    from backlog_emulator.watchings.records import Watching

_SORTS = {"created": "created", "updated": "updated", "issueUpdated": "issue.updated"}


def _readable(call: Call, user: User) -> bool:
    return user is call.user or call.space.switches.others_watchings


def _kept(call: Call, users: Container[User]) -> list[Watching]:
    """Watchings of some users on issues that the caller can see."""
    joined = set(call.space.projects_of(call.user))
    kept = (each for each in call.space.watchings.values() if each.user in users)
    return [each for each in kept if each.project in joined and each.lasts(call.space)]


def _found(call: Call, *flags: str) -> list[Watching]:
    user = user_of(call)
    if not _readable(call, user):
        raise forbidden()
    asked, issues = [call.query.flag(flag) for flag in flags], call.query.integers("issueId[]")
    return [
        each
        for each in _kept(call, [user])
        if all(wanted in (None, each.already_read) for wanted in asked) and (not issues or each.issue.id in issues)
    ]


def _watchings(call: Call) -> bytes:
    query, found = call.query, _found(call, "resourceAlreadyRead")
    key = _SORTS[query.choice("sort", _SORTS, "issueUpdated")]
    descending = query.choice("order", ("asc", "desc"), "desc") == "desc"
    found.sort(key=attrgetter(key, "id"), reverse=descending)
    return call.listed(offset_page(found, query, call.space.switches))


def _count(call: Call) -> bytes:
    return call.body({"count": len(_found(call, "resourceAlreadyRead", "alreadyRead"))})


def _watching(call: Call) -> bytes:
    watching: Watching = picked(call.space.watchings, call.path["watching"], "No watching.")
    if not _readable(call, watching.user) or watching not in _kept(call, [watching.user]):
        raise no_resource("No watching.")
    return call.body(single(watching))


def _all(call: Call) -> list[dict[str, Any]]:
    users = {user for user in living_users(call) if _readable(call, user)}
    return [call.shaped(each, userId=each.user.id) for each in _kept(call, users)]


ENDPOINTS: dict[str, Endpoint] = {
    "/users/{user}/watchings": _watchings,
    "/users/{user}/watchings/count": _count,
    "/watchings/{watching}": _watching,
}

TRUTHS: dict[str, Truth] = {"watchings": _all}

"""Memberships that end and begin again while a feed is read: what it left out in between has to be read anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_provider.model.endpoint import at

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from backlog_provider.model.record import Record

# Types of activities: a user joined the project, a team did.
USER_JOINED, TEAM_JOINED = 15, 25


def rejoined_projects(
    records: Iterable[Record], project_of: Callable[[Record], Any], scope: Collection[int], me: Callable[[], int]
) -> list[int]:
    """Return the projects of a scope that the key's user has joined again, as activities tell.

    A list of all projects leaves out one that is out of sight, and says nothing of it: its mark moves on, and whoever
    compares scopes before and after sees no difference. But nobody comes back without an activity that tells of it, and
    it is younger than all that was left out. Who is in a team is not told: any team may be one's own.

    :param me: asks for the id of the key's user; asked only if somebody has joined.
    """
    joined = [r for r in records if r.get("type") in {USER_JOINED, TEAM_JOINED} and project_of(r) in scope]
    own = me() if any(record["type"] == USER_JOINED for record in joined) else None
    mine = [record for record in joined if record["type"] == TEAM_JOINED or own in _users(record)]
    return sorted({project_of(record) for record in mine})


def _users(activity: Record) -> list[Any]:
    users = at(activity, "content.users")
    return [at(user, "id") for user in users] if isinstance(users, list) else []

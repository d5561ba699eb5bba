"""Memberships that end and begin again: the records that a feed left out in between are read again."""

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
    """Return the projects that the key's user has joined again, by the activities.

    A feed of all projects leaves out hidden projects without notice, and its mark moves on. A comparison of the
    visible projects before and after shows no difference. But joining is an activity, newer than everything left out.
    Activities do not say who is in a team, so any team may be the user's.

    :param records: the activities.
    :param project_of: returns the project id of an activity.
    :param scope: the ids of the projects to read.
    :param me: returns the id of the key's user; called only if a user has joined.
    """
    joined = [r for r in records if r.get("type") in {USER_JOINED, TEAM_JOINED} and project_of(r) in scope]
    own = me() if any(record["type"] == USER_JOINED for record in joined) else None
    mine = [record for record in joined if record["type"] == TEAM_JOINED or own in _users(record)]
    return sorted({project_of(record) for record in mine})


def _users(activity: Record) -> list[Any]:
    users = at(activity, "content.users")
    return [at(user, "id") for user in users] if isinstance(users, list) else []

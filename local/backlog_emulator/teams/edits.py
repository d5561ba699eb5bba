"""Scripted changes of teams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.picks import author_of, one_of, project_of
from backlog_emulator.teams import changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.records import User
    from backlog_emulator.space import Space
    from backlog_emulator.teams.records import Team

    Edit = dict[str, Any]


def _create(space: Space, edit: Edit) -> int:
    return changes.create_team(space, edit["name"], _members(space, edit) or [], by=author_of(space, edit)).id


def _update(space: Space, edit: Edit) -> int:
    given, by = edit["fields"], author_of(space, edit)
    members = _members(space, given)
    return changes.update_team(space, _team(space, edit), name=given.get("name"), members=members, by=by).id


def _delete(space: Space, edit: Edit) -> int:
    team = _team(space, edit)
    changes.delete_team(space, team)
    return team.id


def _join(space: Space, edit: Edit) -> int:
    team = _team(space, edit)
    changes.join_project(space, team, project_of(space, edit), by=author_of(space, edit))
    return team.id


def _leave(space: Space, edit: Edit) -> int:
    team = _team(space, edit)
    changes.leave_project(space, team, project_of(space, edit), by=author_of(space, edit))
    return team.id


def _members(space: Space, given: Edit) -> list[User] | None:
    return [space.users[number] for number in given["members"]] if "members" in given else None


def _team(space: Space, edit: Edit) -> Team:
    team: Team = one_of(space, space.teams, edit["team"])
    return team


OPERATIONS: dict[str, Callable[[Space, Edit], int | str | None]] = {
    "create_team": _create,
    "update_team": _update,
    "delete_team": _delete,
    "team_joins": _join,
    "team_leaves": _leave,
}

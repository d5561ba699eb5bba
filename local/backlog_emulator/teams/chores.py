"""The teams that a space begins with, and what happens to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.desk import Desk, Kind, in_project
from backlog_emulator.teams import changes

if TYPE_CHECKING:
    from backlog_emulator.records import Project
    from backlog_emulator.space import Space

_NAMES = ("開発チーム", "Design", "サポート", "Marketing")


def found(space: Space, project: Project) -> None:
    """Make the teams with the first project, which one of them joins, and let every third project have another."""
    if not space.teams:
        _, _, *others = space.users.values()
        for place, name in enumerate(_NAMES):
            changes.create_team(space, name, others[place :: len(_NAMES)])
    number = len(space.projects) - 1
    if number % 3 == 0:
        changes.join_project(space, list(space.teams.values())[number % len(_NAMES)], project)


def _reform(desk: Desk, _project: Project) -> None:
    """Somebody changes his team: the owner and the second user stay without one."""
    _, _, *others = desk.space.users.values()
    team = desk.rng.choice(list(desk.space.teams.values()))
    free = [user for user in others if user not in team.members and not user.deleted]
    if free:
        changes.update_team(desk.space, team, members=[*team.members[1:], desk.rng.choice(free)])


def _join_or_leave(desk: Desk, project: Project) -> None:
    team, by = desk.rng.choice(list(desk.space.teams.values())), desk.space.owner
    if team in project.teams:
        changes.leave_project(desk.space, team, project, by=by)
    else:
        changes.join_project(desk.space, team, project, by=by)


KINDS = {
    "teams_reformed": Kind(in_project(_reform), 0.001),
    "teams_come_and_go": Kind(in_project(_join_or_leave), 0.001),
}

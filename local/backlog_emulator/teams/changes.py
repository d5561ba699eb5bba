"""Teams are made, changed and removed; they join projects and leave them, which alone enters the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.changes.ends import end, end_team_membership
from backlog_emulator.teams.records import Team

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backlog_emulator.records import Activity, Project, User
    from backlog_emulator.space import Space


def create_team(space: Space, name: str, members: Iterable[User], *, by: User | None = None) -> Team:
    """Make a team. No activity."""
    by = by or space.owner
    team = Team(
        id=space.next_id("team"),
        name=name,
        members=list(members),
        display_order=None,
        created_user=by,
        created=space.now,
        updated_user=by,
        updated=space.now,
    )
    space.teams[team.id] = team
    return team


def update_team(
    space: Space,
    team: Team,
    *,
    name: str | None = None,
    members: Iterable[User] | None = None,
    by: User | None = None,
) -> Team:
    """Give a team another name or other members, who see its projects at once. No activity."""
    team.name = name or team.name
    team.members = team.members if members is None else list(members)
    team.updated, team.updated_user = space.now, by or space.owner
    space.revision += 1
    return team


def delete_team(space: Space, team: Team) -> None:
    """Remove a team, also from its projects. No activity."""
    for project in space.projects.values():
        if team in project.teams:
            project.teams.remove(team)
            end_team_membership(space, project, team, "team deleted")
    del space.teams[team.id]
    end(space, "teams", team)
    space.revision += 1


def join_project(space: Space, team: Team, project: Project, *, by: User | None = None) -> Activity:
    """Let a team take part in a project. Activity 25; ValueError when it does already."""
    if team in project.teams:
        raise ValueError(f"{team.name} is in {project.key} already: name another project")
    project.teams.append(team)
    space.graves.fill("project_teams", (project, team))
    return _record(space, 25, team, project, by)


def leave_project(space: Space, team: Team, project: Project, *, by: User | None = None) -> Activity:
    """Let a team leave a project. Activity 26; ValueError when it is not in it."""
    if team not in project.teams:
        raise ValueError(f"{team.name} is not in {project.key}: name one of its projects")
    project.teams.remove(team)
    end_team_membership(space, project, team)
    return _record(space, 26, team, project, by)


def _record(space: Space, kind: int, team: Team, project: Project, by: User | None) -> Activity:
    space.revision += 1
    content: dict[str, Any] = {"parties": [{"id": team.id, "name": team.name}]}
    return space.record(kind, project, content, by or space.owner)

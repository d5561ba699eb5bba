"""Members, administrators and teams of projects.

https://developer.nulab.com/docs/backlog/api/2/get-project-user-list/, …/get-list-of-project-administrators/,
…/get-project-team-list/
"""

from __future__ import annotations

from backlog_provider.catalogue.projects import PROJECTS
from backlog_provider.model.endpoint import Column, Endpoint, Kind, Snapshot, Under, in_project

_EACH_PROJECT = Under(PROJECTS, column="PROJECT_ID")
_USER = (
    in_project("^id"),
    Column("USER_ID", Kind.INTEGER, "id"),
    Column("NAME", Kind.TEXT, "name", is_personal=True),
    Column("ROLE_TYPE", Kind.INTEGER, "roleType"),
)

# Members of teams that take part are in the list too.
PROJECT_USERS = Endpoint(
    name="project_users",
    path="/projects/{id}/users",
    style=Snapshot(),
    under=_EACH_PROJECT,
    project="^id",
    key=("PROJECT_ID", "USER_ID"),
    columns=_USER,
)

PROJECT_ADMINISTRATORS = Endpoint(
    name="project_administrators",
    path="/projects/{id}/administrators",
    style=Snapshot(),
    under=_EACH_PROJECT,
    project="^id",
    key=("PROJECT_ID", "USER_ID"),
    columns=_USER,
)

PROJECT_TEAMS = Endpoint(
    name="project_teams",
    path="/projects/{id}/teams",
    style=Snapshot(),
    under=_EACH_PROJECT,
    project="^id",
    key=("PROJECT_ID", "TEAM_ID"),
    columns=(
        in_project("^id"),
        Column("TEAM_ID", Kind.INTEGER, "id"),
        Column("NAME", Kind.TEXT, "name"),
    ),
)

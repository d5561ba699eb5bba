"""Projects, their members and their settings: lists that come whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.errors import invalid

if TYPE_CHECKING:
    from backlog_emulator.call import Call, Endpoint
    from backlog_emulator.records import Project


def visible_projects(call: Call) -> list[Project]:
    """The joined projects, or with `all=true` every one for an administrator; `archived` picks among them."""
    every = call.query.flag("all")
    if every and call.user.role_type != 1:
        raise invalid("all takes true from administrators only.")
    projects = call.space.projects.values() if every else call.space.projects_of(call.user)
    archived = call.query.flag("archived")
    return [project for project in projects if archived in (None, project.archived)]


def _projects(call: Call) -> bytes:
    return call.listed(visible_projects(call))


def _project(call: Call) -> bytes:
    return call.space.bodies.of(call.project())


ENDPOINTS: dict[str, Endpoint] = {
    "/projects": _projects,
    "/projects/{project}": _project,
    "/projects/{project}/users": lambda call: call.listed(call.project().members),
    "/projects/{project}/statuses": lambda call: call.listed(call.project().statuses),
    "/projects/{project}/issueTypes": lambda call: call.listed(call.project().issue_types),
    "/projects/{project}/categories": lambda call: call.listed(call.project().categories),
    "/projects/{project}/versions": lambda call: call.listed(call.project().versions),
    "/projects/{project}/customFields": lambda call: call.listed(call.project().custom_fields),
}

"""Projects, their members and their settings: lists that come whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.download import icon
from backlog_emulator.errors import invalid
from backlog_emulator.shapes import with_display_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from backlog_emulator.call import Call, Endpoint, Truth
    from backlog_emulator.records import Project, User


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


def _users(call: Call) -> bytes:
    """Everybody in the project; `excludeGroupMembers` leaves out who is there through a team only."""
    project = call.project()
    return call.listed(project.members if call.query.flag("excludeGroupMembers") else project.people())


def _custom_fields(call: Call) -> bytes:
    project = call.project()
    call.feature(project, "attribute")
    return call.body(_defined(call, project))


def _defined(call: Call, project: Project) -> list[Any]:
    """The definitions of a project's custom fields (switch `custom_field_order`)."""
    if call.space.switches.custom_field_order == "absent":
        return list(project.custom_fields)
    return [with_display_order(definition, order) for order, definition in enumerate(project.custom_fields)]


def _all_defined(call: Call) -> list[Any]:
    if not call.space.licence["attribute"]:
        return []
    return [definition for project in _joined(call) for definition in _defined(call, project)]


def _icon(call: Call) -> Response:
    call.project()
    return icon()


def _of_all(attribute: str) -> Truth:
    """All settings of one kind, which tell their project themselves."""
    return lambda call: [each for project in _joined(call) for each in getattr(project, attribute)]


def _people(call: Call, of: Callable[[Project], list[User]]) -> list[dict[str, Any]]:
    return [call.shaped(user, projectId=project.id) for project in _joined(call) for user in of(project)]


def _joined(call: Call) -> list[Project]:
    return call.space.projects_of(call.user)


ENDPOINTS: dict[str, Endpoint] = {
    "/projects": _projects,
    "/projects/{project}": _project,
    "/projects/{project}/image": _icon,
    "/projects/{project}/users": _users,
    "/projects/{project}/administrators": lambda call: call.listed(call.project().administrators),
    "/projects/{project}/statuses": lambda call: call.listed(call.project().statuses),
    "/projects/{project}/issueTypes": lambda call: call.listed(call.project().issue_types),
    "/projects/{project}/categories": lambda call: call.listed(call.project().categories),
    "/projects/{project}/versions": lambda call: call.listed(call.project().versions),
    "/projects/{project}/customFields": _custom_fields,
}

TRUTHS: dict[str, Truth] = {
    "projects": visible_projects,
    "project_users": lambda call: _people(call, lambda project: project.people()),
    "project_administrators": lambda call: _people(call, lambda project: project.administrators),
    "issue_types": _of_all("issue_types"),
    "categories": _of_all("categories"),
    "versions": _of_all("versions"),
    "custom_fields": _all_defined,
    "statuses": _of_all("statuses"),
}

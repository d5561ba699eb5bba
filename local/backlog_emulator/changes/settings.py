"""Milestones come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.changes.ends import end
from backlog_emulator.records import Project, User, Version

if TYPE_CHECKING:
    from datetime import date

    from backlog_emulator.records import Activity
    from backlog_emulator.space import Space

_LOGGED = {
    "name": "name",
    "description": "description",
    "start_date": "startDate",
    "release_due_date": "referenceDate",
    "archived": "archived",
}


def add_version(
    space: Space,
    project: Project,
    name: str,
    *,
    start: date | None = None,
    due: date | None = None,
    by: User | None = None,
) -> Version:
    """Make a milestone. Activity 22."""
    order = len(project.versions)
    version = Version(space.next_id("version"), project.id, name, "", start, due, archived=False, display_order=order)
    project.versions.append(version)
    space.record(22, project, _content(version), by or space.owner)
    return version


def update_version(space: Space, version: Version, *, by: User | None = None, **fields: Any) -> Activity:
    """Change a milestone, and with it every issue that shows it. Activity 23."""
    if unknown := set(fields) - set(_LOGGED):
        raise ValueError(f"no milestone field {unknown.pop()!r}; there are: {', '.join(_LOGGED)}")
    changes = []
    for name, value in fields.items():
        old = getattr(version, name)
        setattr(version, name, value)
        changes.append({"field": _LOGGED[name], "new_value": str(value), "old_value": str(old)})
    space.altered_widely()
    content = {"id": version.id, "name": version.name, "changes": changes}
    return space.record(23, space.projects[version.project_id], content, by or space.owner)


def delete_version(space: Space, version: Version, *, by: User | None = None) -> Activity:
    """Remove a milestone, also from its issues, whose `updated` stays. Activity 24."""
    project = space.projects[version.project_id]
    project.versions.remove(version)
    end(space, "versions", version, projectId=project.id)
    for issue in space.issues.values():
        issue.versions = tuple(other for other in issue.versions if other is not version)
        issue.milestones = tuple(other for other in issue.milestones if other is not version)
    space.altered_widely()
    return space.record(24, project, _content(version), by or space.owner)


def _content(version: Version) -> dict[str, Any]:
    return {
        "id": version.id,
        "name": version.name,
        "start_date": version.start_date,
        "reference_date": version.release_due_date,
        "description": version.description or "",
    }

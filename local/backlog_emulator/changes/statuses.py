"""Statuses of a project come and go; only their end enters the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.changes.ends import end
from backlog_emulator.records import Project, Status, User

if TYPE_CHECKING:
    from backlog_emulator.records import Activity
    from backlog_emulator.space import Space

_DEFAULTS = 4


def add_status(space: Space, project: Project, name: str, color: str = "#3b9dbd") -> Status:
    """Add a status before the last one, which is 完了. No activity."""
    status = Status(space.next_id("status"), project.id, name, color, 0)
    project.statuses.insert(-1, status)
    _number(project)
    space.altered_widely()
    return status


def delete_status(space: Space, status: Status, substitute: Status, *, by: User | None = None) -> Activity:
    """Remove a status and give its issues another one, in one stroke. Activity 34.

    Switch `status_delete_moves_updated` moves the issues. ValueError for a default status or a substitute from
    elsewhere.
    """
    project, by = space.projects[status.project_id], by or space.owner
    if status.id <= _DEFAULTS or substitute not in project.statuses or substitute is status:
        raise ValueError(f"status {status.name} cannot make way for {substitute.name}: take one of the project's own")
    project.statuses.remove(status)
    _number(project)
    links = _replace(space, status, substitute, by)
    end(space, "statuses", status, projectId=project.id)
    space.altered_widely()
    change = {"field": "status", "new_value": str(substitute.id), "type": "standard"} if links else None
    return space.record(34, project, {"deletedStatus": {"name": status.name}, "link": links, "change": change}, by)


def _number(project: Project) -> None:
    for place, status in enumerate(project.statuses, start=1):
        status.display_order = 1000 * place


def _replace(space: Space, status: Status, substitute: Status, by: User) -> list[dict[str, Any]]:
    held = [issue for issue in space.issues.values() if issue.status is status]
    for issue in held:
        issue.status = substitute
        if space.switches.status_delete_moves_updated:
            space.touch(issue, by)
    return [{"id": issue.id, "key_id": issue.key_id, "title": issue.summary} for issue in held]

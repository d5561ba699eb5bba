"""Projects change, are archived and taken up again, and go with everything in them. None of that is in the feed."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import TYPE_CHECKING, Any

from backlog_emulator.changes.ends import end_issue, end_project
from backlog_emulator.changes.issues import leave_family
from backlog_emulator.families import remove_all

if TYPE_CHECKING:
    from backlog_emulator.records import Project
    from backlog_emulator.space import Space

_CHANGEABLE = {"key", "name", "display_order", "text_formatting_rule", "grandchildren"}


def update_project(space: Space, project: Project, **fields: Any) -> Project:
    """Set attributes of a project; a new `key` renames its issues, whose `updated` stays.

    ValueError for an attribute that cannot be changed, or a key that is taken.
    """
    changeable = {each.name for each in fields_of(project) if each.name.startswith("use_")} | _CHANGEABLE
    if unknown := set(fields) - changeable:
        raise ValueError(f"no project field {unknown.pop()!r}; there are: {', '.join(sorted(changeable))}")
    if any(other.key == fields.get("key") for other in space.projects.values() if other is not project):
        raise ValueError(f"project key {fields['key']!r} is taken: choose another one")
    for name, value in fields.items():
        setattr(project, name, value)
    space.issues_by_key = {issue.key: issue for issue in space.issues.values()}
    space.altered_widely()
    return project


def archive_project(space: Space, project: Project) -> None:
    """Archive a project: it stays readable, and no more work happens in it."""
    project.archived = True
    space.altered_widely()


def unarchive_project(space: Space, project: Project) -> None:
    """Take an archived project up again."""
    project.archived = False
    space.altered_widely()


def delete_project(space: Space, project: Project) -> None:
    """Remove a project with all its records; its lines vanish from the feed, too."""
    end_project(space, project)
    remove_all(space, project)
    for issue in [issue for issue in space.issues.values() if issue.project is project]:
        end_issue(space, issue, "project deleted")
        leave_family(space, issue)
        del space.issues[issue.id], space.issues_by_key[issue.key]
    del space.projects[project.id]
    space.activities = [activity for activity in space.activities if activity.project is not project]
    space.altered_widely()

"""Scripted changes: the operations of `POST /control/edit`, by ids and by the API's own parameter names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.bodies import instant
from backlog_emulator.edit_fields import attributes, picked
from backlog_emulator.records import CustomField

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.records import Comment, Project, User, Version
    from backlog_emulator.space import Space

    Edit = dict[str, Any]


def perform(space: Space, edit: Edit) -> dict[str, Any]:
    """Do one edit: answers the `id` of its record, and `now`; ValueError says what is wrong with the edit."""
    operation = OPERATIONS.get(edit.get("op", ""))
    if operation is None:
        raise ValueError(f"no operation {edit.get('op')!r}; there are: {', '.join(OPERATIONS)}")
    try:
        return {"id": operation(space, edit), "now": instant(space.now)}
    except KeyError as error:
        raise ValueError(f"operation {edit['op']} needs a field or a record that is not there: {error}") from None


def _create_issue(space: Space, edit: Edit) -> int:
    project = _project(space, edit)
    fields = attributes(space, project, {"summary": "New issue", **edit.get("fields", {})})
    custom = {field: fields.pop(field) for field in list(fields) if isinstance(field, CustomField)}
    return space.create_issue(project, {**fields, "custom": custom}, by=_by(space, edit)).id


def _update_issue(space: Space, edit: Edit) -> int:
    issue = space.issues[edit["id"]]
    fields = attributes(space, issue.project, edit["fields"])
    space.update_issue(issue, fields, comment=edit.get("comment"), by=_by(space, edit))
    return issue.id


def _bulk_update(space: Space, edit: Edit) -> int:
    issues = [space.issues[number] for number in edit["ids"]]
    fields = attributes(space, issues[0].project, edit["fields"])
    return space.bulk_update(issues, fields, by=_by(space, edit)).id


def _delete_issue(space: Space, edit: Edit) -> int:
    space.delete_issue(space.issues[edit["id"]], by=_by(space, edit))
    return int(edit["id"])


def _star_issue(space: Space, edit: Edit) -> int:
    return space.star_issue(space.issues[edit["id"]], by=_by(space, edit)).id


def _add_comment(space: Space, edit: Edit) -> int:
    return space.add_comment(space.issues[edit["id"]], edit["content"], by=_by(space, edit)).id


def _edit_comment(space: Space, edit: Edit) -> int:
    return space.edit_comment(_comment(space, edit), edit["content"]).id


def _delete_comment(space: Space, edit: Edit) -> int:
    space.delete_comment(_comment(space, edit))
    return int(edit["comment"])


def _add_member(space: Space, edit: Edit) -> int:
    space.add_members(_project(space, edit), [space.users[edit["user"]]], by=_by(space, edit))
    return int(edit["user"])


def _remove_member(space: Space, edit: Edit) -> int:
    space.remove_member(_project(space, edit), space.users[edit["user"]], by=_by(space, edit))
    return int(edit["user"])


def _update_user(space: Space, edit: Edit) -> int:
    return space.update_user(space.users[edit["user"]], **edit["fields"]).id


def _delete_user(space: Space, edit: Edit) -> int:
    return space.delete_user(space.users[edit["user"]]).id


def _add_version(space: Space, edit: Edit) -> int:
    return space.add_version(_project(space, edit), edit["name"], by=_by(space, edit)).id


def _delete_version(space: Space, edit: Edit) -> int:
    space.delete_version(_version(space, edit), by=_by(space, edit))
    return int(edit["version"])


def _archive_project(space: Space, edit: Edit) -> int:
    project = _project(space, edit)
    space.archive_project(project)
    return project.id


OPERATIONS: dict[str, Callable[[Space, Edit], int]] = {
    "create_issue": _create_issue,
    "update_issue": _update_issue,
    "bulk_update": _bulk_update,
    "delete_issue": _delete_issue,
    "star_issue": _star_issue,
    "add_comment": _add_comment,
    "edit_comment": _edit_comment,
    "delete_comment": _delete_comment,
    "add_member": _add_member,
    "remove_member": _remove_member,
    "update_user": _update_user,
    "delete_user": _delete_user,
    "add_version": _add_version,
    "delete_version": _delete_version,
    "archive_project": _archive_project,
}


def _by(space: Space, edit: Edit) -> User | None:
    return space.users[edit["by"]] if "by" in edit else None


def _project(space: Space, edit: Edit) -> Project:
    for project in space.projects.values():
        if edit["project"] in (project.id, project.key):
            return project
    raise KeyError(edit["project"])


def _comment(space: Space, edit: Edit) -> Comment:
    comments = (comment for issue in space.issues.values() for comment in issue.comments)
    found: Comment = picked(comments, edit["comment"])
    return found


def _version(space: Space, edit: Edit) -> Version:
    versions = (version for project in space.projects.values() for version in project.versions)
    found: Version = picked(versions, edit["version"])
    return found

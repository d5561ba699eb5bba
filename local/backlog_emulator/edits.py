"""Scripted changes: the operations of `POST /control/edit`, by ids and by the API's own parameter names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator import edit_projects, families
from backlog_emulator.bodies import instant
from backlog_emulator.edit_fields import attributes
from backlog_emulator.picks import author_of, one_among, one_issue, picked_issues, project_of
from backlog_emulator.records import CustomField

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.records import Comment
    from backlog_emulator.space import Space

    Edit = dict[str, Any]
    Operation = Callable[[Space, Edit], int | str | None]


def perform(space: Space, edit: Edit) -> dict[str, Any]:
    """Do one edit: answers the `id` of its record, and `now`; ValueError says what is wrong with the edit."""
    operation = operation_of(edit)
    try:
        return {"id": operation(space, edit), "now": instant(space.now)}
    except KeyError as error:
        raise ValueError(f"operation {edit['op']} needs a field or a record that is not there: {error}") from None


def operation_of(edit: Edit) -> Operation:
    """What an edit calls for; ValueError when there is no such operation."""
    name = edit.get("op") if isinstance(edit, dict) else edit
    if name not in OPERATIONS:
        raise ValueError(f"no operation {name!r}; there are: {', '.join(OPERATIONS)}")
    return OPERATIONS[name]


def _create_issue(space: Space, edit: Edit) -> int:
    project = project_of(space, edit)
    fields = attributes(space, project, {"summary": "New issue", **edit.get("fields", {})})
    custom = {field: fields.pop(field) for field in list(fields) if isinstance(field, CustomField)}
    return space.create_issue(project, {**fields, "custom": custom}, by=author_of(space, edit)).id


def _update_issue(space: Space, edit: Edit) -> int:
    issue = one_issue(space, edit)
    fields = attributes(space, issue.project, edit["fields"])
    space.update_issue(issue, fields, comment=edit.get("comment"), by=author_of(space, edit))
    return issue.id


def _bulk_update(space: Space, edit: Edit) -> int:
    issues = picked_issues(space, edit)
    # A bulk update is one stroke in each project.
    for project in dict.fromkeys(issue.project for issue in issues):
        own = [issue for issue in issues if issue.project is project]
        done = space.bulk_update(own, attributes(space, project, edit["fields"]), by=author_of(space, edit))
    return done.id


def _delete_issue(space: Space, edit: Edit) -> int:
    issue = one_issue(space, edit)
    space.delete_issue(issue, by=author_of(space, edit))
    return issue.id


def _delete_issues(space: Space, edit: Edit) -> None:
    for issue in picked_issues(space, edit):
        space.delete_issue(issue, by=author_of(space, edit))


def _move_issue(space: Space, edit: Edit) -> int:
    issue = one_issue(space, {**edit, "project": edit.get("from")})
    space.move_issue(issue, project_of(space, edit), by=author_of(space, edit))
    return issue.id


def _restore_issue(space: Space, edit: Edit) -> int:
    space.restore_issue(space.graves.find("issues", edit["id"]), by=author_of(space, edit))
    return int(edit["id"])


def _star_issue(space: Space, edit: Edit) -> int:
    return space.star_issue(one_issue(space, edit), by=author_of(space, edit)).id


def _attach_file(space: Space, edit: Edit) -> int:
    issue = one_issue(space, edit)
    space.attach_file(issue, edit["name"], edit.get("size", 1000), by=author_of(space, edit))
    return issue.attachments[-1].id


def _detach_file(space: Space, edit: Edit) -> int:
    issue = one_issue(space, edit)
    attachment = one_among(space, issue.attachments, edit["attachment"])
    space.detach_file(issue, attachment, by=author_of(space, edit))
    return int(attachment.id)


def _relate_issues(space: Space, edit: Edit) -> int:
    other = one_issue(space, {"id": edit["other"]})
    space.relate_issues(one_issue(space, edit), other, by=author_of(space, edit))
    return other.id


def _part_issues(space: Space, edit: Edit) -> int:
    issue = one_issue(space, edit)
    other = one_among(space, issue.related, edit["other"])
    space.part_issues(issue, other, by=author_of(space, edit))
    return int(other.id)


def _add_comment(space: Space, edit: Edit) -> int:
    return space.add_comment(one_issue(space, edit), edit["content"], by=author_of(space, edit)).id


def _edit_comment(space: Space, edit: Edit) -> int:
    return space.edit_comment(_comment(space, edit), edit["content"]).id


def _delete_comment(space: Space, edit: Edit) -> int:
    comment = _comment(space, edit)
    space.delete_comment(comment)
    return comment.id


def _advance(space: Space, edit: Edit) -> None:
    space.advance(**{"pace": 0, **{name: value for name, value in edit.items() if name != "op"}})


OPERATIONS: dict[str, Operation] = {
    "create_issue": _create_issue,
    "update_issue": _update_issue,
    "bulk_update": _bulk_update,
    "delete_issue": _delete_issue,
    "delete_issues": _delete_issues,
    "move_issue": _move_issue,
    "restore_issue": _restore_issue,
    "star_issue": _star_issue,
    "add_comment": _add_comment,
    "edit_comment": _edit_comment,
    "delete_comment": _delete_comment,
    "attach_file": _attach_file,
    "detach_file": _detach_file,
    "relate_issues": _relate_issues,
    "part_issues": _part_issues,
    "advance": _advance,
    **edit_projects.OPERATIONS,
    **families.OPERATIONS,
}


def _comment(space: Space, edit: Edit) -> Comment:
    comments = (comment for issue in space.issues.values() for comment in issue.comments)
    found: Comment = one_among(space, comments, edit["comment"])
    return found

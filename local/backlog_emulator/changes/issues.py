"""Issues come, go, and get files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.changes.ends import end_issue
from backlog_emulator.changes.fields import log_entry
from backlog_emulator.defaults import NORMAL
from backlog_emulator.records import Attachment, Comment, Issue, Project, User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backlog_emulator.records import Activity
    from backlog_emulator.space import Space


def create_issue(space: Space, project: Project, fields: Mapping[str, Any], *, by: User | None = None) -> Issue:
    """Make an issue; `fields` are attributes of `Issue`, of which `summary` is needed. Activity 1."""
    by = by or space.owner
    project.last_key_id += 1
    values = {
        "issue_type": project.issue_types[0],
        "status": project.statuses[0],
        "priority": NORMAL,
        **fields,
    }
    issue = Issue(
        id=space.next_id("issue"),
        project=project,
        key_id=project.last_key_id,
        created_user=by,
        created=space.now,
        updated_user=by,
        updated=space.now,
        **values,
    )
    _file(space, issue)
    space.record(1, project, feed_content(issue), by, space.notify(issue.assignee, 1, by))
    return issue


def delete_issue(space: Space, issue: Issue, *, by: User | None = None) -> Activity:
    """Remove an issue with its comments; its children lose their parent. Activity 4."""
    del space.issues[issue.id], space.issues_by_key[issue.key]
    leave_family(space, issue)
    end_issue(space, issue)
    return space.record(4, issue.project, {"id": issue.id, "key_id": issue.key_id}, by or space.owner)


def leave_family(space: Space, issue: Issue) -> None:
    """Part an issue from its parent and its children, whose `updated` moves if the switch says so."""
    if issue.parent:
        issue.parent.children = tuple(child for child in issue.parent.children if child is not issue)
    for child in issue.children:
        child.parent = None
        if space.switches.parent_loss_moves_updated:
            child.updated = space.now
        space.altered(child)
    issue.parent, issue.children = None, ()
    space.altered(issue)


def attach_file(space: Space, issue: Issue, name: str, size: int, *, by: User | None = None) -> Activity:
    """Attach a file of `size` bytes. Activity 2, and a comment with the change."""
    by = by or space.owner
    attachment = Attachment(space.next_id("attachment"), name, size, by, space.now)
    issue.attachments += (attachment,)
    entry = log_entry("attachment", None, name, attachment={"id": attachment.id, "name": name})
    comment = Comment(space.next_id("comment"), issue, None, (entry,), by, space.now, space.now)
    issue.comments += (comment,)
    space.touch(issue, by)
    content = feed_content(issue) | {
        "comment": {"id": comment.id, "content": ""},
        "changes": [{"field": "attachment", "new_value": name, "old_value": "", "type": "standard"}],
        "attachments": [{"id": attachment.id, "name": name, "size": size}],
        "shared_files": [],
    }
    return space.record(2, issue.project, content, by)


def feed_content(issue: Issue) -> dict[str, Any]:
    """What every activity about one issue begins with."""
    return {
        "id": issue.id,
        "key_id": issue.key_id,
        "summary": issue.summary,
        "description": issue.description,
    }


def _file(space: Space, issue: Issue) -> None:
    space.issues[issue.id] = space.issues_by_key[issue.key] = issue
    if issue.parent:
        issue.parent.children += (issue,)
    space.revision += 1

"""What hangs on an issue comes and goes: attached files, links to shared files, relations.

Each is an activity 2, and a comment which holds the change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.changes.ends import end, end_link
from backlog_emulator.changes.fields import log_entry
from backlog_emulator.changes.issues import feed_content
from backlog_emulator.records import Attachment, Comment, Issue, User

if TYPE_CHECKING:
    from backlog_emulator.records import Activity
    from backlog_emulator.space import Space


def part_changed(
    space: Space,
    issue: Issue,
    field: str,
    old: str | None,
    new: str | None,
    *,
    by: User | None = None,
    shared_files: list[dict[str, Any]] | None = None,
) -> Activity:
    """Write down that a part of an issue changed; its `updated` moves."""
    by = by or space.owner
    log = (log_entry(field, old, new),)
    comment = Comment(space.next_id("comment"), issue, None, log, by, space.now, space.now)
    issue.comments += (comment,)
    space.touch(issue, by)
    content = feed_content(issue) | {
        "comment": {"id": comment.id, "content": ""},
        "changes": [{"field": field, "new_value": new or "", "old_value": old or "", "type": "standard"}],
        "attachments": [],
        "shared_files": shared_files or [],
    }
    return space.record(2, issue.project, content, by)


def detach_file(space: Space, issue: Issue, attachment: Attachment, *, by: User | None = None) -> Activity:
    """Remove an attached file."""
    issue.attachments = tuple(other for other in issue.attachments if other is not attachment)
    end(space, "issue_attachments", attachment, projectId=issue.project.id, issueId=issue.id)
    return part_changed(space, issue, "attachment", attachment.name, None, by=by)


def relate_issues(space: Space, issue: Issue, other: Issue, *, by: User | None = None) -> None:
    """Relate two issues with each other; switch `relation_moves_updated` decides whether they show it otherwise.

    ValueError when they are one, or related already.
    """
    if issue is other or other in issue.related:
        raise ValueError(f"{issue.key} and {other.key} cannot be related: take two that are not")
    for one, another in ((issue, other), (other, issue)):
        one.related += (another,)
        space.graves.fill("related_issues", (one, another))
        if space.switches.relation_moves_updated:
            part_changed(space, one, "relatedIssue", None, another.key, by=by)


def part_issues(space: Space, issue: Issue, other: Issue, *, by: User | None = None) -> None:
    """End the relation of two issues; ValueError when there is none."""
    if other not in issue.related:
        raise ValueError(f"{issue.key} and {other.key} are not related: nothing to end")
    for one, another in ((issue, other), (other, issue)):
        one.related = tuple(each for each in one.related if each is not another)
        end_link(space, "related_issues", one, another)
        if space.switches.relation_moves_updated:
            part_changed(space, one, "relatedIssue", another.key, None, by=by)

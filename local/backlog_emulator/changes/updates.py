"""One issue changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.changes.fields import apply
from backlog_emulator.changes.issues import feed_content
from backlog_emulator.records import Comment, CustomField, Issue, User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backlog_emulator.records import Activity
    from backlog_emulator.space import Space


def update_issue(
    space: Space,
    issue: Issue,
    fields: Mapping[str | CustomField, Any],
    *,
    comment: str | None = None,
    by: User | None = None,
) -> Activity:
    """Set fields by attribute of `Issue`, or by custom field; activity 2, and a comment with the change log.

    ValueError when nothing would change, as the API refuses that too.
    """
    by = by or space.owner
    changes = apply(issue, fields)
    if not changes:
        raise ValueError(f"nothing to change in {issue.key}: name a field with a new value")
    notified = space.notify(issue.assignee, 1 if "assignee" in fields else 4, by)
    log = tuple(change.log for change in changes)
    entry = Comment(space.next_id("comment"), issue, comment, log, by, space.now, space.now, (), notified)
    issue.comments += (entry,)
    space.touch(issue, by)
    content = feed_content(issue)
    content["comment"] = {"id": entry.id, "content": comment or ""}
    content["changes"] = [change.feed for change in changes]
    return space.record(2, issue.project, content, by, notified)

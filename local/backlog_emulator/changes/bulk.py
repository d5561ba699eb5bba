"""Many issues change in one stroke."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.changes.fields import Change, apply
from backlog_emulator.records import Comment, CustomField, Issue, User

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backlog_emulator.records import Activity
    from backlog_emulator.space import Space


def bulk_update(
    space: Space,
    issues: Sequence[Issue],
    fields: Mapping[str | CustomField, Any],
    *,
    comment: str = "",
    by: User | None = None,
) -> Activity:
    """Set the same fields in several issues of one project, all in one second: one activity 14 for all.

    ValueError when no issue would change, or when they belong to several projects.
    """
    if len({issue.project for issue in issues}) != 1:
        raise ValueError("a bulk update takes one or more issues of one project")
    by = by or space.owner
    changed = [(issue, changes) for issue in issues if (changes := apply(issue, fields))]
    if not changed:
        raise ValueError("nothing to change in these issues: name a field with a new value")
    links = [_log(space, issue, changes, comment, by) for issue, changes in changed]
    content = {
        "tx_id": space.next_id("transaction"),
        "comment": {"content": comment},
        "link": links,
        "changes": [_without_old(change) for change in changed[0][1]],
    }
    return space.record(14, issues[0].project, content, by)


def _log(space: Space, issue: Issue, changes: list[Change], comment: str, by: User) -> dict[str, Any]:
    log = tuple(change.log for change in changes)
    entry = Comment(space.next_id("comment"), issue, comment or None, log, by, space.now, space.now)
    issue.comments += (entry,)
    space.touch(issue, by)
    return {
        "id": issue.id,
        "key_id": issue.key_id,
        "title": issue.summary,
        "comment": {"id": entry.id, "content": comment},
    }


def _without_old(change: Change) -> dict[str, Any]:
    return {name: value for name, value in change.feed.items() if name != "old_value"}

"""Comments are written, edited and removed; only writing enters the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.changes.ends import end
from backlog_emulator.changes.issues import feed_content
from backlog_emulator.records import Comment, Issue, User

if TYPE_CHECKING:
    from backlog_emulator.space import Space


def add_comment(space: Space, issue: Issue, content: str, *, by: User | None = None) -> Comment:
    """Comment on an issue, which moves the issue's `updated`. Activity 3."""
    by = by or space.owner
    notified = space.notify(issue.assignee, 2, by)
    comment = Comment(space.next_id("comment"), issue, content, (), by, space.now, space.now, (), notified)
    issue.comments += (comment,)
    space.touch(issue, by)
    body = feed_content(issue) | {"comment": {"id": comment.id, "content": content}, "changes": []}
    space.record(3, issue.project, body, by, notified)
    return comment


def edit_comment(space: Space, comment: Comment, content: str) -> Comment:
    """Change the text of a comment. No activity; switch `comment_edit_moves_updated` moves the issue."""
    comment.content, comment.updated = content, space.now
    _follow(space, comment)
    return comment


def delete_comment(space: Space, comment: Comment) -> None:
    """Remove a comment. No activity; switch `comment_edit_moves_updated` moves the issue."""
    comment.issue.comments = tuple(other for other in comment.issue.comments if other is not comment)
    end(space, "issue_comments", comment, projectId=comment.issue.project.id, issueId=comment.issue.id)
    _follow(space, comment)


def _follow(space: Space, comment: Comment) -> None:
    if space.switches.comment_edit_moves_updated:
        space.touch(comment.issue, comment.created_user)

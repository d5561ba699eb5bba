"""Pull requests are opened, changed, commented, closed, merged and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.git.records import CLOSED, MERGED, PullRequest, PullRequestComment
from backlog_emulator.git.repositories import commit, remove_pull_request
from backlog_emulator.records import Attachment, User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backlog_emulator.git.records import Repository
    from backlog_emulator.records import Activity
    from backlog_emulator.space import Space

# What can be changed, by the name in change logs, and how a value reads there.
_LOGGED = {
    "summary": "summary",
    "description": "description",
    "assignee": "assigner",
    "issue": "dependentIssue",
    "status": "status",
}


def create_pull_request(
    space: Space, repository: Repository, fields: Mapping[str, Any], *, by: User | None = None
) -> PullRequest:
    """Open a pull request; `fields` are attributes of `PullRequest`, of which `summary` is needed. Activity 18."""
    by = by or space.owner
    repository.last_number += 1
    values = {"description": "", "base": "main", "branch": f"topic/{repository.last_number}", **fields}
    opened = PullRequest(
        id=space.next_id("pullRequest"),
        repository=repository,
        number=repository.last_number,
        created_user=by,
        created=space.now,
        updated_user=by,
        updated=space.now,
        **values,
    )
    space.pull_requests[opened.id] = opened
    space.record(18, opened.project, _content(opened), by, space.notify(opened.assignee, 10, by))
    return opened


def update_pull_request(
    space: Space,
    pull_request: PullRequest,
    fields: Mapping[str, Any],
    *,
    comment: str | None = None,
    by: User | None = None,
) -> Activity:
    """Set attributes. Activity 19, and a comment with the change log; merging may be 21 (switch `activity_21`).

    ValueError when nothing would change, or for an attribute that cannot.
    """
    by = by or space.owner
    if unknown := set(fields) - set(_LOGGED):
        raise ValueError(f"no field {unknown.pop()!r} of pull requests; there are: {', '.join(_LOGGED)}")
    log = [_set(pull_request, name, value) for name, value in fields.items() if getattr(pull_request, name) != value]
    if not log:
        raise ValueError(f"nothing to change in pull request {pull_request.number}: name a field with a new value")
    if "status" in fields:
        _settle(space, pull_request)
    entry = _write(space, pull_request, comment, log=tuple(log), reason=13, by=by)
    merged = fields.get("status") is MERGED and space.switches.activity_21 == "merged"
    content = _content(pull_request, entry) | {"changes": [_feed_entry(each) for each in log]}
    return space.record(21 if merged else 19, pull_request.project, content, by, entry.notifications)


def comment_pull_request(
    space: Space, pull_request: PullRequest, words: str, *, by: User | None = None
) -> PullRequestComment:
    """Comment, which moves `updated`. Activity 20."""
    by = by or space.owner
    comment = _write(space, pull_request, words, reason=11, by=by)
    space.record(20, pull_request.project, _content(pull_request, comment), by, comment.notifications)
    return comment


def edit_pull_request_comment(space: Space, comment: PullRequestComment, words: str) -> None:
    """Change the text of a comment. No activity; switch `comment_edit_moves_updated` moves the pull request."""
    comment.content, comment.updated = words, space.now
    if space.switches.comment_edit_moves_updated:
        _touch(space, comment.pull_request, comment.created_user)


def attach_to_pull_request(
    space: Space, pull_request: PullRequest, name: str, size: int, *, by: User | None = None
) -> Attachment:
    """Attach a file of `size` bytes. Activity 19, and a comment with the change."""
    by = by or space.owner
    attachment = Attachment(space.next_id("attachment"), name, size, by, space.now)
    pull_request.attachments += (attachment,)
    log = {"field": "attachment", "newValue": name, "originalValue": None}
    entry = _write(space, pull_request, None, log=(log,), reason=13, by=by)
    content = _content(pull_request, entry) | {"changes": [_feed_entry(log)]}
    space.record(19, pull_request.project, content, by, entry.notifications)
    return attachment


def delete_pull_request(space: Space, pull_request: PullRequest, *, by: User | None = None) -> None:
    """Remove a pull request. Activity 21 where switch `activity_21` says that it means this, else none."""
    remove_pull_request(space, pull_request)
    if space.switches.activity_21 == "deleted":
        space.record(21, pull_request.project, _content(pull_request), by or space.owner)


def _set(pull_request: PullRequest, name: str, value: Any) -> dict[str, Any]:
    old = getattr(pull_request, name)
    setattr(pull_request, name, value)
    return {"field": _LOGGED[name], "newValue": _shown(value), "originalValue": _shown(old)}


def _shown(value: Any) -> str | None:
    """How a value reads in a change log: issues by their key, other records by their name."""
    if value is None or isinstance(value, str):
        return value
    return str(getattr(value, "name", None) or value.key)


def _settle(space: Space, pull_request: PullRequest) -> None:
    """Commits and moments follow from the status."""
    merged = pull_request.status is MERGED
    over = merged or pull_request.status is CLOSED
    pull_request.closed = space.now if over else None
    pull_request.merged = space.now if merged else None
    pull_request.base_commit, pull_request.branch_commit = (commit(space), commit(space)) if over else (None, None)
    pull_request.merge_commit = commit(space) if merged else None


def _write(
    space: Space,
    pull_request: PullRequest,
    words: str | None,
    *,
    log: tuple[dict[str, Any], ...] = (),
    reason: int,
    by: User,
) -> PullRequestComment:
    _touch(space, pull_request, by)
    comment = PullRequestComment(
        id=space.next_id("comment"),
        pull_request=pull_request,
        content=words,
        change_log=log,
        created_user=by,
        created=space.now,
        updated=space.now,
        notifications=space.notify(pull_request.assignee, reason, by),
    )
    pull_request.comments += (comment,)
    return comment


def _touch(space: Space, pull_request: PullRequest, by: User) -> None:
    pull_request.updated, pull_request.updated_user = space.now, by


def _content(pull_request: PullRequest, comment: PullRequestComment | None = None) -> dict[str, Any]:
    return {
        "id": pull_request.id,
        "number": pull_request.number,
        "summary": pull_request.summary,
        "description": pull_request.description,
        "comment": {"id": comment.id, "content": comment.content or ""} if comment else None,
        "changes": [],
        "issue": _issue_content(pull_request),
        "repository": pull_request.repository.in_feed(),
    }


def _issue_content(pull_request: PullRequest) -> dict[str, Any] | None:
    issue = pull_request.issue
    if issue is None:
        return None
    return {"id": issue.id, "key_id": issue.key_id, "summary": issue.summary, "description": issue.description}


def _feed_entry(log: dict[str, Any]) -> dict[str, Any]:
    """Entries about pull requests have no type."""
    return {"field": log["field"], "new_value": log["newValue"] or "", "old_value": log["originalValue"] or ""}

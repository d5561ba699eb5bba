"""What hangs on one issue: files, links, participants, related issues. Lists come whole.

Source: https://developer.nulab.com/docs/backlog/api/2/get-list-of-issue-attachments/ and its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.download import found_attachment
from backlog_emulator.errors import forbidden

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from backlog_emulator.call import Call, Endpoint, Truth
    from backlog_emulator.records import Issue, User

# The role types that may look and no more, guests among them.
_VIEWERS = (4, 6)


def participants(issue: Issue) -> list[User]:
    """Whoever made an issue, is to do it, or wrote below it."""
    writers = (comment.created_user for comment in issue.comments)
    people = dict.fromkeys([issue.created_user, *([issue.assignee] if issue.assignee else []), *writers])
    return [user for user in people if not user.deleted]


def _attachment(call: Call) -> Response:
    if call.user.role_type in _VIEWERS:
        raise forbidden()
    return found_attachment(call, call.issue().attachments)


def _shared_files(call: Call) -> bytes:
    call.unrestricted()
    issue = call.issue()
    call.feature(issue.project, "file")
    return call.listed(issue.shared_files)


def _related(call: Call, issue: Issue) -> Iterator[dict[str, Any]]:
    """The related issues that the caller can see. There is one kind of relation."""
    return (call.shaped(other, type="RELATES") for other in issue.related if call.joined(other.project))


def _issues(call: Call) -> Iterator[Issue]:
    return (issue for issue in call.space.issues.values() if call.joined(issue.project))


def _all_files(call: Call) -> list[dict[str, Any]]:
    issues = (issue for issue in _issues(call) if call.has_feature(issue.project, "file"))
    return [call.shaped(file, issueId=issue.id) for issue in issues for file in issue.shared_files]


ENDPOINTS: dict[str, Endpoint] = {
    "/issues/{issue}/attachments": lambda call: call.listed(call.issue().attachments),
    "/issues/{issue}/attachments/{attachment}": _attachment,
    "/issues/{issue}/sharedFiles": _shared_files,
    "/issues/{issue}/participants": lambda call: call.listed(participants(call.issue())),
    "/issues/{issue}/relatedIssues": lambda call: call.body(list(_related(call, call.issue()))),
}

TRUTHS: dict[str, Truth] = {
    "issues": _issues,
    "issue_comments": lambda call: [comment for issue in _issues(call) for comment in issue.comments],
    "issue_attachments": lambda call: [
        call.shaped(each, issueId=issue.id) for issue in _issues(call) for each in issue.attachments
    ],
    "issue_participants": lambda call: [
        call.shaped(user, issueId=issue.id) for issue in _issues(call) for user in participants(issue)
    ],
    "issue_shared_files": _all_files,
    "related_issues": lambda call: [{**each, "issueId": i.id} for i in _issues(call) for each in _related(call, i)],
}

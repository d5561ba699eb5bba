"""Child lists of issues: comments, attachments, participants, related issues, linked shared files.

They are read for issues that are new or whose ``updated`` has moved, each list whole.
https://developer.nulab.com/docs/backlog/api/2/get-comment-list/, …/get-list-of-issue-attachments/,
…/get-issue-participant-list/, …/get-list-of-related-issues/, …/get-list-of-linked-shared-files/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_provider.catalogue.comments import ATTACHMENT, COMMENT
from backlog_provider.catalogue.issues import ISSUES
from backlog_provider.model.endpoint import Column, Endpoint, Kind, Paging, Snapshot, Under, in_project

if TYPE_CHECKING:
    from collections.abc import Callable

_ISSUE_ID = Column("ISSUE_ID", Kind.INTEGER, "^id")
_OF_ISSUE = (_ISSUE_ID, in_project("^projectId"))


def _each_issue(may_have: Callable[[Any], bool] | None = None, flag: str | None = None) -> Under:
    return Under(ISSUES, column="ISSUE_ID", may_have=may_have, flag=flag)


def _has_changed(issue: Any) -> bool:
    """Return whether anything has happened to an issue since its first second: whatever does moves ``updated``."""
    return bool(issue.get("updated") != issue.get("created"))


def _has_attachments(issue: Any) -> bool:
    return bool(issue.get("attachments"))


def _has_shared_files(issue: Any) -> bool:
    return bool(issue.get("sharedFiles"))


# Asked for of every issue: what creates one may leave a comment in that very second, which no field of it tells.
ISSUE_COMMENTS = Endpoint(
    name="issue_comments",
    path="/issues/{id}/comments",
    style=Snapshot(paging=Paging.ID, has_count=True),
    under=_each_issue(),
    project="^projectId",
    key=("COMMENT_ID",),
    version="UPDATED_AT",
    columns=(Column("COMMENT_ID", Kind.INTEGER, "id"), *_OF_ISSUE, *COMMENT),
)

ISSUE_ATTACHMENTS = Endpoint(
    name="issue_attachments",
    path="/issues/{id}/attachments",
    style=Snapshot(),
    under=_each_issue(_has_attachments),
    project="^projectId",
    key=("ATTACHMENT_ID",),
    columns=(Column("ATTACHMENT_ID", Kind.INTEGER, "id"), *_OF_ISSUE, *ATTACHMENT),
)

ISSUE_PARTICIPANTS = Endpoint(
    name="issue_participants",
    path="/issues/{id}/participants",
    style=Snapshot(),
    under=_each_issue(),
    project="^projectId",
    key=("ISSUE_ID", "USER_ID"),
    columns=(
        _ISSUE_ID,
        Column("USER_ID", Kind.INTEGER, "id"),
        in_project("^projectId"),
        Column("NAME", Kind.TEXT, "name", is_personal=True),
    ),
)

RELATED_ISSUES = Endpoint(
    name="related_issues",
    path="/issues/{id}/relatedIssues",
    style=Snapshot(),
    under=_each_issue(_has_changed),
    project="^projectId",
    key=("ISSUE_ID", "RELATED_ISSUE_ID"),
    columns=(
        _ISSUE_ID,
        Column("RELATED_ISSUE_ID", Kind.INTEGER, "id"),
        in_project("^projectId"),
        Column("RELATED_ISSUE_KEY", Kind.TEXT, "issueKey"),
        Column("TYPE", Kind.TEXT, "type"),
    ),
)

ISSUE_SHARED_FILES = Endpoint(
    name="issue_shared_files",
    path="/issues/{id}/sharedFiles",
    style=Snapshot(),
    under=_each_issue(_has_shared_files, flag="useFileSharing"),
    project="^projectId",
    key=("ISSUE_ID", "SHARED_FILE_ID"),
    columns=(
        _ISSUE_ID,
        Column("SHARED_FILE_ID", Kind.INTEGER, "id"),
        in_project("^projectId"),
        Column("DIR", Kind.TEXT, "dir"),
        Column("NAME", Kind.TEXT, "name"),
        Column("SIZE", Kind.INTEGER, "size"),
    ),
)

"""Repositories and pull requests. Commits are hexadecimal digits and nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backlog_emulator.records import Choice

if TYPE_CHECKING:
    from datetime import datetime

    from backlog_emulator.records import Attachment, Issue, Notification, Project, Star, User

OPEN, CLOSED, MERGED = PULL_REQUEST_STATUSES = (Choice(1, "Open"), Choice(2, "Closed"), Choice(3, "Merged"))


@dataclass(slots=True, eq=False, kw_only=True)
class Repository:
    """A Git repository; `last_number` is that of its latest pull request."""

    id: int
    project: Project
    name: str
    description: str
    display_order: int
    created_user: User
    created: datetime
    updated_user: User
    updated: datetime
    pushed_at: datetime | None = None
    last_number: int = 0

    def in_feed(self) -> dict[str, Any]:
        """What activities tell of a repository."""
        return {"id": self.id, "name": self.name, "description": self.description}


@dataclass(slots=True, eq=False, kw_only=True)
class PullRequestComment:
    """A comment on a pull request, or a change of it. `change_log` entries are ready for the API."""

    id: int
    pull_request: PullRequest
    content: str | None
    change_log: tuple[dict[str, Any], ...]
    created_user: User
    created: datetime
    updated: datetime
    stars: tuple[Star, ...] = ()
    notifications: tuple[Notification, ...] = ()


@dataclass(slots=True, eq=False, kw_only=True)
class PullRequest:
    """A pull request from `branch` into `base`; the commits are known once it is closed or merged."""

    id: int
    repository: Repository
    number: int
    summary: str
    description: str
    base: str
    branch: str
    created_user: User
    created: datetime
    updated_user: User
    updated: datetime
    status: Choice = OPEN
    assignee: User | None = None
    issue: Issue | None = None
    base_commit: str | None = None
    branch_commit: str | None = None
    merge_commit: str | None = None
    closed: datetime | None = None
    merged: datetime | None = None
    attachments: tuple[Attachment, ...] = ()
    stars: tuple[Star, ...] = ()
    comments: tuple[PullRequestComment, ...] = ()

    @property
    def project(self) -> Project:
        """The project of its repository."""
        return self.repository.project

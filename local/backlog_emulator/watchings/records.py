"""A watched issue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from backlog_emulator.records import Issue, Project, User
    from backlog_emulator.space import Space


@dataclass(slots=True, eq=False, kw_only=True)
class Watching:
    """An issue that a user keeps an eye on, with his note."""

    id: int
    user: User
    issue: Issue
    note: str
    created: datetime
    updated: datetime
    already_read: bool = False

    @property
    def project(self) -> Project:
        """The project of the issue."""
        return self.issue.project

    def lasts(self, space: Space) -> bool:
        """Whether the issue is still there."""
        return space.issues.get(self.issue.id) is self.issue

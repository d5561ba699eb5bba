"""A shared file or a directory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from backlog_emulator.records import Issue, Project, User
    from backlog_emulator.wikis.records import Wiki


@dataclass(slots=True, eq=False, kw_only=True)
class SharedFile:
    """A file of `size` bytes, or a directory, whose size is None. `dir` begins and ends with a slash.

    `holders` are the issues and wiki pages that link to it.
    """

    id: int
    project: Project
    dir: str
    name: str
    size: int | None
    created_user: User
    created: datetime
    updated_user: User | None
    updated: datetime
    holders: tuple[Issue | Wiki, ...] = ()

    @property
    def path(self) -> str:
        """Where a directory's own content is, such as `/design/icons/`."""
        return f"{self.dir}{self.name}/"

    def in_feed(self) -> dict[str, Any]:
        """What activities tell of a file."""
        return {"id": self.id, "dir": self.dir, "name": self.name, "size": self.size}

"""A wiki page and what it has been."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from backlog_emulator.files.records import SharedFile
    from backlog_emulator.records import Attachment, Project, Star, Tag, User


@dataclass(slots=True, eq=False)
class Edition:
    """A page as it was from `created` on; `version` counts from 1, `id` is no more than a number."""

    id: int
    wiki: Wiki
    version: int
    name: str
    content: str
    created_user: User
    created: datetime


@dataclass(slots=True, eq=False, kw_only=True)
class Wiki:
    """A wiki page, with all its editions, oldest first."""

    id: int
    project: Project
    name: str
    content: str
    created_user: User
    created: datetime
    updated_user: User
    updated: datetime
    tags: tuple[Tag, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    shared_files: tuple[SharedFile, ...] = ()
    stars: tuple[Star, ...] = ()
    editions: tuple[Edition, ...] = ()

"""Documents and what people say about them. Their ids are 32 hexadecimal digits which sort by creation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from backlog_emulator.records import Attachment, Project, Tag, User
    from backlog_emulator.space import Space


@dataclass(slots=True, eq=False, kw_only=True)
class Reply:
    """A reply to a comment, in plain text."""

    id: str
    comment: DocumentComment
    plain: str
    created_user: User
    created: datetime
    updated_user: User
    updated: datetime


@dataclass(slots=True, eq=False, kw_only=True)
class DocumentComment:
    """A comment on a document, in plain text."""

    id: str
    document: Document
    plain: str
    created_user: User
    created: datetime
    updated_user: User
    updated: datetime
    replies: tuple[Reply, ...] = ()


@dataclass(slots=True, eq=False, kw_only=True)
class Document:
    """A document in plain text, below its `parent`. A `trashed` one can come back."""

    id: str
    project: Project
    title: str
    plain: str
    created_user: User
    created: datetime
    updated_user: User
    updated: datetime
    emoji: str | None = None
    parent: Document | None = None
    children: tuple[Document, ...] = ()
    tags: tuple[Tag, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    comments: tuple[DocumentComment, ...] = ()
    trashed: bool = False


def new_id(space: Space) -> str:
    """A UUID of version 7 without dashes: milliseconds since 1970, then chance."""
    milliseconds = int(space.now.timestamp()) * 1000 + space.next_id("document") % 1000
    return f"{milliseconds:012x}7{space.rng.getrandbits(12):03x}{0b10 << 62 | space.rng.getrandbits(62):016x}"

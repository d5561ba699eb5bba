"""Comments on documents and replies to them are written, changed and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.changes.ends import end
from backlog_emulator.documents.changes import content
from backlog_emulator.documents.records import Document, DocumentComment, Reply, new_id

if TYPE_CHECKING:
    from backlog_emulator.records import Notification, User
    from backlog_emulator.space import Space


def add_document_comment(space: Space, document: Document, plain: str, *, by: User | None = None) -> DocumentComment:
    """Comment on a document. Activity 40; its author hears of it."""
    by = by or space.owner
    comment = DocumentComment(
        id=new_id(space),
        document=document,
        plain=plain,
        created_user=by,
        created=space.now,
        updated_user=by,
        updated=space.now,
    )
    document.comments += (comment,)
    _tell(space, 40, comment, by, space.notify(document.created_user, 14, by))
    return comment


def edit_document_comment(space: Space, said: DocumentComment | Reply, plain: str, *, by: User | None = None) -> None:
    """Change a comment or a reply. Activity 41 or 44."""
    said.plain, said.updated, said.updated_user = plain, space.now, by or said.created_user
    if isinstance(said, Reply):
        _tell(space, 44, said, said.updated_user)
    else:
        _tell(space, 41, said, said.updated_user)


def delete_document_comment(space: Space, comment: DocumentComment, *, by: User | None = None) -> None:
    """Remove a comment with its replies. Activity 42."""
    document = comment.document
    document.comments = tuple(other for other in document.comments if other is not comment)
    end(space, "document_comments", comment, documentId=document.id)
    _tell(space, 42, comment, by or comment.created_user)


def add_reply(space: Space, comment: DocumentComment, plain: str, *, by: User | None = None) -> Reply:
    """Reply to a comment. Activity 43; whoever commented hears of it."""
    by = by or space.owner
    reply = Reply(
        id=new_id(space),
        comment=comment,
        plain=plain,
        created_user=by,
        created=space.now,
        updated_user=by,
        updated=space.now,
    )
    comment.replies += (reply,)
    _tell(space, 43, reply, by, space.notify(comment.created_user, 15, by))
    return reply


def delete_reply(space: Space, reply: Reply, *, by: User | None = None) -> None:
    """Remove a reply. Activity 45."""
    reply.comment.replies = tuple(other for other in reply.comment.replies if other is not reply)
    _tell(space, 45, reply, by or reply.created_user)


def _tell(
    space: Space,
    kind: int,
    said: DocumentComment | Reply,
    by: User,
    notified: tuple[Notification, ...] = (),
) -> None:
    document = said.comment.document if isinstance(said, Reply) else said.document
    if space.switches.document_talk_moves_updated:
        document.updated, document.updated_user = space.now, by
    space.record(kind, document.project, _content(space, document, said), by, notified, about=said)


def _content(space: Space, document: Document, said: DocumentComment | Reply) -> dict[str, Any]:
    """What the activity consists of. Switch `document_of_comment` decides where it names the document."""
    named: dict[str, dict[str, Any]] = {
        "documentId": {"documentId": document.id},
        "document.id": {"document": content(document)},
        "none": {},
    }
    where = space.switches.document_of_comment
    return content(document) if where == "id" else {"id": said.id, "title": document.title, **named[where]}

"""Scripted changes of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.documents import changes, talk
from backlog_emulator.picks import author_of, one_among, one_of, project_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backlog_emulator.documents.records import Document, DocumentComment, Reply
    from backlog_emulator.space import Space

    Edit = dict[str, Any]


def _create(space: Space, edit: Edit) -> str:
    parent = one_of(space, space.documents, edit["parent"]) if "parent" in edit else None
    return changes.create_document(
        space,
        project_of(space, edit),
        edit["title"],
        edit.get("plain", ""),
        parent=parent,
        tags=edit.get("tags", ()),
        emoji=edit.get("emoji"),
        by=author_of(space, edit),
    ).id


def _create_many(space: Space, edit: Edit) -> int:
    return changes.create_documents(space, project_of(space, edit), edit["titles"], by=author_of(space, edit)).id


def _update(space: Space, edit: Edit) -> str:
    document = _document(space, edit)
    changes.update_document(space, document, edit["fields"], by=author_of(space, edit))
    return document.id


def _attach(space: Space, edit: Edit) -> int:
    by = author_of(space, edit)
    document, size = _document(space, edit), edit.get("size", 1000)
    return changes.attach_to_document(space, document, edit["name"], size, by=by).id


def _trash(space: Space, edit: Edit) -> str:
    document = _document(space, edit)
    changes.trash_document(space, document, by=author_of(space, edit))
    return document.id


def _restore(space: Space, edit: Edit) -> str:
    document = _document(space, edit, trashed=True)
    changes.restore_document(space, document)
    return document.id


def _purge(space: Space, edit: Edit) -> str:
    document = _document(space, edit, trashed=True)
    changes.purge_document(space, document)
    return document.id


def _add_comment(space: Space, edit: Edit) -> str:
    return talk.add_document_comment(space, _document(space, edit), edit["plain"], by=author_of(space, edit)).id


def _edit_comment(space: Space, edit: Edit) -> str:
    comment = _comment(space, edit)
    talk.edit_document_comment(space, comment, edit["plain"], by=author_of(space, edit))
    return comment.id


def _delete_comment(space: Space, edit: Edit) -> str:
    comment = _comment(space, edit)
    talk.delete_document_comment(space, comment, by=author_of(space, edit))
    return comment.id


def _add_reply(space: Space, edit: Edit) -> str:
    return talk.add_reply(space, _comment(space, edit), edit["plain"], by=author_of(space, edit)).id


def _edit_reply(space: Space, edit: Edit) -> str:
    reply = _reply(space, edit)
    talk.edit_document_comment(space, reply, edit["plain"], by=author_of(space, edit))
    return reply.id


def _delete_reply(space: Space, edit: Edit) -> str:
    reply = _reply(space, edit)
    talk.delete_reply(space, reply, by=author_of(space, edit))
    return reply.id


def _document(space: Space, edit: Edit, *, trashed: bool = False) -> Document:
    """The document of an id, or the one of a word among those that are in the trash, or are not."""
    wanted = edit["document"]
    documents = space.documents.values()
    found: Document = space.documents.get(wanted) or one_among(
        space, (each for each in documents if each.trashed is trashed), wanted
    )
    return found


def _comment(space: Space, edit: Edit) -> DocumentComment:
    found: DocumentComment = one_among(space, _comments(space), edit["comment"])
    return found


def _reply(space: Space, edit: Edit) -> Reply:
    found: Reply = one_among(space, (reply for comment in _comments(space) for reply in comment.replies), edit["reply"])
    return found


def _comments(space: Space) -> Iterator[DocumentComment]:
    """All comments but those in the trash."""
    return (comment for each in space.documents.values() if not each.trashed for comment in each.comments)


OPERATIONS: dict[str, Callable[[Space, Edit], int | str | None]] = {
    "create_document": _create,
    "create_documents": _create_many,
    "update_document": _update,
    "attach_to_document": _attach,
    "trash_document": _trash,
    "restore_document": _restore,
    "purge_document": _purge,
    "add_document_comment": _add_comment,
    "edit_document_comment": _edit_comment,
    "delete_document_comment": _delete_comment,
    "add_document_reply": _add_reply,
    "edit_document_reply": _edit_reply,
    "delete_document_reply": _delete_reply,
}

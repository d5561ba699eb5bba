"""Scripted changes of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.documents import changes, talk
from backlog_emulator.edit_fields import picked
from backlog_emulator.picks import author_of, one_of, project_of

if TYPE_CHECKING:
    from collections.abc import Callable

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
    document = _document(space, edit)
    changes.restore_document(space, document)
    return document.id


def _purge(space: Space, edit: Edit) -> str:
    document = _document(space, edit)
    changes.purge_document(space, document)
    return document.id


def _add_comment(space: Space, edit: Edit) -> str:
    return talk.add_document_comment(space, _document(space, edit), edit["plain"], by=author_of(space, edit)).id


def _edit_comment(space: Space, edit: Edit) -> str:
    talk.edit_document_comment(space, _comment(space, edit), edit["plain"], by=author_of(space, edit))
    return str(edit["comment"])


def _delete_comment(space: Space, edit: Edit) -> str:
    talk.delete_document_comment(space, _comment(space, edit), by=author_of(space, edit))
    return str(edit["comment"])


def _add_reply(space: Space, edit: Edit) -> str:
    return talk.add_reply(space, _comment(space, edit), edit["plain"], by=author_of(space, edit)).id


def _edit_reply(space: Space, edit: Edit) -> str:
    talk.edit_document_comment(space, _reply(space, edit), edit["plain"], by=author_of(space, edit))
    return str(edit["reply"])


def _delete_reply(space: Space, edit: Edit) -> str:
    talk.delete_reply(space, _reply(space, edit), by=author_of(space, edit))
    return str(edit["reply"])


def _document(space: Space, edit: Edit) -> Document:
    document: Document = one_of(space, space.documents, edit["document"])
    return document


def _comment(space: Space, edit: Edit) -> DocumentComment:
    comments = (comment for document in space.documents.values() for comment in document.comments)
    found: DocumentComment = picked(comments, edit["comment"])
    return found


def _reply(space: Space, edit: Edit) -> Reply:
    comments = (comment for document in space.documents.values() for comment in document.comments)
    found: Reply = picked((reply for comment in comments for reply in comment.replies), edit["reply"])
    return found


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

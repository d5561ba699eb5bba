"""Bodies of documents, their tree and their comments.

Source: https://developer.nulab.com/docs/backlog/api/2/get-document/ and its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from backlog_emulator.documents.records import Document, DocumentComment, Reply
from backlog_emulator.shapes import user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from backlog_emulator.records import Attachment, Project, User
    from backlog_emulator.switches import Switches


def document(document: Document, switches: Switches) -> dict[str, Any]:
    """A document, the same in lists and alone. `json` is a text or an object (switch `document_json`)."""
    body = _prose(document.plain)
    return {
        "id": document.id,
        "projectId": document.project.id,
        "title": document.title,
        "plain": document.plain,
        "json": _dumped(body) if switches.document_json == "string" else body,
        "statusId": 1,
        "emoji": document.emoji,
        "attachments": [_attachment(each) for each in document.attachments],
        "tags": document.tags,
        "createdUser": _keyed(document.created_user),
        "created": document.created,
        "updatedUser": _keyed(document.updated_user),
        "updated": document.updated,
        "childDocumentIds": [child.id for child in document.children if not child.trashed],
    }


def tree(project: Project, documents: Iterable[Document]) -> dict[str, Any]:
    """The hierarchy of a project's documents: the living ones and the trash."""
    roots = [each for each in documents if each.parent is None or each.parent.trashed is not each.trashed]
    return {
        "projectId": project.id,
        "activeTree": {"id": "Active", "children": [_node(each) for each in roots if not each.trashed]},
        "trashTree": {"id": "Trash", "children": [_node(each) for each in roots if each.trashed]},
    }


def _node(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "name": document.title,
        "children": [_node(child) for child in document.children if child.trashed is document.trashed],
        "statusId": 1,
        "emoji": document.emoji or "",
        "emojiType": "native" if document.emoji else "",
        "updated": document.updated,
    }


def _comment(comment: DocumentComment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "documentId": comment.document.id,
        "statusId": 0,
        "content": _dumped(_prose(comment.plain)),
        "plain": comment.plain,
        "commentType": "comment",
        **_stamps(comment),
        "replies": comment.replies,
    }


def _reply(reply: Reply) -> dict[str, Any]:
    return {
        "id": reply.id,
        "documentId": reply.comment.document.id,
        "commentId": reply.comment.id,
        "content": _dumped(_prose(reply.plain)),
        "plain": reply.plain,
        **_stamps(reply),
    }


def _stamps(said: DocumentComment | Reply) -> dict[str, Any]:
    return {
        "createdUserId": said.created_user.id,
        "created": said.created,
        "updatedUserId": said.updated_user.id,
        "updated": said.updated,
        "createdUser": _speaker(said.created_user),
    }


def _keyed(person: User) -> object:
    """Users in documents carry a keyword; a deleted one is left to the encoder."""
    if person.deleted:
        return person
    shape = user(person)
    shape["keyword"] = person.name
    if person.nulab_id:
        shape["nulabAccount"] |= {"iconUrl": f"https://icons.backlog.example/{person.id}"}
    return shape


def _speaker(person: User) -> object:
    """Users in comments have another shape than anywhere else; a deleted one is left to the encoder."""
    if person.deleted:
        return person
    return {
        "id": person.id,
        "userId": person.user_id,
        "uniqueId": None,
        "name": person.name,
        "mailAddress": person.mail_address,
        "roleType": person.role_type,
        "lang": person.lang,
        "icon": f"icons/default/{person.id % 10:02}.png",
    }


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "id": attachment.id,
        "name": attachment.name,
        "size": attachment.size,
        "createdUser": _keyed(attachment.created_user),
        "created": attachment.created,
    }


def _prose(plain: str) -> dict[str, Any]:
    """Plain text as the editor's own tree of paragraphs."""
    lines = [[{"type": "text", "text": line}] if line else [] for line in plain.split("\n")]
    return {"type": "doc", "content": [{"type": "paragraph", "content": line} for line in lines]}


def _dumped(value: object) -> str:
    return orjson.dumps(value).decode()


SHAPES: dict[type, Callable[[Any], dict[str, Any]]] = {DocumentComment: _comment, Reply: _reply}

"""Documents are written, changed, thrown away, brought back, and removed for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.changes.ends import end
from backlog_emulator.documents.records import Document, new_id
from backlog_emulator.records import Attachment, Project, Tag, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from backlog_emulator.records import Activity
    from backlog_emulator.space import Space

# What can be set, and the activity that tells of it.
_FIELDS = {"title": 38, "plain": 39, "emoji": 39, "tags": 39}


def create_document(
    space: Space,
    project: Project,
    title: str,
    plain: str = "",
    *,
    parent: Document | None = None,
    tags: Iterable[str] = (),
    emoji: str | None = None,
    by: User | None = None,
) -> Document:
    """Write a document, below another one of its project or at the top. Activity 36."""
    document = _written(space, project, title, plain, by or space.owner)
    document.parent, document.tags, document.emoji = parent, _tags(space, project, tags), emoji
    if parent:
        parent.children += (document,)
    space.record(36, project, content(document), document.created_user)
    return document


def create_documents(space: Space, project: Project, titles: Iterable[str], *, by: User | None = None) -> Activity:
    """Bring several documents in at once. Activity 48 for all."""
    by = by or space.owner
    documents = [_written(space, project, title, "", by) for title in titles]
    return space.record(48, project, {"documents": [content(document) for document in documents]}, by)


def update_document(space: Space, document: Document, fields: Mapping[str, Any], *, by: User | None = None) -> Activity:
    """Set `title`, `plain`, `emoji` or `tags` (names): activity 38 for a new title alone, else 39.

    ValueError for another field, or none.
    """
    if not fields or set(fields) - set(_FIELDS):
        raise ValueError(f"documents have the fields {', '.join(_FIELDS)}, not {', '.join(fields) or 'none'}")
    for name, value in fields.items():
        setattr(document, name, _tags(space, document.project, value) if name == "tags" else value)
    document.updated, document.updated_user = space.now, by or space.owner
    kind = max(_FIELDS[name] for name in fields)
    return space.record(kind, document.project, content(document), document.updated_user)


def attach_to_document(space: Space, document: Document, name: str, size: int, *, by: User | None = None) -> Attachment:
    """Attach a file of `size` bytes, which moves `updated`. Activity 46."""
    document.updated, document.updated_user = space.now, by or space.owner
    attachment = Attachment(space.next_id("attachment"), name, size, document.updated_user, space.now)
    document.attachments += (attachment,)
    space.record(46, document.project, content(document), document.updated_user)
    return attachment


def trash_document(space: Space, document: Document, *, by: User | None = None) -> Activity:
    """Throw a document away with all below it; `updated` stays. Activity 37."""
    for each in _family(document):
        if not each.trashed:
            each.trashed = True
            end(space, "documents", each, "trashed", projectId=each.project.id)
    return space.record(37, document.project, content(document), by or space.owner)


def restore_document(space: Space, document: Document) -> None:
    """Bring a document back from the trash with all below it. No activity."""
    for each in _family(document):
        each.trashed = False
        space.graves.fill("documents", each)


def purge_document(space: Space, document: Document) -> None:
    """Remove a document for good with all below it. No activity."""
    if document.parent:
        document.parent.children = tuple(child for child in document.parent.children if child is not document)
    for each in list(_family(document)):
        remove_document(space, each)


def remove_document(space: Space, document: Document, why: str = "deleted") -> None:
    """A document is gone, without a word in the feed."""
    del space.documents[document.id]
    end(space, "documents", document, why, projectId=document.project.id)
    inner = "document deleted" if why == "deleted" else why
    for comment in document.comments:
        end(space, "document_comments", comment, inner, documentId=document.id)


def content(document: Document) -> dict[str, Any]:
    """What every activity about one document consists of."""
    return {"id": document.id, "title": document.title}


def _written(space: Space, project: Project, title: str, plain: str, by: User) -> Document:
    document = Document(
        id=new_id(space),
        project=project,
        title=title,
        plain=plain,
        created_user=by,
        created=space.now,
        updated_user=by,
        updated=space.now,
    )
    space.documents[document.id] = document
    return document


def _family(document: Document) -> Iterator[Document]:
    yield document
    for child in document.children:
        yield from _family(child)


def _tags(space: Space, project: Project, names: Iterable[str]) -> tuple[Tag, ...]:
    """Tags of these names, the same ones that other documents of the project have."""
    used = {tag.name: tag for each in space.documents.values() if each.project is project for tag in each.tags}
    return tuple(used.get(name) or Tag(space.next_id("tag"), name) for name in dict.fromkeys(names))

"""Wiki pages are written, changed and removed. Each change is an edition and a line in the feed."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING, Any

from backlog_emulator.changes.ends import end
from backlog_emulator.records import Attachment, Project, Tag, User
from backlog_emulator.wikis.records import Edition, Wiki

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backlog_emulator.records import Activity
    from backlog_emulator.space import Space

_CHANGEABLE = {"name", "content", "tags"}


def create_wiki(
    space: Space, project: Project, name: str, content: str = "", *, tags: Iterable[str] = (), by: User | None = None
) -> Wiki:
    """Write a page; `tags` are names. Activity 5."""
    by = by or space.owner
    wiki = Wiki(
        id=space.next_id("wiki"),
        project=project,
        name=name,
        content=content,
        created_user=by,
        created=space.now,
        updated_user=by,
        updated=space.now,
        tags=_tags(space, project, tags),
    )
    space.wikis[wiki.id] = wiki
    _keep(space, wiki)
    space.record(5, project, _content(wiki), by)
    return wiki


def update_wiki(space: Space, wiki: Wiki, fields: Mapping[str, Any], *, by: User | None = None) -> Activity:
    """Set `name`, `content` or `tags` (names). Activity 6 with the difference; ValueError for another field."""
    if unknown := set(fields) - _CHANGEABLE:
        raise ValueError(f"no field {unknown.pop()!r} of wiki pages; there are: {', '.join(sorted(_CHANGEABLE))}")
    before = wiki.content
    for name, value in fields.items():
        setattr(wiki, name, _tags(space, wiki.project, value) if name == "tags" else value)
    _touch(space, wiki, by)
    _keep(space, wiki)
    return space.record(
        6, wiki.project, _content(wiki) | {"diff": _difference(before, wiki.content)}, wiki.updated_user
    )


def delete_wiki(space: Space, wiki: Wiki, *, by: User | None = None) -> Activity:
    """Remove a page with all that it has. Activity 7."""
    remove_wiki(space, wiki)
    return space.record(7, wiki.project, _content(wiki), by or space.owner)


def remove_wiki(space: Space, wiki: Wiki, why: str = "deleted") -> None:
    """A page is gone, without a word in the feed."""
    del space.wikis[wiki.id]
    end(space, "wikis", wiki, why, projectId=wiki.project.id)
    inner = "wiki deleted" if why == "deleted" else why
    for edition in wiki.editions:
        end(space, "wiki_history", edition, inner, pageId=wiki.id, version=edition.version)
    for attachment in wiki.attachments:
        end(space, "wiki_attachments", attachment, inner, wikiId=wiki.id)


def attach_to_wiki(space: Space, wiki: Wiki, name: str, size: int, *, by: User | None = None) -> Attachment:
    """Attach a file of `size` bytes, which is no new edition. Activity 6."""
    _touch(space, wiki, by)
    attachment = Attachment(space.next_id("attachment"), name, size, wiki.updated_user, space.now)
    wiki.attachments += (attachment,)
    space.record(6, wiki.project, _content(wiki), wiki.updated_user)
    return attachment


def detach_from_wiki(space: Space, wiki: Wiki, attachment: Attachment, *, by: User | None = None) -> Activity:
    """Remove an attached file. Activity 6."""
    wiki.attachments = tuple(other for other in wiki.attachments if other is not attachment)
    end(space, "wiki_attachments", attachment, wikiId=wiki.id)
    _touch(space, wiki, by)
    return space.record(6, wiki.project, _content(wiki), wiki.updated_user)


def _touch(space: Space, wiki: Wiki, by: User | None) -> None:
    wiki.updated, wiki.updated_user = space.now, by or space.owner
    space.altered(wiki)


def _keep(space: Space, wiki: Wiki) -> None:
    """Write the page down as its newest edition."""
    number = len(wiki.editions) + 1
    edition = Edition(space.next_id("edition"), wiki, number, wiki.name, wiki.content, wiki.updated_user, wiki.updated)
    wiki.editions += (edition,)


def _tags(space: Space, project: Project, names: Iterable[str]) -> tuple[Tag, ...]:
    """Tags of these names, the same ones that other pages of the project have."""
    used = {tag.name: tag for wiki in space.wikis.values() if wiki.project is project for tag in wiki.tags}
    return tuple(used.get(name) or Tag(space.next_id("tag"), name) for name in dict.fromkeys(names))


def _content(wiki: Wiki) -> dict[str, Any]:
    return {
        "id": wiki.id,
        "name": wiki.name,
        "content": wiki.content,
        "diff": None,
        "version": len(wiki.editions),
        "attachments": [{"id": each.id, "name": each.name, "size": each.size} for each in wiki.attachments],
        "shared_files": [each.in_feed() for each in wiki.shared_files],
    }


def _difference(before: str, after: str) -> str:
    return "\n".join(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))

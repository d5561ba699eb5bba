"""Scripted changes of wiki pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.picks import author_of, one_among, one_of, project_of
from backlog_emulator.wikis import changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.space import Space
    from backlog_emulator.wikis.records import Wiki

    Edit = dict[str, Any]


def _create(space: Space, edit: Edit) -> int:
    project, tags = project_of(space, edit), edit.get("tags", ())
    content = edit.get("content", "")
    return changes.create_wiki(space, project, edit["name"], content, tags=tags, by=author_of(space, edit)).id


def _update(space: Space, edit: Edit) -> int:
    wiki = _wiki(space, edit)
    changes.update_wiki(space, wiki, edit["fields"], by=author_of(space, edit))
    return wiki.id


def _delete(space: Space, edit: Edit) -> int:
    wiki = _wiki(space, edit)
    changes.delete_wiki(space, wiki, by=author_of(space, edit))
    return wiki.id


def _attach(space: Space, edit: Edit) -> int:
    by = author_of(space, edit)
    return changes.attach_to_wiki(space, _wiki(space, edit), edit["name"], edit.get("size", 1000), by=by).id


def _detach(space: Space, edit: Edit) -> int:
    wiki = _wiki(space, edit)
    attachment = one_among(space, wiki.attachments, edit["attachment"])
    changes.detach_from_wiki(space, wiki, attachment, by=author_of(space, edit))
    return int(attachment.id)


def _wiki(space: Space, edit: Edit) -> Wiki:
    wiki: Wiki = one_of(space, space.wikis, edit["wiki"])
    return wiki


OPERATIONS: dict[str, Callable[[Space, Edit], int | str | None]] = {
    "create_wiki": _create,
    "update_wiki": _update,
    "delete_wiki": _delete,
    "attach_to_wiki": _attach,
    "detach_from_wiki": _detach,
}

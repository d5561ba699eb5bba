"""Scripted changes of shared files and their links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.files import changes, links
from backlog_emulator.picks import author_of, one_issue, one_of, project_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.files.records import SharedFile
    from backlog_emulator.records import Issue
    from backlog_emulator.space import Space
    from backlog_emulator.wikis.records import Wiki

    Edit = dict[str, Any]


def _add(space: Space, edit: Edit) -> int:
    project, by = project_of(space, edit), author_of(space, edit)
    return changes.add_file(space, project, edit.get("dir", "/"), edit["name"], edit.get("size", 1000), by=by).id


def _update(space: Space, edit: Edit) -> int:
    file = _file(space, edit)
    changes.update_file(space, file, edit["size"], by=author_of(space, edit))
    return file.id


def _delete(space: Space, edit: Edit) -> int:
    file = _file(space, edit)
    changes.delete_file(space, file, by=author_of(space, edit))
    return file.id


def _link(space: Space, edit: Edit) -> int:
    file = _file(space, edit)
    links.link_file(space, file, _holder(space, edit), by=author_of(space, edit))
    return file.id


def _unlink(space: Space, edit: Edit) -> int:
    file = _file(space, edit)
    links.unlink_file(space, file, _holder(space, edit))
    return file.id


def _file(space: Space, edit: Edit) -> SharedFile:
    file: SharedFile = one_of(space, space.shared_files, edit["file"])
    return file


def _holder(space: Space, edit: Edit) -> Issue | Wiki:
    """The issue of `id` or the page of `wiki`."""
    if "wiki" not in edit:
        return one_issue(space, edit)
    wiki: Wiki = one_of(space, space.wikis, edit["wiki"])
    return wiki


OPERATIONS: dict[str, Callable[[Space, Edit], int | str | None]] = {
    "add_file": _add,
    "update_file": _update,
    "delete_file": _delete,
    "link_file": _link,
    "unlink_file": _unlink,
}

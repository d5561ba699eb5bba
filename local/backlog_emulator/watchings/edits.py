"""Scripted watchings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.picks import author_of, one_issue, one_of
from backlog_emulator.watchings import changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.space import Space
    from backlog_emulator.watchings.records import Watching

    Edit = dict[str, Any]


def _watch(space: Space, edit: Edit) -> int:
    return changes.watch(space, one_issue(space, edit), edit.get("note", ""), by=author_of(space, edit)).id


def _update(space: Space, edit: Edit) -> int:
    given = edit["fields"]
    read = given.get("resourceAlreadyRead")
    return changes.update_watching(space, _watching(space, edit), note=given.get("note"), already_read=read).id


def _stop(space: Space, edit: Edit) -> int:
    watching = _watching(space, edit)
    changes.stop_watching(space, watching)
    return watching.id


def _watching(space: Space, edit: Edit) -> Watching:
    watching: Watching = one_of(space, space.watchings, edit["watching"])
    return watching


OPERATIONS: dict[str, Callable[[Space, Edit], int | str | None]] = {
    "watch": _watch,
    "update_watching": _update,
    "stop_watching": _stop,
}

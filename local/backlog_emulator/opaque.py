"""Activities about things that the API does not serve, and undocumented ones: lines in the feed and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator import texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.records import Project
    from backlog_emulator.space import Space

    Content = Callable[[Space, Project], dict[str, Any]]


def _commit(space: Space, project: Project) -> dict[str, Any]:
    return {"rev": str(space.next_id("revision")), "comment": texts.comment(space.rng, project.lang)}


def _undocumented(space: Space, _project: Project) -> dict[str, Any]:
    return {"id": space.next_id("undocumented")}


# By activity type: a commit to Subversion, dates changed in bulk and a mention, which are known by name, and one that
# is not known at all.
_KINDS: dict[int, Content] = {11: _commit, 35: _undocumented, 49: _undocumented, 60: _undocumented}
_TYPES = tuple(_KINDS)


def some_activity(space: Space, project: Project) -> tuple[int, dict[str, Any]]:
    """The type and the content of some activity that belongs to nothing else here."""
    kind = space.rng.choice(_TYPES)
    return kind, _KINDS[kind](space, project)

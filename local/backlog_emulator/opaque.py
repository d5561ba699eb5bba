"""Activities about wikis, files, Git, documents and undocumented things: lines in the feed and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator import texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.records import Project
    from backlog_emulator.space import Space

    Content = Callable[[Space, Project], dict[str, Any]]


def _wiki(space: Space, project: Project) -> dict[str, Any]:
    return {
        "id": space.next_id("wiki"),
        "name": texts.summary(space.rng, project.lang),
        "content": texts.description(space.rng, project.lang),
        "diff": None,
        "version": None,
        "attachments": [],
        "shared_files": [],
    }


def _shared_file(space: Space, _project: Project) -> dict[str, Any]:
    size = int(space.rng.random() * 500_000)
    return {"id": space.next_id("file"), "dir": "/資料/", "name": texts.file_name(space.rng), "size": size}


def _git_push(space: Space, project: Project) -> dict[str, Any]:
    revision = {
        "rev": f"{space.rng.getrandbits(160):040x}",
        "comment": texts.comment(space.rng, project.lang),
    }
    return {
        "repository": _repository(project),
        "change_type": "update",
        "revision_type": "commit",
        "ref": "refs/heads/main",
        "revision_count": 1,
        "revisions": [revision],
    }


def _pull_request(space: Space, project: Project) -> dict[str, Any]:
    number = space.next_id("pullRequest")
    return {
        "id": number,
        "number": number % 1000,
        "summary": texts.summary(space.rng, project.lang),
        "description": "",
        "comment": None,
        "changes": [],
        "issue": None,
        "repository": _repository(project),
    }


def _repository(project: Project) -> dict[str, Any]:
    return {"id": project.id % 1000, "name": "app", "description": None}


def _document(space: Space, project: Project) -> dict[str, Any]:
    return {"id": f"{space.rng.getrandbits(128):032x}", "title": texts.summary(space.rng, project.lang)}


def _undocumented(space: Space, _project: Project) -> dict[str, Any]:
    return {"id": space.next_id("undocumented")}


# By activity type. 35 and 39 are known by name only, 60 not even that.
_KINDS: dict[int, Content] = {
    5: _wiki,
    6: _wiki,
    8: _shared_file,
    12: _git_push,
    18: _pull_request,
    35: _undocumented,
    36: _document,
    38: _document,
    39: _undocumented,
    60: _undocumented,
}
_TYPES = tuple(_KINDS)


def some_activity(space: Space, project: Project) -> tuple[int, dict[str, Any]]:
    """The type and the content of some activity beside issues."""
    kind = space.rng.choice(_TYPES)
    return kind, _KINDS[kind](space, project)

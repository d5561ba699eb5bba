"""Which records a scripted edit means.

Issues go by id or by a word, for scripts that cannot know the ids beforehand.
"""

from __future__ import annotations

from heapq import nlargest, nsmallest
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from backlog_emulator.records import Issue, Project, User
    from backlog_emulator.space import Space

    Choose = Callable[[Space, int, list[Any]], list[Any]]

_id, _updated = attrgetter("id"), attrgetter("updated", "id")

# What a word picks out of issues or other records, at most so many of them.
WORDS: dict[str, Choose] = {
    "oldest": lambda _, count, issues: nsmallest(count, issues, key=_id),
    "newest": lambda _, count, issues: nlargest(count, issues, key=_id),
    "stalest": lambda _, count, issues: nsmallest(count, issues, key=_updated),
    "freshest": lambda _, count, issues: nlargest(count, issues, key=_updated),
    "random": lambda space, count, issues: space.dice.sample(issues, min(count, len(issues))),
    "all": lambda *given: given[-1],
}


def one_issue(space: Space, edit: dict[str, Any]) -> Issue:
    """The issue of `id`, a number or a word of `WORDS`; KeyError when there is none."""
    (issue,) = picked_issues(space, {**edit, "ids": edit["id"] if isinstance(edit["id"], str) else [edit["id"]]})[:1]
    return issue


def picked_issues(space: Space, edit: dict[str, Any]) -> list[Issue]:
    """The issues of `ids`: numbers, or a word of `WORDS` with `count` (usually 1) and perhaps `project`.

    KeyError when one or all are missing.
    """
    ids = edit["ids"]
    issues = _worded(space, edit, ids) if isinstance(ids, str) else [space.issues[number] for number in ids]
    if not issues:
        raise KeyError("any issue")
    return issues


def _worded(space: Space, edit: dict[str, Any], word: str) -> list[Issue]:
    home = edit.get("project")
    issues = [issue for issue in space.issues.values() if home in (None, issue.project.id, issue.project.key)]
    return WORDS[word](space, edit.get("count", 1), issues)


def one_of(space: Space, records: Mapping[Any, Any], wanted: int | str) -> Any:
    """The record of an id, or the one of a word of `WORDS`; KeyError when there is none."""
    if wanted not in WORDS:
        return records[wanted]
    chosen = WORDS[str(wanted)](space, 1, [*records.values()])
    if not chosen:
        raise KeyError(wanted)
    return chosen[0]


def one_among(space: Space, records: Iterable[Any], wanted: int | str) -> Any:
    """The same among records that have nobody to ask for them by id."""
    return one_of(space, {record.id: record for record in records}, wanted)


def project_of(space: Space, edit: dict[str, Any]) -> Project:
    """The project of `project`, an id or a key; KeyError when there is none."""
    for project in space.projects.values():
        if edit["project"] in (project.id, project.key):
            return project
    raise KeyError(edit["project"])


def author_of(space: Space, edit: dict[str, Any]) -> User | None:
    """The user of `by`; None, which means the owner, without one."""
    return space.users[edit["by"]] if "by" in edit else None

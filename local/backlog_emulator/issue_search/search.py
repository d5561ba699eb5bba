"""Finds the issues of a query, and remembers what it found until an issue changes.

A reader asks for one page after another of the same search: only the first costs more than the page itself.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from backlog_emulator.issue_search.filters import tests
from backlog_emulator.issue_search.sorting import arranged, sort_key

if TYPE_CHECKING:
    from backlog_emulator.call import Call
    from backlog_emulator.records import Issue, Project

    Search = tuple[object, ...]

_REMEMBERED = 16
_NOT_FILTERS = {"offset", "count", "apiKey", "expand[]"}


@dataclass
class Memory:
    """Results of the latest searches, valid for one revision of the space."""

    revision: int = -1
    found: OrderedDict[Search, list[Issue]] = field(default_factory=OrderedDict)


def found_issues(call: Call) -> list[Issue]:
    """All issues that the caller may see and the query asks for, in the order asked for."""
    memory = call.memory
    if memory.revision != call.space.revision:
        memory.revision, memory.found = call.space.revision, OrderedDict()
    search = (call.user, *sorted(pair for pair in call.query.pairs if pair[0] not in _NOT_FILTERS))
    if search not in memory.found:
        memory.found[search] = _find(call)
        if len(memory.found) > _REMEMBERED:
            memory.found.popitem(last=False)
    return memory.found[search]


def _find(call: Call) -> list[Issue]:
    space, query = call.space, call.query
    key = sort_key(space, query.one("sort") or space.switches.default_sort)
    order = query.choice("order", ("asc", "desc"), "desc")
    projects, required = _projects(call), tests(space, query)
    found = [
        issue for issue in space.issues.values() if issue.project in projects and all(test(issue) for test in required)
    ]
    return arranged(found, key, order, space.switches.tie_break)


def _projects(call: Call) -> set[Project]:
    """Those asked for by id, each of which must be visible; else all that the caller has joined."""
    if wanted := call.query.integers("projectId[]"):
        return {call.project_named(str(number)) for number in wanted}
    archived = call.space.switches.archived_listed
    return {project for project in call.space.projects_of(call.user) if archived or not project.archived}

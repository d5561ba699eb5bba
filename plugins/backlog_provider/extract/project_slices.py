"""Many projects: lists are requested without project names if these do not fit into the request line.

Without names, a list is that of all projects that the key's user takes part in
(https://developer.nulab.com/docs/backlog/api/2/get-issue-list/). Whether archived ones are among them is not
documented. So these are read by name as well, some at a time, until a record of one of them comes without.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from backlog_provider.exceptions import OffsetError
from backlog_provider.extract.page import Page
from backlog_provider.model.timestamps import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from backlog_provider.extract.page import Check, Cursor
    from backlog_provider.model.record import Record

    ReadPart: TypeAlias = Callable[[Sequence[int] | None, Cursor | None], Iterator[Page]]

T = TypeVar("T")

# Bytes of names in one request: proxies take lines of 4,094 bytes, and a hundred ids may be in it as well.
MAX_NAME_BYTES = 1_700
# What stands around each id.
PARAMETER_BYTES = len("projectId%5B%5D=&")
# In the cursor: how far archived projects are read by name.
KEY = "archived"


def fits(projects: Collection[int]) -> bool:
    """Return whether the names of some projects fit into a request.

    :param projects: the ids of the projects.
    """
    return sum(PARAMETER_BYTES + len(str(project)) for project in projects) <= MAX_NAME_BYTES


def slice_projects(projects: Sequence[int]) -> list[list[int]]:
    """Return the projects in slices that fit into a request, in their order.

    :param projects: the ids of the projects.
    """
    slices: list[list[int]] = []
    for project in projects:
        if slices and fits([*slices[-1], project]):
            slices[-1].append(project)
        else:
            slices.append([project])
    return slices


def read_slices(slices: Iterable[list[int]], read_of: Callable[[list[int]], Iterator[T]]) -> Iterator[T]:
    """Yield the records of slices of projects; of single projects if the list of a slice is too long.

    :param slices: the ids of the projects of each slice.
    :param read_of: reads the list of a slice.
    :raises OffsetError: if the list of a single project is too long.
    """
    waiting = deque(slices)
    while waiting:
        some = waiting.popleft()
        try:
            yield from read_of(some)
        except OffsetError:
            if len(some) == 1:
                raise
            waiting.extendleft([project] for project in reversed(some))


def read(
    read_part: ReadPart,
    archived: list[int],
    cursor: Cursor | None,
    project_of: Callable[[Record], Any],
    check: Check | None = None,
) -> Iterator[Page]:
    """Yield new and changed records of all projects since the cursor; all records if it is None.

    :param read_part: reads the list of some projects, of all where they are None, behind a cursor.
    :param archived: those of the projects that are archived, in ascending order.
    :param check: what the last page asks for where it was everything.
    """
    state = state_of(cursor, archived)
    if cursor is not None and cursor.get(KEY) != state:
        cursor = {**cursor, KEY: state}
        yield Page([], cursor)
    has_news = False
    for page in read_part(None, cursor):
        if not state["is_listed"]:
            state = {**state, "is_listed": any(project_of(record) in archived for record in page.records)}
        cursor, has_news = {**page.cursor, KEY: state}, True
        yield replace(page, cursor=cursor, check=None)
        del page
    if cursor is None:
        return
    # Where nothing was, something is looked for when anything else is new.
    if not state["is_listed"] and (has_news or not _is_empty(state)):
        for number, projects in enumerate(slice_projects(archived)):
            for page in read_part(projects, state["cursors"][number]):
                cursors = [*state["cursors"][:number], page.cursor, *state["cursors"][number + 1 :]]
                state = {**state, "cursors": cursors}
                cursor = {**cursor, KEY: state}
                yield replace(page, cursor=cursor, check=None)
                del page
    if not state["is_proven"]:
        yield Page([], {**cursor, KEY: {**state, "is_proven": True}}, check)


def state_of(cursor: Cursor | None, archived: list[int]) -> dict[str, Any]:
    """Return how far archived projects are read by name.

    Where no cursor tells, they were named with all the others. Where others are archived now, all of them are read.
    """
    known = cursor.get(KEY) if cursor else None
    if known and known["projects"] == archived:
        return dict(known)
    is_begun = cursor is not None and cursor["value"] is not None
    place = {name: cursor[name] for name in ("value", "recent", "by_creation") if name in cursor} if cursor else {}
    still_archived = known is not None and set(known["projects"]) <= set(archived)
    return {
        "projects": archived,
        "is_listed": known is not None and known["is_listed"] and still_archived,
        "cursors": [place if is_begun and known is None else None for _ in slice_projects(archived)],
        "is_proven": known["is_proven"] if known else is_begun,
    }


def newly_unlisted(cursor: Cursor | None, archived: Collection[int]) -> set[int]:
    """Return the projects of which a list without names may not have told: read by name until now, and no longer.

    :param archived: those that are read by name from now on.
    """
    known = cursor.get(KEY) if cursor else None
    return set(known["projects"]).difference(archived) if known and not known["is_listed"] else set()


def _is_empty(state: dict[str, Any]) -> bool:
    return all(cursor is not None and cursor["value"] == EPOCH for cursor in state["cursors"])

"""Child lists that are read when an activity names their parent: wikis, pull requests, their comments."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from backlog_provider.extract import id_stream
from backlog_provider.extract.page import Page
from backlog_provider.model.endpoint import at

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from backlog_provider.extract.page import Cursor, Fetch
    from backlog_provider.extract.parents import ParentCursor
    from backlog_provider.model.endpoint import ChangeEvents
    from backlog_provider.model.record import Params, Record

    ParentsOf: TypeAlias = Callable[[Collection[int], ParentCursor | None], Iterator[tuple[list[Record], ParentCursor]]]
    PagesOf: TypeAlias = Callable[[Iterable[Record]], Iterator[Page]]

log = logging.getLogger(__name__)


def read(
    fetch: Fetch,
    events: ChangeEvents,
    projects: Sequence[int],
    cursor: Cursor | None,
    *,
    name: str = "lists",
    parents_of: ParentsOf,
    pages_of: PagesOf,
) -> Iterator[Page]:
    """Yield the lists of parents that changed since the cursor; of all parents if it is None.

    The initial load reads all lists once. Its mark is the end of the feed before it began, so that activities during
    the load are read afterwards. Later runs read the lists of those parents that new activities name. All lists of a
    project are read when it becomes visible, because the feed left it out until then. All lists of all projects are
    read again if the feed no longer reaches back to the mark.

    :param fetch: requests a page of the feed.
    :param events: the activity types that report a change, and where they name the parent.
    :param projects: the ids of the projects that can be read.
    :param cursor: where reading continues.
    :param name: the name of the endpoint, for the log.
    :param parents_of: yields all parents in some projects, from a cursor on.
    :param pages_of: reads the lists of some parents; its cursors are ignored.
    :raises BacklogError: as ``Client.get``.
    """
    if cursor is None:
        cursor = _initial_cursor(fetch, events, projects)
    if cursor["value"] is None:
        for parents, place in parents_of(cursor["projects"], cursor["place"]):
            for page in pages_of(parents):
                yield _with(page, cursor)
            cursor = {**cursor, "place": place}
        cursor = {**cursor["then"], "projects": cursor["projects"]}
        yield Page([], cursor)
    if joined := [project for project in projects if project not in cursor["projects"]]:
        for parents, _ in parents_of(joined, None):
            for page in pages_of(parents):
                yield _with(page, cursor)
    if list(projects) != cursor["projects"]:
        cursor = {**cursor, "projects": list(projects)}
        yield Page([], cursor)
    for activities in id_stream.read(only_types(fetch, events), cursor, fetch, lookback=events.lookback):
        if activities.gap:
            log.warning("%s: %s; all lists are read again, because of what came in between", name, activities.gap)
            again = _initial_cursor(fetch, events, projects, least=cursor["value"])
            yield from read(fetch, events, projects, again, name=name, parents_of=parents_of, pages_of=pages_of)
            return
        behind = {**activities.cursor, "projects": cursor["projects"]}
        for page in _lists_of(activities.records, events, projects, parents_of, pages_of):
            yield _with(page, cursor)
        cursor = behind
        yield Page([], cursor)


def _initial_cursor(fetch: Fetch, events: ChangeEvents, projects: Sequence[int], least: int = 0) -> Cursor:
    """Return the cursor with which an initial load of all lists begins; its mark is at least ``least``."""
    known = id_stream.newest_ids(only_types(fetch, events), events.lookback)
    value = max(least, known[-1] if known else id_stream.newest_id(fetch))
    return {
        "value": None,
        "then": {"value": value, "recent": known},
        "projects": list(projects),
        "place": None,
    }


def only_types(fetch: Fetch, events: ChangeEvents) -> Fetch:
    """Return the feed of those activities that report a change.

    :param fetch: requests a page of the whole feed.
    :param events: the activity types.
    """
    types: Params = [("activityTypeId[]", number) for number in events.types]
    return lambda params: fetch([*types, *params])


def _lists_of(
    activities: Iterable[Record],
    events: ChangeEvents,
    projects: Collection[int],
    parents_of: ParentsOf,
    pages_of: PagesOf,
) -> Iterator[Page]:
    """Yield the lists of the named parents, each once; if no named parent has a list, all lists of the project."""
    found: dict[tuple[Any, ...], bool] = {}
    read_whole: list[int] = []
    for activity in activities:
        named = _named(activity, events)
        project: int | None = at(activity, "project.id")
        if project in read_whole or (project is not None and project not in projects):
            continue
        for parent in named:
            key = tuple(parent.values())
            if key not in found:
                found[key] = False
                for page in pages_of([parent]):
                    found[key] = True
                    yield page
            if found[key]:
                break
        else:
            if project is not None and not all(isinstance(path, str) for path in events.named.values()):
                read_whole.append(project)
                for parents, _ in parents_of([project], None):
                    yield from pages_of(parents)


def _named(activity: Record, events: ChangeEvents) -> list[dict[str, Any]]:
    """Return the parents that an activity may name, the likeliest first, with all fields that the path needs."""
    paths = {field: (path,) if isinstance(path, str) else path for field, path in events.named.items()}
    ways = range(max(map(len, paths.values())))
    parents = [{field: at(activity, path[min(way, len(path) - 1)]) for field, path in paths.items()} for way in ways]
    return [parent for parent in parents if all(isinstance(value, (int, str)) for value in parent.values())]


def _with(page: Page, cursor: Cursor) -> Page:
    return Page(page.records, cursor, parent=page.parent, is_whole=page.is_whole)

"""Streams of mutable records, paged by offset and sorted by creation or last update: issues, documents."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING

from backlog_provider.api.client import PAGE_SIZE
from backlog_provider.exceptions import OffsetError
from backlog_provider.extract.offset_pagination import iter_backward, iter_forward
from backlog_provider.extract.page import Page
from backlog_provider.model.record_hash import canonical_json
from backlog_provider.model.timestamps import EPOCH, add_seconds, day, timestamp_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_provider.extract.offset_pagination import IsEnd
    from backlog_provider.extract.page import Check, Count, Cursor, Fetch, FetchAhead, Window
    from backlog_provider.model.endpoint import Changes
    from backlog_provider.model.record import Params, Record

# In a busy space a pass may always find new changes. The next run reads what is left after these passes.
MAX_PASSES = 3


def read(
    fetch: FetchAhead,
    style: Changes,
    cursor: Cursor | None,
    count: Count | None = None,
    check: Check | None = None,
) -> Iterator[Page]:
    """Yield pages of new and changed records since the cursor; of all records if it is None.

    :param fetch: requests a page of the list.
    :param style: the fields to sort by, and whether the list has filters.
    :param cursor: where reading continues.
    :param count: returns the number of records with some filters; None if nothing counts them.
    :param check: the verification that the last page of an initial load asks for.
    :raises BacklogError: as ``Client.get``; OffsetError for a list that is longer than Backlog gives.
    """
    if cursor is None or cursor["value"] is None:
        return _initial_load(fetch, style, cursor, count, check)
    return _incremental(fetch, style, cursor)


def read_window(fetch: FetchAhead, style: Changes, window: Window) -> Iterator[Page]:
    """Yield pages of records that were last updated in the window.

    :param fetch: requests a page of the list.
    :param style: the fields to sort by.
    :param window: the window.
    :raises BacklogError: as ``Client.get``.
    """
    for records in iter_forward(
        fetch, window_filter(window, style), style.updated, has_gaps=True, by_day=style.filters
    ):
        inside = [record for record in records if changed_at(record, style) in window]
        if inside:
            yield Page(inside, {})
        if window.until and (last := last_update(records, style)) and last >= window.until:
            return


def _initial_load(
    fetch: FetchAhead, style: Changes, cursor: Cursor | None, count: Count | None, check: Check | None
) -> Iterator[Page]:
    """Yield all records by creation, continuing an interrupted load.

    In this order a change moves no record, and new records come last. Changes during the load are newer than the newest
    change at its start. That is the mark of this load, so the next pass reads them again.
    """
    is_end: IsEnd | None = None
    if cursor is None:
        newest = newest_of(fetch, style, [])
        done = _cursor(newest, style)
        if len(newest) < PAGE_SIZE and _is_all(fetch, newest, style, count):
            yield Page(newest[::-1], done, check)
            return
        is_end = None if lacks_updated(newest, style) else _ends(newest, style)
        del newest
    else:
        done = cursor["then"]
    left = remaining_filter(style, cursor)
    if count and goes_back(style, cursor):
        walked = iter_backward(fetch, left, style.created, count(left), is_end, by_day=style.filters)
        pages = _backward_pages(walked, style, done)
    else:
        walked = iter_forward(fetch, left, style.created, to_the_end=True, by_day=style.filters)
        pages = _forward_pages(walked, style, done)
    for page in pages:
        done = page.cursor["then"]
        yield page
        # Free this page before fetching the next one.
        del page
    yield Page([], done, check)


def _is_all(fetch: FetchAhead, newest: list[Record], style: Changes, count: Count | None) -> bool:
    """Return whether a page that is not full has all records: by the count, or because no record follows."""
    if not newest:
        return True
    if count:
        return count([]) == len(newest)
    behind = fetch(_newest_first(style, len(newest) - 1))
    return [record["id"] for record in behind] == [newest[-1]["id"]]


def _ends(newest: list[Record], style: Changes) -> IsEnd:
    """Return a test whether a page by creation is the last one, based on the newest changes.

    A record created after the oldest of these changes is one of them. So if the page reaches beyond that time, and none
    of them follows the page, no record follows.
    """
    oldest = timestamp_of(newest[-1], style.updated)
    created = {record["id"]: timestamp_of(record, style.created) for record in newest}

    def is_end(page: list[Record]) -> bool:
        last, there = timestamp_of(page[-1], style.created), {record["id"] for record in page}
        is_beyond = last > oldest and not lacks_updated(page, style)
        return is_beyond and all(number in there for number, moment in created.items() if moment >= last)

    return is_end


def _backward_pages(walked: Iterator[list[Record]], style: Changes, done: Cursor) -> Iterator[Page]:
    read: deque[str] = deque()
    for records in walked:
        before = timestamp_of(records[0], style.created)
        read.append(before)
        # Continuing here requests whole days again; without filters, everything.
        while style.filters and read[0] >= day(before, +2):
            read.popleft()
        done = track_missing_updated(done, records, style, since=done["value"])
        yield Page(records, {"value": None, "before": before, "then": done}, again=len(read))
        del records


def _forward_pages(walked: Iterator[list[Record]], style: Changes, done: Cursor) -> Iterator[Page]:
    read: deque[str] = deque()
    for records in walked:
        created = timestamp_of(records[-1], style.created)
        read.append(created)
        while style.filters and read[0] < day(created, -1):
            read.popleft()
        is_new = timestamp_of(records[0], style.created) > done["value"]
        done = track_missing_updated(done, records, style, since=done["value"])
        yield Page(records, {"value": None, "created": created, "then": done}, again=len(read))
        del records
        if is_new:
            # Everything from here on is newer than the mark, and may grow as fast as it is read.
            return


def _incremental(fetch: FetchAhead, style: Changes, cursor: Cursor) -> Iterator[Page]:
    """Yield changes since the mark. If records without a last update are known, yield new ones by creation as well.

    Where a list sorted by last update has such records is not documented: new ones may be at its end.
    """
    for page in _changes_since(fetch, style, cursor):
        cursor = page.cursor
        yield page
        del page
    if "by_creation" in cursor:
        for page in _changes_since(fetch, by_creation(style), cursor["by_creation"]):
            cursor = {**cursor, "by_creation": page.cursor}
            yield Page([record for record in page.records if record.get(style.updated) is None], cursor)


def _changes_since(fetch: FetchAhead, style: Changes, cursor: Cursor) -> Iterator[Page]:
    """Yield changes since the mark, newest first; repeat until a single page reaches back to the mark.

    One response is one consistent moment, so a page that reaches back to the mark is complete. During several pages, a
    record that changes moves to the front and is missed. The mark is the newest change at the start of the pass, so the
    next pass finds it, in this run or in the next.
    """
    for _ in range(MAX_PASSES):
        floor = floor_of(cursor["value"], style)
        since = updated_since_filter(floor, style)
        newest = newest_of(fetch, style, since)
        fresh_in = partial(new_changes, style=style, floor=floor, known=cursor["recent"])
        complete = _reaches(newest, style, floor, cursor["recent"])
        if complete:
            if fresh := fresh_in(newest):
                yield Page(fresh, _cursor(newest, style, cursor))
            return
        # The newest change is on the first page. Of the others, keep only what the cursor needs.
        after = _cursor(newest, style, cursor)
        found = False
        try:
            for records in iter_forward(
                fetch, since, style.updated, descending=True, first=newest, has_gaps=True, by_day=style.filters
            ):
                after = track_missing_updated(after, records, style)
                if "by_creation" in after:
                    # The newest change may follow a page of records without a last update.
                    after["value"] = max(after["value"], *(changed_at(record, style) for record in records))
                after["recent"].update(_recent(records, style, after["value"]))
                if fresh := fresh_in(records):
                    found = True
                    yield Page(fresh, cursor)
                if goes_beyond(records, style, floor):
                    break
        except OffsetError:
            # If all listed records are known, so are those behind them: they changed earlier.
            if found:
                raise
        if not found:
            return
        cursor = after
        yield Page([], cursor)


def _reaches(newest: list[Record], style: Changes, floor: str, known: dict[str, str]) -> bool:
    """Return whether the page of the newest changes has all changes.

    It reaches back beyond the floor, or it is not full and has all known records above the floor, so it was not cut.
    """
    if not newest or goes_beyond(newest, style, floor):
        return True
    return len(newest) < PAGE_SIZE and known.keys() <= {str(record["id"]) for record in newest}


def goes_back(style: Changes, cursor: Cursor | None) -> bool:
    """Return whether an initial load reads backward: if the list can be counted, and the load did not begin forward.

    :param style: the style of the list.
    :param cursor: the cursor of the load, if it was interrupted.
    """
    return style.count is not None and not (cursor and "created" in cursor)


def cursor_now(fetch: Fetch, style: Changes) -> Cursor:
    """Return the cursor after all current records.

    :param fetch: requests a page of the list.
    :param style: the fields to sort by.
    """
    return _cursor(newest_of(fetch, style, []), style)


def initial_cursor(cursor: Cursor) -> Cursor:
    """Return the cursor of an initial load before its first page.

    :param cursor: the cursor of its first page.
    """
    place = ("before", "created")
    return {"then": cursor, **{key: cursor[key] for key in cursor if key not in place}, "value": None}


# Filters are whole days in an undocumented time zone: one more day on each side covers every zone.


def window_filter(window: Window, style: Changes) -> Params:
    """Return the filters that hold everything last updated in the window; none where the list has no filters."""
    return [
        *([("updatedSince", day(window.since, -1))] if window.since and style.filters else []),
        *([("updatedUntil", day(window.until, +1))] if window.until and style.filters else []),
    ]


def updated_since_filter(instant: str, style: Changes) -> Params:
    """Return the filter that holds everything last updated at an instant or later."""
    name = "createdSince" if style.updated == style.created else "updatedSince"
    return [(name, day(instant, -1))] if style.filters else []


def remaining_filter(style: Changes, cursor: Cursor | None) -> Params:
    """Return the filter that holds everything that a first load, cut short at this cursor, has not given yet."""
    if cursor is None or not style.filters:
        return []
    if before := cursor.get("before"):
        return [("createdUntil", day(before, +1))]
    return [("createdSince", day(cursor["created"], -1))] if "created" in cursor else []


def by_creation(style: Changes) -> Changes:
    """Return the style of the same list, where what is new is looked for by creation."""
    return replace(style, updated=style.created)


def changed_at(record: Record, style: Changes) -> str:
    """Return when a record was last updated; where it has no such instant, when it was created."""
    return timestamp_of(record, style.updated, style.created)


def last_update(records: list[Record], style: Changes) -> str | None:
    """Return the last update of the last record that has one; the others may stand anywhere."""
    last = next((record for record in reversed(records) if record.get(style.updated) is not None), None)
    return timestamp_of(last, style.updated) if last else None


def goes_beyond(records: list[Record], style: Changes, floor: str) -> bool:
    """Return whether records, newest first, go back to before an instant."""
    last = last_update(records, style)
    return last is not None and last < floor


def lacks_updated(records: list[Record], style: Changes) -> bool:
    """Return whether some of the records have no last update."""
    return any(record.get(style.updated) is None for record in records)


def with_known(cursor: Cursor, records: list[Record], style: Changes) -> Cursor:
    """Return the cursor that knows these records, too, which were read beside it."""
    recent = {**cursor["recent"], **_recent(records, style, cursor["value"])}
    return track_missing_updated({**cursor, "recent": recent}, records, style)


def track_missing_updated(cursor: Cursor, records: list[Record], style: Changes, since: str = EPOCH) -> Cursor:
    """Return the cursor that looks by creation, too, where some of these records have no last update.

    :param since: what was created before is known.
    """
    if "by_creation" in cursor or not lacks_updated(records, style):
        return cursor
    known = cursor["recent"] if since == cursor["value"] else {}
    return {**cursor, "by_creation": {"value": since, "recent": known}}


def newest_of(fetch: Fetch, style: Changes, since: Params) -> list[Record]:
    """Return the newest changes, newest first: a page of them."""
    return fetch([*since, *_newest_first(style, 0)])


def _newest_first(style: Changes, offset: int) -> Params:
    return [("sort", style.updated), ("order", "desc"), ("count", PAGE_SIZE), ("offset", offset)]


def new_changes(records: list[Record], *, style: Changes, floor: str, known: dict[str, str]) -> list[Record]:
    """Return those that are not loaded yet, oldest first."""
    recent = [record for record in reversed(records) if changed_at(record, style) >= floor]
    return [record for record in recent if known.get(str(record["id"])) != _version(record)]


def _cursor(newest: list[Record], style: Changes, before: Cursor | None = None) -> Cursor:
    """Return the cursor behind the newest changes, given newest first: the mark, and what is known close to it.

    The mark never goes back, also where the newest record has been deleted since.
    """
    value = max([before["value"] if before else EPOCH, *(changed_at(record, style) for record in newest)])
    cursor: Cursor = {"value": value, "recent": _recent(newest, style, value)}
    if before and "by_creation" in before:
        cursor["by_creation"] = before["by_creation"]
    return track_missing_updated(cursor, newest, style, since=EPOCH if before else value)


def _recent(records: list[Record], style: Changes, value: str) -> dict[str, str]:
    """Return the versions of what is close to a mark, by id."""
    floor = floor_of(value, style)
    return {str(record["id"]): _version(record) for record in records if changed_at(record, style) >= floor}


def floor_of(value: str, style: Changes) -> str:
    """Return the instant from which on changes are looked at: they may become visible after the mark has moved on."""
    return add_seconds(value, -60 * style.lookback)


def _version(record: Record) -> str:
    """Return what tells two versions of a record apart: their second may be the same, and one of them known."""
    return blake2b(canonical_json(record), digest_size=8).hexdigest()

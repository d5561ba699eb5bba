"""Append-only lists paged by ``minId``, whose ids grow with time: the activity feeds.

A server may give fewer records to a page than it was asked for, and may leave out single ones. So the length of a page
says nothing: an end is a page that brings nothing new.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from backlog_provider.api.client import PAGE_SIZE
from backlog_provider.exceptions import ResponseError
from backlog_provider.extract.page import Page
from backlog_provider.model.endpoint import LOOKBACK_ACTIVITIES
from backlog_provider.model.timestamps import timestamp_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_provider.extract.page import Cursor, Fetch, Window
    from backlog_provider.model.endpoint import Endpoint
    from backlog_provider.model.record import Params, Record

log = logging.getLogger(__name__)


def read(
    fetch: Fetch, cursor: Cursor | None, unfiltered: Fetch | None = None, *, lookback: int = LOOKBACK_ACTIVITIES
) -> Iterator[Page]:
    """Yield all records after the cursor, oldest first.

    The newest page is requested first. If it reaches back to the oldest known id, it has all new records. Otherwise
    records are read from that id on in ascending order, up to the newest id. An initial load reads in ascending order
    until a page has no new records. This is enough, because ids only grow and no record of a feed moves.

    If a page has no record as old as the mark, the oldest record is requested. If it is newer than the mark, the feed
    may have dropped records in between, and the first page says so. Without new records this is checked only if
    ``unfiltered`` is given.

    :param unfiltered: the feed with all its records, where ``fetch`` gives only some of them. These may be too seldom
        to show a gap: then a page without records tells of it.
    :param lookback: how many of the newest ids the cursor has, because a record may become visible after higher ids.
        Where it has fewer, those before them are read once more.
    :raises ResponseError: where pages come in another order, or without ids.
    """
    if cursor is None:
        yield Page([], {"value": 0, "recent": []})
        yield from _new(_pages_beyond(fetch, None), [], lookback)
        return
    known: list[int] = cursor["recent"]
    mark: int = cursor["value"]
    newest = _page(fetch, [("order", "desc"), ("count", PAGE_SIZE)])[::-1]
    fresh = _new_records(newest, known, lookback)
    if not fresh:
        if unfiltered and known and not _reach(newest, mark):
            # Asked once: where nothing is known, nothing is missing.
            yield Page([], {**cursor, "recent": []}, gap=_gap(unfiltered, mark))
        return
    if known and newest[0]["id"] <= known[0]:
        yield Page(fresh, _cursor(known, fresh, lookback))
        return
    pages = _pages_beyond(fetch, known[0] if known else None)
    first, end = next(pages, []), newest[-1]["id"]
    gap = "" if not mark or _reach([*newest, *first], mark) else _gap(unfiltered or fetch, mark)
    pages = chain([first] if first else [], pages)
    del newest, fresh, first
    for page in _new(pages, known, lookback, end):
        yield replace(page, gap=gap)
        del page
        gap = ""


def _new_records(newest: list[Record], known: list[int], lookback: int) -> list[Record]:
    """Return what of the newest page is not known, oldest first."""
    if not known:
        return newest
    before = [record for record in newest if record["id"] < known[0]]
    behind = [record for record in newest if record["id"] > known[0] and record["id"] not in known]
    missing = max(0, min(len(before), lookback - len(known)))
    return [*before[len(before) - missing :], *behind]


def _new(pages: Iterator[list[Record]], known: list[int], lookback: int, end: int | None = None) -> Iterator[Page]:
    """Give what ascending pages have that is not known.

    :param end: the id up to which to read; None reads all pages.
    """
    for records in pages:
        last = records[-1]["id"]
        fresh = [record for record in records if record["id"] not in known]
        del records
        if fresh:
            cursor = _cursor(known, fresh, lookback)
            known = cursor["recent"]
            yield Page(fresh, cursor)
        del fresh
        if end is not None and last >= end:
            return


def _reach(records: list[Record], mark: int) -> bool:
    return any(record["id"] <= mark for record in records)


def _gap(fetch: Fetch, mark: int) -> str:
    """Return what a page says of a gap behind the mark; nothing where the feed reaches back to it."""
    oldest = next(iter(ascending(fetch, None)), None)
    if oldest and oldest["id"] <= mark:
        return ""
    begins = f"begins at {oldest['id']}, {oldest.get('created')}" if oldest else "is empty"
    return f"the feed {begins}; {mark} was the last one loaded"


def warn_of_gaps(pages: Iterator[Page], endpoint: Endpoint) -> Iterator[Page]:
    """Give the same pages, with a warning in the log before one that says that the feed has a gap."""
    remedy = "; take the census, which finds the records that were deleted" if endpoint.is_feed_of_deletions else ""
    for page in pages:
        if page.gap:
            log.warning("%s: %s; what came in between cannot be read any more%s", endpoint, page.gap, remedy)
        yield page
        del page


def _cursor(known: list[int], fresh: list[Record], lookback: int) -> Cursor:
    recent = sorted({*known, *(record["id"] for record in fresh)})[-lookback:]
    return {"value": recent[-1], "recent": recent}


def read_window(fetch: Fetch, window: Window) -> Iterator[Page]:
    """Give what was created in the window, oldest first; a feed has no date filter, its ids stand in for one.

    The first id is found by bisection, in some thirty requests of one record, not by reading up to it.
    """
    after = _last_before(fetch, window.since) if window.since else None
    for records in _pages_beyond(fetch, after):
        inside = [record for record in records if timestamp_of(record, "created") in window]
        if inside:
            yield Page(inside, {})
        if window.until and timestamp_of(records[-1], "created") >= window.until:
            return


def read_back_to(fetch: Fetch, instant: str) -> Iterator[list[Record]]:
    """Yield all records created since a time, newest first.

    :param fetch: requests a page of the feed.
    :param instant: the time, ``YYYY-MM-DDTHH:MM:SSZ``.
    """
    for records in _pages_beyond(fetch, None, descending=True):
        since = [record for record in records if timestamp_of(record, "created") >= instant]
        if since:
            yield since
        if len(since) < len(records):
            return


def _pages_beyond(fetch: Fetch, edge: int | None, *, descending: bool = False) -> Iterator[list[Record]]:
    """Yield pages of the records beyond an id, until a page is empty.

    Whether the page includes the requested id is not documented. If a page includes it, it is dropped, and the next
    higher id is requested from then on, because pages may have a single record.

    :param edge: the id; None or 0 begins at the first, or where descending, at the newest.
    :raises ResponseError: where a page begins before the id: reading on would never end.
    """
    order, bound, step = ("desc", "maxId", -1) if descending else ("asc", "minId", 1)
    is_inclusive = False
    while edge != 1 or not descending:
        asked = edge and edge + step * is_inclusive
        records = _page(fetch, [("order", order), ("count", PAGE_SIZE), *([(bound, asked)] if asked else [])])
        if asked and any((record["id"] - asked) * step < 0 for record in records):
            raise ResponseError(f"a feed asked for what is behind {asked} came with what is before it, for ever")
        beyond = [record for record in records if record["id"] != edge]
        if not beyond and (is_inclusive or not records):
            return
        is_inclusive = is_inclusive or len(beyond) < len(records)
        del records
        if beyond:
            edge = beyond[-1]["id"]
            yield beyond
        # Free this page before fetching the next one.
        del beyond


def _last_before(fetch: Fetch, since: str) -> int:
    """Return an id below that of every record created since, and not far below the first of them."""
    low, high = 0, newest_id(fetch)
    while high - low > 1:
        middle = (low + high) // 2
        found = ascending(fetch, middle, count=1)
        if found and timestamp_of(found[0], "created") < since:
            low = max(middle, min(found[0]["id"], high - 1))
        else:
            high = middle
    return low


def newest_id(fetch: Fetch) -> int:
    """Return the id of the newest record; 0 if there is none.

    :raises ResponseError: where it has no id.
    """
    return max(newest_ids(fetch, 1), default=0)


def newest_ids(fetch: Fetch, count: int) -> list[int]:
    """Return the ids of the newest records, the newest last.

    :raises ResponseError: where one has no id.
    """
    ids = [record.get("id") for record in fetch([("order", "desc"), ("count", count)])]
    if not all(isinstance(number, int) for number in ids):
        raise ResponseError(
            "a feed came with records that have no id; check that the connection's host is a Backlog space"
        )
    return sorted(number for number in ids if isinstance(number, int))


def ascending(fetch: Fetch, after: int | None, count: int = PAGE_SIZE) -> list[Record]:
    """Return the page behind an id, which may itself be on it; the first one where it is None.

    :raises ResponseError: where it does not come in ascending order.
    """
    return _page(fetch, [("order", "asc"), ("count", count), *([("minId", after)] if after else [])])


def _page(fetch: Fetch, params: Params) -> list[Record]:
    """Return a page whose records come in the order asked for.

    :raises ResponseError: where they do not, or have no id.
    """
    records = fetch(params)
    order = dict(params)["order"]
    ids = [record["id"] for record in records if isinstance(record.get("id"), int)]
    if len(ids) != len(records) or ids != sorted(ids, reverse=order == "desc"):
        raise ResponseError(f"a feed asked for in {order}ending order came otherwise; reading on would lose records")
    return records

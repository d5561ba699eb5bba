"""Append-only lists paged by ``minId``, whose ids grow with time: the activity feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_provider.exceptions import ResponseError
from backlog_provider.reading.client import PAGE_SIZE
from backlog_provider.reading.page import Page
from backlog_provider.reading.times import stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_provider.reading.client import Params, Record
    from backlog_provider.reading.page import Cursor, Fetch, Window

# An id may become visible a little after a higher one: so many of the newest are asked for again, and dropped.
OVERLAP = 20


def read(fetch: Fetch, cursor: Cursor | None) -> Iterator[Page]:
    """Give everything behind the cursor, oldest first.

    Ascending from the last known id, unchanged, what is known is dropped, a page that brings nothing new or is not
    full is the last. Enough, because ids only grow and nothing in a feed moves; and because an inclusive ``minId``
    returns one known record more than an exclusive one, and that one is dropped.
    """
    known: list[int] = cursor["recent"] if cursor else []
    after = known[0] if known else None
    if cursor is None:
        cursor = {"value": 0, "recent": []}
        yield Page([], cursor)
    while True:
        records = ascending(fetch, after)
        fresh = [record for record in records if record["id"] not in known]
        if not fresh:
            return
        if after is not None and fresh[0]["id"] <= after:
            raise ResponseError(f"a feed asked for what is behind {after} came with what is before it, for ever")
        after = records[-1]["id"]
        known = sorted({*known, *(record["id"] for record in records)})[-OVERLAP:]
        yield Page(fresh, {"value": known[-1], "recent": known})
        if len(records) < PAGE_SIZE:
            return


def read_window(fetch: Fetch, window: Window) -> Iterator[Page]:
    """Give what was created in the window, oldest first; a feed has no date filter, its ids stand in for one.

    The first id is found by bisection, in some thirty requests of one record, not by reading up to it.
    """
    start = {"value": 0, "recent": [_last_before(fetch, window.since)] if window.since else []}
    for page in read(fetch, start):
        inside = [record for record in page.records if stamp(record, "created") in window]
        if inside:
            yield Page(inside, page.cursor)
        if window.until and stamp(page.records[-1], "created") >= window.until:
            return


def back_to(fetch: Fetch, instant: str) -> Iterator[list[Record]]:
    """Give everything created since an instant, newest first.

    Descending from the lowest id so far, unchanged, what is known is dropped: enough for either reading of ``maxId``.
    """
    lowest: int | None = None
    while True:
        params: Params = [("order", "desc"), ("count", PAGE_SIZE), *([("maxId", lowest)] if lowest else [])]
        page = fetch(params)
        records = [record for record in page if lowest is None or record["id"] < lowest]
        since = [record for record in records if stamp(record, "created") >= instant]
        if since:
            yield since
        if len(since) < len(records) or len(page) < PAGE_SIZE or not records:
            return
        lowest = min(record["id"] for record in records)


def _last_before(fetch: Fetch, since: str) -> int:
    """Return an id below that of every record created since, and not far below the first of them."""
    low, high = 0, newest_id(fetch)
    while high - low > 1:
        middle = (low + high) // 2
        found = ascending(fetch, middle, count=1)
        if found and stamp(found[0], "created") < since:
            low = max(middle, min(found[0]["id"], high - 1))
        else:
            high = middle
    return low


def newest_id(fetch: Fetch) -> int:
    """Return the id of the newest record; 0 where there is none.

    :raises ResponseError: where it has no id.
    """
    newest = fetch([("order", "desc"), ("count", 1)])
    ids = [record.get("id") for record in newest]
    if not all(isinstance(number, int) for number in ids):
        raise ResponseError(
            "a feed came with records that have no id; check that the connection's host is a Backlog space"
        )
    return max((number for number in ids if isinstance(number, int)), default=0)


def ascending(fetch: Fetch, after: int | None, count: int = PAGE_SIZE) -> list[Record]:
    """Return the page behind an id, which may itself be on it; the first one where it is None.

    :raises ResponseError: where it does not come in ascending order.
    """
    params: Params = [("order", "asc"), ("count", count), *([("minId", after)] if after else [])]
    records = fetch(params)
    ids = [record["id"] for record in records if isinstance(record.get("id"), int)]
    if len(ids) != len(records) or ids != sorted(ids):
        raise ResponseError("a feed asked for in ascending order came otherwise; reading on would lose records")
    return records

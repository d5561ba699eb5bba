"""What ``changes`` would read: counts, and a bisection for the place in a sorted list where reading would stop."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from backlog_provider.api.client import PAGE_SIZE
from backlog_provider.dry_run.estimates import Estimate
from backlog_provider.exceptions import InvalidRequestError, LimitError
from backlog_provider.extract.offset_pagination import MAX_RECORDS, pages_back, pages_of
from backlog_provider.extract.updated_stream import (
    by_creation,
    changed_at,
    floor_of,
    goes_back,
    goes_beyond,
    new_changes,
    newest_of,
    remaining_filter,
    updated_since_filter,
    window_filter,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_provider.extract.page import Count, Cursor, Fetch, Window
    from backlog_provider.model.endpoint import Changes
    from backlog_provider.model.record import Params, Record


# The count that a pass over everything ends with.
PROOF = 1


def expected(fetch: Fetch, count: Count, style: Changes, cursor: Cursor | None) -> Estimate:
    """Return what ``changes.read`` would give and cost.

    :param count: how many records there are with some filters.
    """
    if cursor is not None and cursor["value"] is not None:
        part = _changed(fetch, count, style, cursor)
        if "by_creation" not in cursor:
            return part
        return replace(part + _changed(fetch, count, by_creation(style), cursor["by_creation"]), exact=False)
    proof = PROOF if style.count else 0
    total = count(remaining_filter(style, cursor))
    back = goes_back(style, cursor)
    # On the way back the run counts first, as this did.
    pages = 1 + pages_back(total) if back else pages_of(total)
    if cursor is None:
        # The run asks for it too, and it tells how long a page takes.
        newest_of(fetch, style, [])
        # Less than a page is counted, or asked for once more, to know that it is all.
        pages = 1 + (pages if total >= PAGE_SIZE else total > 0)
    # The newest changes may tell a run that a full last page is the last: then it does not look behind it.
    may_know_the_end = back and cursor is None and total > 0 and total % PAGE_SIZE == 0
    return Estimate(total, pages + proof, exact=not may_know_the_end, has_changes=True, proof=bool(proof))


def length(fetch: Fetch, style: Changes) -> int:
    """Return how long a list is that nothing counts, found out by looking at places in it.

    :raises LimitError: where it has no end.
    """
    sort: Params = [("sort", style.created), ("order", "asc")]
    most = PAGE_SIZE
    while _page(fetch, [*sort, ("count", 1)], most):
        if most > MAX_RECORDS:
            raise LimitError(f"a list sorted by {style.created!r} has no end: it has more than {MAX_RECORDS:,} records")
        most *= 8
    return _leading(fetch, sort, most, lambda _: True)


def expected_window(fetch: Fetch, count: Count, style: Changes, window: Window) -> Estimate:
    """Return what ``changes.read_window`` would give and cost."""
    params = window_filter(window, style)
    total = count(params)
    ascending = partial(_leading, fetch, [*params, ("sort", style.updated), ("order", "asc")])
    since, until = window.since, window.until
    first = ascending(total, lambda record: changed_at(record, style) < since) if since else 0
    end = ascending(total, lambda record: changed_at(record, style) < until) if until else total
    return Estimate(end - first, pages_of(end, is_all=end == total), has_changes=end > first)


def _changed(fetch: Fetch, count: Count, style: Changes, cursor: Cursor) -> Estimate:
    floor, known = floor_of(cursor["value"], style), cursor["recent"]
    since = updated_since_filter(floor, style)
    newest = newest_of(fetch, style, since)
    fresh = partial(new_changes, style=style, floor=floor, known=known)
    if len(newest) < PAGE_SIZE or goes_beyond(newest, style, floor):
        new = len(fresh(newest))
        return Estimate(new, 1, has_changes=new > 0)
    sort: Params = [*since, ("sort", style.updated), ("order", "desc")]
    total = count(since)
    descending = partial(_leading, fetch, sort, total)
    changed = descending(lambda record: changed_at(record, style) >= floor)
    # What is known stands at the end of what changed: one look there tells how much of it there is.
    last = _page(fetch, [*sort, ("count", PAGE_SIZE)], max(0, changed - PAGE_SIZE))
    exact = changed_at(last[0], style) > cursor["value"] if last else False
    new = changed - PAGE_SIZE + len(fresh(last)) if exact else max(len(fresh(last)), changed - len(known))
    again = 0
    if new:
        # The run looks again from the newest change, until one page answers for everything.
        edge = floor_of(changed_at(newest[0], style), style)
        looked = descending(lambda record: changed_at(record, style) >= edge)
        again = pages_of(looked, is_all=looked == total)
    return Estimate(new, pages_of(changed, is_all=changed == total) + again, exact=exact, has_changes=new > 0)


def _page(fetch: Fetch, params: Params, offset: int) -> list[Record]:
    """Return a page; nothing where the place is too far behind for the server, as if the list ended before it."""
    try:
        return fetch([*params, ("offset", offset)])
    except InvalidRequestError:
        if not offset:
            raise
        return []


def _leading(fetch: Fetch, sort: Params, total: int, holds: Callable[[Record], bool]) -> int:
    """Return how many records of a sorted list come before the first for which something no longer holds."""
    low, high = 0, total
    while low < high:
        offset = max(low, (low + high - PAGE_SIZE) // 2)
        page = _page(fetch, [*sort, ("count", PAGE_SIZE)], offset)
        held = sum(map(holds, page))
        if 0 < held < len(page):
            return offset + held
        low, high = (offset + held, high) if held else (low, offset)
    return low

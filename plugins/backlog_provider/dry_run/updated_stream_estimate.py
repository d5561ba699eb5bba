"""Estimates for ``updated_stream``: count requests, and a bisection for the offset at which reading would stop."""

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


# The number of count requests at the end of a full pass.
PROOF = 1


def expected(fetch: Fetch, count: Count, style: Changes, cursor: Cursor | None) -> Estimate:
    """Return the estimate for ``updated_stream.read``.

    :param fetch: requests a page of the list.
    :param count: takes filter parameters; returns the number of matching records.
    :param style: how the endpoint lists changes.
    :param cursor: the cursor to start from; None for an initial load.
    :raises BacklogError: as ``fetch`` and ``count`` do.
    """
    if cursor is not None and cursor["value"] is not None:
        part = _changed(fetch, count, style, cursor)
        if "by_creation" not in cursor:
            return part
        return replace(part + _changed(fetch, count, by_creation(style), cursor["by_creation"]), exact=False)
    proof = PROOF if style.count else 0
    total = count(remaining_filter(style, cursor))
    is_backward = goes_back(style, cursor)
    # A backward run starts with a count request.
    pages = 1 + pages_back(total) if is_backward else pages_of(total)
    if cursor is None:
        # The run makes this request too. It also measures the response time of a page.
        newest_of(fetch, style, [])
        # A run confirms the end of a list shorter than a page by a count or one more request.
        pages = 1 + (pages if total >= PAGE_SIZE else total > 0)
    # From the newest changes, a run may know that a full page is the last, and then saves one request.
    may_know_the_end = is_backward and cursor is None and total > 0 and total % PAGE_SIZE == 0
    return Estimate(total, pages + proof, exact=not may_know_the_end, has_changes=True, proof=bool(proof))


def length(fetch: Fetch, style: Changes) -> int:
    """Return the length of a list without a count request, by requests at several offsets.

    :param fetch: requests a page of the list.
    :param style: how the endpoint lists changes.
    :raises LimitError: if the list has more than MAX_RECORDS records.
    :raises BacklogError: as ``fetch`` does.
    """
    sort: Params = [("sort", style.created), ("order", "asc")]
    upper_bound = PAGE_SIZE
    while _page(fetch, [*sort, ("count", 1)], upper_bound):
        if upper_bound > MAX_RECORDS:
            raise LimitError(f"a list sorted by {style.created!r} has no end: it has more than {MAX_RECORDS:,} records")
        upper_bound *= 8
    return _count_leading(fetch, sort, upper_bound, lambda _: True)


def expected_window(fetch: Fetch, count: Count, style: Changes, window: Window) -> Estimate:
    """Return the estimate for ``updated_stream.read_window``.

    :param fetch: requests a page of the list.
    :param count: takes filter parameters; returns the number of matching records.
    :param style: how the endpoint lists changes.
    :param window: the time window to backfill.
    :raises BacklogError: as ``fetch`` and ``count`` do.
    """
    params = window_filter(window, style)
    total = count(params)
    count_leading = partial(_count_leading, fetch, [*params, ("sort", style.updated), ("order", "asc")])
    since, until = window.since, window.until
    first = count_leading(total, lambda record: changed_at(record, style) < since) if since else 0
    end = count_leading(total, lambda record: changed_at(record, style) < until) if until else total
    return Estimate(end - first, pages_of(end, is_all=end == total), has_changes=end > first)


def _changed(fetch: Fetch, count: Count, style: Changes, cursor: Cursor) -> Estimate:
    floor, known = floor_of(cursor["value"], style), cursor["recent"]
    since = updated_since_filter(floor, style)
    newest = newest_of(fetch, style, since)
    filter_new = partial(new_changes, style=style, floor=floor, known=known)
    if len(newest) < PAGE_SIZE or goes_beyond(newest, style, floor):
        new = len(filter_new(newest))
        return Estimate(new, 1, has_changes=new > 0)
    sort: Params = [*since, ("sort", style.updated), ("order", "desc")]
    total = count(since)
    count_leading = partial(_count_leading, fetch, sort, total)
    changed = count_leading(lambda record: changed_at(record, style) >= floor)
    # Known records are at the end of the changed ones, so the last page shows how many there are.
    last = _page(fetch, [*sort, ("count", PAGE_SIZE)], max(0, changed - PAGE_SIZE))
    exact = changed_at(last[0], style) > cursor["value"] if last else False
    new_on_last = len(filter_new(last))
    new = changed - PAGE_SIZE + new_on_last if exact else max(new_on_last, changed - len(known))
    repeated_pages = 0
    if new:
        # The run repeats from the newest change until one page covers all further changes.
        edge = floor_of(changed_at(newest[0], style), style)
        repeated = count_leading(lambda record: changed_at(record, style) >= edge)
        repeated_pages = pages_of(repeated, is_all=repeated == total)
    pages = pages_of(changed, is_all=changed == total) + repeated_pages
    return Estimate(new, pages, exact=exact, has_changes=new > 0)


def _page(fetch: Fetch, params: Params, offset: int) -> list[Record]:
    """Return a page; an empty page if the server rejects the offset as too large, as if the list ended before it."""
    try:
        return fetch([*params, ("offset", offset)])
    except InvalidRequestError:
        if not offset:
            raise
        return []


def _count_leading(fetch: Fetch, sort: Params, total: int, holds: Callable[[Record], bool]) -> int:
    """Return the number of leading records of a sorted list for which a condition holds."""
    low, high = 0, total
    while low < high:
        offset = max(low, (low + high - PAGE_SIZE) // 2)
        page = _page(fetch, [*sort, ("count", PAGE_SIZE)], offset)
        matches = sum(map(holds, page))
        if 0 < matches < len(page):
            return offset + matches
        low, high = (offset + matches, high) if matches else (low, offset)
    return low

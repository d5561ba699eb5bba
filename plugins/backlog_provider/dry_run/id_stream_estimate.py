"""Estimates for ``id_stream``. A feed has no count, so a few sample pages are extrapolated."""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from backlog_provider.api.client import PAGE_SIZE
from backlog_provider.dry_run.estimates import Estimate
from backlog_provider.extract import id_stream
from backlog_provider.extract.id_stream import ascending
from backlog_provider.model.endpoint import LOOKBACK_ACTIVITIES
from backlog_provider.model.timestamps import parse, timestamp_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_provider.extract.page import Cursor, Fetch, Window
    from backlog_provider.model.record import Params, Record

    Wanted: TypeAlias = Callable[[Record], bool]

# The number of pages to read like a run; further pages are estimated.
READ = 4
# The number of sample pages between the high-water mark and the newest page.
SAMPLES = 4
# The number of interpolation steps to find the ID at a time. Each step is much closer than the one before.
GUESSES = 6


def expected(
    fetch: Fetch,
    cursor: Cursor | None,
    wanted: Wanted,
    unfiltered: Fetch | None = None,
    *,
    lookback: int = LOOKBACK_ACTIVITIES,
) -> Estimate:
    """Return the estimate for ``id_stream.read``. It is exact if READ pages reach the end of the feed.

    :param fetch: requests a page of the feed.
    :param cursor: the cursor to start from; None for an initial load.
    :param wanted: takes a record; returns whether to count it.
    :param unfiltered: as for ``id_stream.read``.
    :param lookback: as for ``id_stream.read``.
    :raises BacklogError: as ``fetch`` does.
    """
    requests = 0

    def fetch_and_count(params: Params) -> list[Record]:
        nonlocal requests
        requests += 1
        return fetch(params)

    # An initial load begins with a page without records.
    is_initial = cursor is None
    pages = list(islice(id_stream.read(fetch_and_count, cursor, unfiltered, lookback=lookback), READ + is_initial))
    first = [record for page in pages for record in page.records]
    has_gap = any(page.gap for page in pages)
    if len(pages) < READ + is_initial:
        return Estimate(_count(first, wanted), requests, has_changes=bool(pages), has_gap=has_gap)
    rest = _Range(fetch, first[-1]["id"])
    sample = [*first, *rest.sample]
    records = _count(first, wanted) + rest.records * _count(sample, wanted) / len(sample)
    return Estimate(round(records), requests + rest.pages + is_initial, exact=False, has_changes=True, has_gap=has_gap)


def expected_window(fetch: Fetch, window: Window, wanted: Wanted) -> Estimate:
    """Return a rough estimate for ``id_stream.read_window``.

    :param fetch: requests a page of the feed.
    :param window: the time window to backfill.
    :param wanted: takes a record; returns whether to count it.
    :raises BacklogError: as ``fetch`` does.
    """
    newest = fetch([("order", "desc"), ("count", 1)])
    oldest = ascending(fetch, None, count=1)
    if not newest or not oldest:
        return Estimate(0, 2 if window.since else 1)
    ends = oldest[0], newest[0]
    start = _id_at(fetch, window.since, ends) if window.since else oldest[0]["id"]
    end = _id_at(fetch, window.until, ends) if window.until else newest[0]["id"] + 1
    part = _Range(fetch, start - 1, end)
    bisection = _bisection_requests(window.since, ends) if window.since else 0
    share = _count(part.sample, wanted) / len(part.sample) if part.sample else 0
    return Estimate(round(part.records * share), bisection + part.pages + 1, exact=False, has_changes=part.records > 0)


class _Range:
    """A range of IDs in a feed, estimated from a few sample pages.

    :param fetch: requests a page of the feed.
    :param after: the ID before the range, whether or not a record has it.
    :param end: the ID after the range; None for the end of the feed.
    """

    def __init__(self, fetch: Fetch, after: int, end: int | None = None) -> None:
        last: Params = _up_to(end - 1) if end else [("order", "desc"), ("count", PAGE_SIZE)]
        head = [record for record in fetch(last) if end is None or record["id"] < end]
        self.sample = [record for record in head if record["id"] > after]
        self.records = float(len(self.sample))
        pages = [head]
        if len(self.sample) == len(head) > 0:
            # The last page does not reach back to the start of the range.
            low, high = after, self.sample[-1]["id"]
            pages += [ascending(fetch, low + (high - low) * n // SAMPLES) for n in range(SAMPLES)]
            densities = [_density([r for r in page if r["id"] > after]) for page in pages[1:]]
            self.records += (high - low) * _mean([*densities, _density(self.sample[::-1])])
            self.sample += [record for page in pages[1:] for record in page]
        self.pages = math.ceil(self.records / max(1, *map(len, pages)))


def _bisection_requests(since: str, ends: tuple[Record, Record]) -> int:
    """Return the approximate number of requests by which a run finds its first ID, starting from the newest."""
    oldest, newest = ends
    if timestamp_of(oldest, "created") >= since:
        return 1 + math.ceil(math.log2(newest["id"]))
    # The first step that finds a record jumps to the oldest one.
    return 2 + math.ceil(math.log2(newest["id"] - oldest["id"] + 1))


def _id_at(fetch: Fetch, instant: str, ends: tuple[Record, Record]) -> int:
    """Return the approximate ID of the first record at a time or later, by interpolation between known records."""
    low, high = map(_time_and_id, ends)
    at = parse(instant).timestamp()
    if not low[0] < at <= high[0]:
        return low[1] if at <= low[0] else high[1] + 1
    for _ in range(GUESSES):
        guess = low[1] + int((high[1] - low[1]) * (at - low[0]) / (high[0] - low[0]))
        page = ascending(fetch, max(1, guess - 1))
        if page and timestamp_of(page[0], "created") >= instant:
            # The page begins too late; read the page before it.
            page = [r for r in fetch(_up_to(page[0]["id"])) if r["id"] <= page[0]["id"]][::-1] or page
        later = [record["id"] for record in page if timestamp_of(record, "created") >= instant]
        if not page or 0 < len(later) < len(page):
            return int(later[0]) if later else guess
        low, high = (low, _time_and_id(page[0])) if later else (_time_and_id(page[-1]), high)
    return high[1]


def _up_to(end: int) -> Params:
    """Return the parameters for the page that ends at or just before an ID, newest record first."""
    return [("maxId", end + 1), ("order", "desc"), ("count", PAGE_SIZE)]


def _time_and_id(record: Record) -> tuple[float, int]:
    return parse(timestamp_of(record, "created")).timestamp(), record["id"]


def _density(page: list[Record]) -> float:
    """Return the share of IDs in a page's range that belong to a record, from 0 to 1."""
    ids = [int(record["id"]) for record in page]
    return len(ids) / (ids[-1] - ids[0] + 1) if ids else 0.0


def _mean(values: list[float]) -> float:
    """Return the mean of equidistant samples by the trapezoidal rule."""
    return (sum(values) - (values[0] + values[-1]) / 2) / (len(values) - 1)


def _count(records: list[Record], wanted: Wanted) -> int:
    return sum(map(wanted, records))

"""What ``feed`` would read: a feed cannot be counted, so that a few pages of it stand for the whole."""

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

# Pages that are read as the run would read them; more of them are estimated.
READ = 4
# Pages looked at between the mark and the newest ones.
SAMPLES = 4
# Guesses for the place of an instant; each comes much closer than the one before.
GUESSES = 6


def expected(
    fetch: Fetch,
    cursor: Cursor | None,
    wanted: Wanted,
    unfiltered: Fetch | None = None,
    *,
    lookback: int = LOOKBACK_ACTIVITIES,
) -> Estimate:
    """Return what ``feed.read`` would give and cost; exact where a few pages reach from the mark to the end.

    :param wanted: which of the records count.
    :param unfiltered: as for ``feed.read``; ``lookback`` likewise.
    """
    requests = 0

    def counted(params: Params) -> list[Record]:
        nonlocal requests
        requests += 1
        return fetch(params)

    # A first load begins with a page that has no records.
    begins = cursor is None
    pages = list(islice(id_stream.read(counted, cursor, unfiltered, lookback=lookback), READ + begins))
    seen = [record for page in pages for record in page.records]
    has_gap = any(page.gap for page in pages)
    if len(pages) < READ + begins:
        return Estimate(_count(seen, wanted), requests, has_changes=bool(pages), has_gap=has_gap)
    rest = _Stretch(fetch, seen[-1]["id"])
    part = [*seen, *rest.seen]
    records = _count(seen, wanted) + rest.records * _count(part, wanted) / len(part)
    return Estimate(round(records), requests + rest.pages + begins, exact=False, has_changes=True, has_gap=has_gap)


def expected_window(fetch: Fetch, window: Window, wanted: Wanted) -> Estimate:
    """Return about what ``feed.read_window`` would give and cost."""
    newest = fetch([("order", "desc"), ("count", 1)])
    oldest = ascending(fetch, None, count=1)
    if not newest or not oldest:
        return Estimate(0, 2 if window.since else 1)
    ends = oldest[0], newest[0]
    start = _place(fetch, window.since, ends) if window.since else oldest[0]["id"]
    end = _place(fetch, window.until, ends) if window.until else newest[0]["id"] + 1
    part = _Stretch(fetch, start - 1, end)
    bisection = _bisection(window.since, ends) if window.since else 0
    share = _count(part.seen, wanted) / len(part.seen) if part.seen else 0
    return Estimate(round(part.records * share), bisection + part.pages + 1, exact=False, has_changes=part.records > 0)


class _Stretch:
    """The part of a feed behind an id, up to its end or another id; looked at in a few pages.

    :param after: the id, that of a record or of none.
    :param end: the id up to which it goes, itself left out; the feed's end where it is None.
    """

    def __init__(self, fetch: Fetch, after: int, end: int | None = None) -> None:
        last: Params = _up_to(end - 1) if end else [("order", "desc"), ("count", PAGE_SIZE)]
        head = [record for record in fetch(last) if end is None or record["id"] < end]
        self.seen = [record for record in head if record["id"] > after]
        self.records = float(len(self.seen))
        pages = [head]
        if len(self.seen) == len(head) > 0:
            # It does not reach back to the id.
            low, high = after, self.seen[-1]["id"]
            pages += [ascending(fetch, low + (high - low) * n // SAMPLES) for n in range(SAMPLES)]
            spots = [_density([r for r in page if r["id"] > after]) for page in pages[1:]]
            self.records += (high - low) * _mean([*spots, _density(self.seen[::-1])])
            self.seen += [record for page in pages[1:] for record in page]
        self.pages = math.ceil(self.records / max(1, *map(len, pages)))


def _bisection(since: str, ends: tuple[Record, Record]) -> int:
    """Return about how many requests the run makes to find its first id, beginning with the newest."""
    oldest, newest = ends
    if timestamp_of(oldest, "created") >= since:
        return 1 + math.ceil(math.log2(newest["id"]))
    # The first step that finds anything jumps to the oldest record.
    return 2 + math.ceil(math.log2(newest["id"] - oldest["id"] + 1))


def _place(fetch: Fetch, instant: str, ends: tuple[Record, Record]) -> int:
    """Return the id of the first record at an instant or later, or one close to it.

    Between two known records ids are taken to grow evenly with time; each page read there brings the two closer.
    """
    low, high = map(_spot, ends)
    at = parse(instant).timestamp()
    if not low[0] < at <= high[0]:
        return low[1] if at <= low[0] else high[1] + 1
    for _ in range(GUESSES):
        guess = low[1] + int((high[1] - low[1]) * (at - low[0]) / (high[0] - low[0]))
        page = ascending(fetch, max(1, guess - 1))
        if page and timestamp_of(page[0], "created") >= instant:
            # It begins too late: the page before it.
            page = [r for r in fetch(_up_to(page[0]["id"])) if r["id"] <= page[0]["id"]][::-1] or page
        later = [record["id"] for record in page if timestamp_of(record, "created") >= instant]
        if not page or 0 < len(later) < len(page):
            return int(later[0]) if later else guess
        low, high = (low, _spot(page[0])) if later else (_spot(page[-1]), high)
    return high[1]


def _up_to(end: int) -> Params:
    """Return what to ask for the page that ends with an id, or just before it, newest first."""
    return [("maxId", end + 1), ("order", "desc"), ("count", PAGE_SIZE)]


def _spot(record: Record) -> tuple[float, int]:
    return parse(timestamp_of(record, "created")).timestamp(), record["id"]


def _density(page: list[Record]) -> float:
    """Return how many records there are to an id, from 0 to 1, about where this page is."""
    ids = [int(record["id"]) for record in page]
    return len(ids) / (ids[-1] - ids[0] + 1) if ids else 0.0


def _mean(values: list[float]) -> float:
    """Return the mean over a stretch of values at equal distances, its two ends among them."""
    return (sum(values) - (values[0] + values[-1]) / 2) / (len(values) - 1)


def _count(records: list[Record], wanted: Wanted) -> int:
    return sum(map(wanted, records))

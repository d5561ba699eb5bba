"""Offset pagination over a sorted list that changes meanwhile, without skipping records."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING

from backlog_provider.api.client import PAGE_SIZE
from backlog_provider.exceptions import InvalidRequestError, LimitError, OffsetError
from backlog_provider.extract.page import PageLengths
from backlog_provider.model.timestamps import day, timestamps_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from backlog_provider.extract.page import FetchAhead
    from backlog_provider.model.record import Params, Record

    IsEnd: TypeAlias = Callable[[list[Record]], bool]

STEP = PAGE_SIZE - 1
# After so many pages in a row without a new record, the list has no end.
MAX_EMPTY_PAGES = 100
# More than any space has; reading them takes a day at the rate limit.
MAX_RECORDS = 10_000_000
# After so many pages another one is likely: a wasted prefetch costs less than a hundredth of the requests.
PREFETCH_AFTER_PAGES = 100
# Sorts after every timestamp.
AFTER_ALL = "~"
# Records to step back first if two pages do not overlap: few records are deleted between two requests.
FIRST_STEP_BACK = 9


def iter_forward(
    fetch: FetchAhead,
    params: Params,
    field: str,
    *,
    descending: bool = False,
    first: list[Record] | None = None,
    to_the_end: bool = False,
    has_gaps: bool = False,
    by_day: bool = False,
) -> Iterator[list[Record]]:
    """Yield the records of a list sorted by ``field``, each once, page by page.

    Each page begins with the last record of the page before. If it does not, records before it were deleted and all
    records moved up: step back, by a few records and then by whole pages, to a page with a known record. In a sorted
    list no unread record precedes a known one, unless it is new or its sort value has changed, and the caller reads
    those again. The list ends with a page without new records, or with a page that is short enough to show the end.

    A server may refuse great offsets. Then the list is requested again from the day before the last record, because the
    filters are whole days in an undocumented time zone.

    :param fetch: requests a page.
    :param params: the filters of the list.
    :param field: the field to sort by.
    :param descending: whether to sort in descending order.
    :param first: the first page, if it is known.
    :param to_the_end: whether the caller reads all pages: then each next page is prefetched.
    :param has_gaps: whether records may have null at ``field``, at any position; such a record may come twice.
    :param by_day: whether the list has filters by day for ``field``.
    :raises LimitError: for a list without end.
    :raises OffsetError: if an offset is refused, and there are no filters, or too many records of a day or two.
    """
    sort: Params = [
        *params,
        ("sort", field),
        ("order", "desc" if descending else "asc"),
        ("count", PAGE_SIZE),
    ]

    def ask(offset: int) -> list[Record]:
        goes_on = to_the_end or offset >= PREFETCH_AFTER_PAGES * STEP
        return fetch([*sort, ("offset", offset)], [*sort, ("offset", offset + STEP)] if goes_on else None)

    offset = 0
    page = first if first is not None else ask(0)
    edge, lengths = Position(field, descending, has_gaps=has_gaps), PageLengths()
    back, barren, given = FIRST_STEP_BACK, 0, 0
    while True:
        fresh = edge.beyond(page)
        if offset and len(fresh) == len(page):
            offset, back = max(0, offset - back), STEP
        else:
            # After a step back, a page may have no new records, and the next one only new ones.
            stepped_back, back = back == STEP and not fresh, FIRST_STEP_BACK if fresh else back
            barren, given = 0 if fresh else barren + 1, given + len(fresh)
            if barren > MAX_EMPTY_PAGES or given > MAX_RECORDS:
                raise LimitError(f"a list sorted by {field!r} has no end: {given:,} records, and the same ones again")
            is_last = lengths.show_end(len(page)) or len(page) == 1 or not (fresh or stepped_back)
            offset += max(0, len(page) - 1)
            if fresh:
                edge.move(fresh)
                page = []
                yield fresh
            # Free this page before fetching the next one.
            del fresh
            if is_last:
                return
        try:
            page = ask(offset)
        except InvalidRequestError as error:
            if not offset:
                raise
            narrower = edge.narrowed(sort) if by_day else sort
            if narrower == sort:
                raise OffsetError(offset, error) from error
            # Known records of these days come first again: at most as many pages as were read.
            sort, offset, back, barren = narrower, 0, STEP, -(offset // STEP)
            page = ask(offset)


def iter_backward(
    fetch: FetchAhead,
    params: Params,
    field: str,
    total: int,
    is_end: IsEnd | None = None,
    *,
    by_day: bool = False,
) -> Iterator[list[Record]]:
    """Yield the records of a list sorted by ``field``, each once, from its last page to its first.

    Where records go, all behind them move up: on the way to the beginning these have been given, so nothing that is
    still to be given is passed over, and pages need not overlap. New records come at the end, and are not looked for.
    What moves the rest is a record that is put before others, as an import may: that, only a count shows.

    Where the server refuses the last page because it is so far behind, the list is walked in descending order.

    :param total: how many records the list is said to have.
    :param is_end: whether a full page, given whole, is known to be the last; None where nothing is known.
    :param by_day: as for ``walk``.
    :raises LimitError: for a list without end.
    :raises OffsetError: as ``walk``.
    """
    sort: Params = [*params, ("sort", field), ("order", "asc"), ("count", PAGE_SIZE)]

    def ask(number: int, then: int = -1) -> list[Record]:
        offset = number * PAGE_SIZE
        ahead: Params | None = [*sort, ("offset", then * PAGE_SIZE)] if then >= 0 else None
        return _fill_page(
            lambda more: fetch([*sort, ("offset", offset + more)], None if more else ahead), total - offset
        )

    edge = Position(field, descending=True)
    try:
        number, page = _last_page(ask, field, total, is_end)
    except InvalidRequestError:
        if total <= PAGE_SIZE:
            raise
        for records in iter_forward(fetch, params, field, descending=True, to_the_end=True, by_day=by_day):
            yield records[::-1]
        return
    barren = 0
    while True:
        fresh = edge.beyond(page)
        barren = 0 if fresh else barren + 1
        if barren > MAX_EMPTY_PAGES:
            raise LimitError(f"a list sorted by {field!r} has no end: {total:,} records, and the same ones again")
        page = []
        if fresh:
            edge.move(fresh[::-1])
            yield fresh
        # Free this page before fetching the next one.
        del fresh
        if number == 0:
            return
        number -= 1
        page = ask(number, then=number - 1)


def _fill_page(ask: Callable[[int], list[Record]], most: int) -> list[Record]:
    """Return a page together with the records that the server cut: they follow the last record of the cut page.

    :param ask: asks for what stands so many records behind the beginning of the page.
    :param most: how many records there are at most from there on.
    """
    for _ in range(MAX_EMPTY_PAGES):
        page = ask(0)
        while 0 < len(page) < min(PAGE_SIZE, most):
            rest = ask(len(page) - 1)
            if not rest or rest[0]["id"] != page[-1]["id"]:
                break
            if len(rest) == 1:
                return page
            page = [*page, *rest[1:]][:PAGE_SIZE]
        else:
            return page
    return page


def _last_page(
    ask: Callable[[int], list[Record]], field: str, total: int, is_end: IsEnd | None
) -> tuple[int, list[Record]]:
    """Return the last page with records, and its number, even if the count is wrong."""
    if total > MAX_RECORDS:
        raise LimitError(f"a list sorted by {field!r} has no end: it is said to have {total:,} records")
    number = max(0, total - 1) // PAGE_SIZE
    page = ask(number)
    if number and not page:
        number = max(0, bisect_left(range(number), True, key=lambda each: not ask(each)) - 1)
        page = ask(number)
    for _ in range(MAX_EMPTY_PAGES):
        if len(page) < PAGE_SIZE or (is_end and is_end(page)) or not (behind := ask(number + 1)):
            return number, page
        number, page = number + 1, behind
    raise LimitError(
        f"a list sorted by {field!r} has no end: {number * PAGE_SIZE:,} records, and is said to have {total:,}"
    )


def pages_of(records: int, *, is_all: bool = True) -> int:
    """Return how many pages ``iter_forward`` requests for so many records.

    :param is_all: whether they are all of the list: then one page more tells so, unless the last is short.
    """
    pages = max(1, math.ceil(records / STEP))
    lengths = PageLengths()
    lengths.show_end(PAGE_SIZE if pages > 1 else 0)
    return pages + (is_all and records != 1 and not lengths.show_end(records - (pages - 1) * STEP))


def pages_back(records: int) -> int:
    """Return how many pages ``iter_backward`` requests for so many records; a full last page does not show the end.

    :param records: the number of records.
    """
    return records // PAGE_SIZE + 1


class Position:
    """The position of a pagination: the last sort value read, and the ids that share it.

    :param has_gaps: whether records may have null where the sort value stands: the one before them has theirs, too.
    """

    def __init__(self, field: str, descending: bool, *, has_gaps: bool = False) -> None:
        self._field = field
        self._descending = descending
        # Sorts before every value.
        self._start = (AFTER_ALL if descending else "") if has_gaps else None
        self._value: str | None = None
        self._ids: set[int] = set()
        self._page: dict[int, str] = {}

    def beyond(self, page: list[Record]) -> list[Record]:
        """Return the new records of a page.

        :param page: the records of the page.
        """
        before = self._start if self._start is None or self._value is None else self._value
        values = timestamps_of(page, self._field, before)
        self._page = {record["id"]: value for record, value in zip(page, values, strict=True)}
        last, ids, descending = self._value, self._ids, self._descending
        if last is None:
            return page
        return [
            record
            for record, value in zip(page, values, strict=True)
            if (record["id"] not in ids if value == last else (value < last) == descending)
        ]

    def narrowed(self, params: Params) -> Params:
        """Return the parameters of the same list from the last record on; one day earlier, because the zone is unknown.

        :param params: the parameters of the list.
        """
        if self._value is None or not self._value[:1].isdigit():
            return params
        name, margin = (f"{self._field}Until", +1) if self._descending else (f"{self._field}Since", -1)
        return [(name, day(self._value, margin)), *(pair for pair in params if pair[0] != name)]

    def move(self, given: list[Record]) -> None:
        """Move the position after the last of these records.

        :param given: new records of the latest page.
        """
        value = self._page[given[-1]["id"]]
        ids = {number for record in given if self._page[number := record["id"]] == value}
        if value == self._value:
            self._ids |= ids
        else:
            self._value, self._ids = value, ids

"""The two ways in which Backlog pages: by offset, and by id.

A third kind of list comes whole and needs nothing from here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from backlog_emulator.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from backlog_emulator.query import Query
    from backlog_emulator.switches import Switches


class _HasId(Protocol):
    @property
    def id(self) -> int: ...


R = TypeVar("R")
I = TypeVar("I", bound=_HasId)  # noqa: E741
_id = attrgetter("id")


class Count(NamedTuple):
    """How many records a page has at most, and when the caller does not say."""

    most: int = 100
    usual: int = 20


_USUAL = Count()


def offset_page(records: Sequence[R], query: Query, switches: Switches, pages: Count = _USUAL) -> Sequence[R]:
    """`offset` (from 0) and `count` of a sorted list."""
    offset = query.integer("offset") or 0
    if offset < 0:
        raise invalid("offset must be 0 or more.")
    if 0 < switches.max_offset < offset:
        raise invalid(f"offset must be {switches.max_offset} or less.")
    return records[offset : offset + _count(query, switches, pages)]


def id_page(
    records: Sequence[I],
    query: Query,
    switches: Switches,
    keep: Callable[[I], bool] = lambda _: True,
    key: Callable[[I], int] = _id,
) -> list[I]:
    """`minId`, `maxId`, `count` and `order` (usually desc) of what `keep` passes; `records` ascend by `key`."""
    order = query.choice("order", ("asc", "desc"), "desc")
    first, last = _bounds(records, query, switches, key)
    places = range(first, last) if order == "asc" else range(last - 1, first - 1, -1)
    kept = (record for record in map(records.__getitem__, places) if keep(record))
    return list(islice(kept, _count(query, switches, _USUAL)))


def _bounds(records: Sequence[I], query: Query, switches: Switches, key: Callable[[I], int]) -> tuple[int, int]:
    least, most = query.integer("minId"), query.integer("maxId")
    after = bisect_right if switches.min_id == "exclusive" else bisect_left
    before = bisect_left if switches.max_id == "exclusive" else bisect_right
    first = 0 if least is None else after(records, least, key=key)
    last = len(records) if most is None else before(records, most, key=key)
    return first, last


def _count(query: Query, switches: Switches, pages: Count) -> int:
    count = query.integer("count")
    if count is None:
        return pages.usual
    if count < 1 or (count > pages.most and switches.over_count == "error"):
        raise invalid(f"count must be from 1 to {pages.most}.")
    return min(count, pages.most)

"""The two ways in which Backlog pages: by offset, and by id.

A third kind of list comes whole and needs nothing from here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol, TypeVar

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
_MOST = 100
_id = attrgetter("id")


def offset_page(records: Sequence[R], query: Query, switches: Switches) -> Sequence[R]:
    """`offset` (from 0) and `count` (1 to 100, usually 20) of a sorted list."""
    offset = query.integer("offset") or 0
    if offset < 0:
        raise invalid("offset must be 0 or more.")
    return records[offset : offset + _count(query, switches)]


def id_page(
    records: Sequence[I], query: Query, switches: Switches, keep: Callable[[I], bool] = lambda _: True
) -> list[I]:
    """`minId`, `maxId`, `count` and `order` (usually desc) of what `keep` passes; `records` ascend by id."""
    order = query.choice("order", ("asc", "desc"), "desc")
    first, last = _bounds(records, query, switches)
    places = range(first, last) if order == "asc" else range(last - 1, first - 1, -1)
    kept = (record for record in map(records.__getitem__, places) if keep(record))
    return list(islice(kept, _count(query, switches)))


def _bounds(records: Sequence[_HasId], query: Query, switches: Switches) -> tuple[int, int]:
    least, most = query.integer("minId"), query.integer("maxId")
    after = bisect_right if switches.min_id == "exclusive" else bisect_left
    before = bisect_left if switches.max_id == "exclusive" else bisect_right
    first = 0 if least is None else after(records, least, key=_id)
    last = len(records) if most is None else before(records, most, key=_id)
    return first, last


def _count(query: Query, switches: Switches) -> int:
    count = query.integer("count")
    if count is None:
        return 20
    if count < 1 or (count > _MOST and switches.over_count == "error"):
        raise invalid(f"count must be from 1 to {_MOST}.")
    return min(count, _MOST)

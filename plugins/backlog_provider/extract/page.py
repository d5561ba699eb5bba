"""What readers give: pages of records, each with the cursor at which reading stands after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from backlog_provider.model.record import Params, Record

    Fetch: TypeAlias = Callable[[Params], list[Record]]
    Count: TypeAlias = Callable[[Params], int]

    class FetchAhead(Protocol):
        """Asks for a page of a list, and may know the one behind it."""

        def __call__(self, params: Params, then: Params | None = None, /) -> list[Record]:
            """Return it.

            :param then: what will be asked for next, if this page is full.
            """

    MissingRowsOf: TypeAlias = Callable[[list[Any]], list[Any]]

Cursor: TypeAlias = "dict[str, Any]"
"""Where reading stands, as plain JSON. ``value`` is the high-water mark: everything up to it has been given; null
while a first load is under way. The other keys belong to the endpoint's reader alone."""


@dataclass(frozen=True)
class Check:
    """What a pass has to prove before its cursor may be kept: as many living rows as the space has records.

    :param count: asks the space of which projects it can be read now, and how many records they have; None is no
        number, and every number is right.
    :param since: since when deletions may have gone unseen; None is since the cursor of the pass.
    """

    count: Callable[[], tuple[tuple[int, ...], int | None]]
    since: str | None = None


@dataclass(frozen=True)
class Page:
    """Some records, new or changed, and where reading stands once they are kept.

    :param check: what has to hold before the cursor is kept, on the last page of a pass over everything.
    :param missing_rows_of: given where the page is the whole list. It takes the keys of other records, and returns the
        keys of those that were deleted.
    :param parent: whose list the records are from, for endpoints that are under something.
    :param is_whole: whether they are all that the parent has: whatever else a table has of it is gone.
    :param gap: says that a feed has forgotten what came between the cursor and this page; empty where it has not.
    :param again: about how many requests would be made again by whoever goes on from the cursor.
    """

    records: list[Record]
    cursor: Cursor
    check: Check | None = None
    missing_rows_of: MissingRowsOf | None = None
    parent: Record | None = None
    is_whole: bool = False
    again: int = 0
    gap: str = ""


@dataclass
class PageLengths:
    """How long the pages of one kind of list are: what proves that a page is the last, without asking for another.

    A server may cut pages, at fewer records than were asked for, or leave single ones out. What it has given shows what
    it can give: a page of at most half as many records is not cut.

    :param longest: how many records the longest page so far has. No server gives fewer than five at a time.
    """

    longest: int = 5

    def show_end(self, length: int) -> bool:
        """Return whether a page of so many records is the last."""
        is_last = 2 * length <= self.longest
        self.longest = max(self.longest, length)
        return is_last


@dataclass(frozen=True)
class Window:
    """A part of an endpoint by time, ``[since, until)``, as ``YYYY-MM-DDTHH:MM:SSZ``; None is open."""

    since: str | None
    until: str | None

    def __contains__(self, instant: str) -> bool:
        """Whether an instant falls into the window."""
        return (self.since is None or instant >= self.since) and (self.until is None or instant < self.until)

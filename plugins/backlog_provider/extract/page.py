"""Pages of records, each with the cursor behind it, and the types around them."""

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
        """Requests a page of a list, and may prefetch the next one."""

        def __call__(self, params: Params, then: Params | None = None, /) -> list[Record]:
            """Return the page.

            :param params: the query of the page.
            :param then: the query of the next page, to be prefetched if this page is full.
            """

    MissingRowsOf: TypeAlias = Callable[[list[Any]], list[Any]]

Cursor: TypeAlias = "dict[str, Any]"
"""Where reading continues, as plain JSON. ``value`` is the high-water mark: everything up to it was read; null during
an initial load. The other keys belong to the stream of the endpoint."""


@dataclass(frozen=True)
class Check:
    """The verification of a full load: as many living rows as the space has records.

    :param count: returns the projects that can be read now, and the number of their records; None if it is unknown, and
        then every number is right.
    :param since: since when deletions may be unknown; None is since the cursor of the load.
    """

    count: Callable[[], tuple[tuple[int, ...], int | None]]
    since: str | None = None


@dataclass(frozen=True)
class Page:
    """New or changed records, and the cursor to commit with them.

    :param records: the records.
    :param cursor: where reading continues once they are committed.
    :param check: the verification before the cursor is committed, on the last page of a full load.
    :param missing_rows_of: given where the page is the whole list. It takes the keys of other records, and returns the
        keys of those that were deleted.
    :param parent: the parent of the list, for child lists.
    :param is_whole: whether these are all records of the parent: its other rows are then soft-deleted.
    :param gap: describes a gap between the cursor and this page that the feed no longer has; empty if there is none.
    :param again: about how many requests would be repeated by continuing from the cursor.
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
    """The lengths of pages of one kind of list: they show whether a page is the last, without another request.

    A server may give fewer records per page than requested. A page that is at most half as long as the longest page so
    far was not cut, so it is the last.

    :param longest: the number of records of the longest page so far; at least five.
    """

    longest: int = 5

    def show_end(self, length: int) -> bool:
        """Return whether a page of so many records is the last one."""
        is_last = 2 * length <= self.longest
        self.longest = max(self.longest, length)
        return is_last


@dataclass(frozen=True)
class Window:
    """A part of an endpoint by time, ``[since, until)``, as ``YYYY-MM-DDTHH:MM:SSZ``; None is open."""

    since: str | None
    until: str | None

    def __contains__(self, instant: str) -> bool:
        """Return whether a time is in the window."""
        return (self.since is None or instant >= self.since) and (self.until is None or instant < self.until)

"""Lists that are read whole: in one response, in pages, or folder by folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

from backlog_provider.catalogue.model import Paging
from backlog_provider.exceptions import IncompleteError, LimitError, ResponseError
from backlog_provider.reading.client import PAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sized

    from backlog_provider.catalogue.model import Snapshot
    from backlog_provider.reading.client import Client, Params, Record

# How often a list that moves while its pages are read is begun anew.
TRIES = 5
# More than any list that is read whole, and so kept in memory, has.
MOST = 500_000
# Folders in folders.
DEEPEST = 100
# Beyond any id that there is.
NO_ID = 2**53


def read(client: Client, path: str, style: Snapshot) -> list[Record]:
    """Return all records of a list.

    :param path: below ``/api/v2``, with a query if need be.
    :raises BacklogError: as ``Client.get``; IncompleteError for a list that moves faster than it can be read.
    """
    path, _, query = path.partition("?")
    fixed: Params = list(parse_qsl(query))
    if style.folders:
        return list(_files(client, path, style, "/"))
    if style.paging is Paging.OFFSET:
        return _by_offset(client, path, style.page_size)
    if style.paging is Paging.ID:
        return _by_id(client, path, style.id_field)
    return _at_once(client, path, fixed, style)


def _at_once(client: Client, path: str, params: Params, style: Snapshot) -> list[Record]:
    if style.records_of is None:
        return client.get_list(path, params)
    answer = client.get(path, params)
    try:
        records = style.records_of(answer)
    except (KeyError, TypeError, AttributeError, RecursionError):
        records = [None]
    if not all(isinstance(record, dict) for record in records):
        raise ResponseError(
            f"GET {path}: Backlog answered {type(answer).__name__} of another shape than documented; check that the "
            "connection's host is a Backlog space"
        )
    return records


def _by_offset(client: Client, path: str, size: int) -> list[Record]:
    """Read pages that overlap by one record: where the overlap is another one, the list has moved; begin anew.

    Enough, because what is added or taken away before a place shifts everything behind it, and what moves from behind
    a place to before it shifts what is between.
    """
    for _ in range(TRIES):
        records: list[Record] = []
        while True:
            page = client.get_list(path, [("count", size), ("offset", max(0, len(records) - 1))])
            if records and (not page or page[0].get("id") != records[-1].get("id")):
                break
            records += page[1:] if records else page
            _check_length(path, records)
            if len(page) < size:
                return records
    raise IncompleteError(
        f"GET {path}: the list has moved {TRIES} times while its pages were read; the next try goes on from the mark"
    )


def _by_id(client: Client, path: str, field: str) -> list[Record]:
    """Read on behind the highest id so far, unchanged; what is known is dropped: enough for either reading of minId.

    Where ids are others than those that the records show, they are higher ones, and such a page brings nothing new:
    then the place behind the last record is looked for.
    """

    def behind(number: int, count: int = PAGE_SIZE) -> list[Record]:
        after: Params = [("minId", number)] if number else []
        return client.get_list(path, [("order", "asc"), ("count", count), *after])

    def reaches(number: int) -> bool:
        return any(record[field] <= max(records) for record in behind(number, 1))

    records: dict[Any, Record] = {}
    page = behind(0)
    while True:
        records.update({record[field]: record for record in page if record[field] not in records})
        _check_length(path, records)
        if len(page) < PAGE_SIZE:
            return list(records.values())
        page = behind(max(records))
        if len(page) == PAGE_SIZE and all(record[field] in records for record in page):
            page = behind(_last(reaches, max(records), path))
            if len(page) == PAGE_SIZE and all(record[field] in records for record in page):
                raise LimitError(f"GET {path}: Backlog lists the same records again and again; the list has no end")


def _check_length(path: str, records: Sized) -> None:
    if len(records) > MOST:
        raise LimitError(f"GET {path}: the list has more than {MOST:,} records, which is more than is read at once")


def _last(reaches: Callable[[int], bool], low: int, path: str) -> int:
    """Return the highest id behind which the list still begins with something known, by bisection from a lower one.

    :raises IncompleteError: where it does so behind any id.
    """
    high = 2 * low
    while reaches(high):
        low, high = high, 2 * high
        if high > NO_ID:
            raise IncompleteError(
                f"GET {path}: Backlog lists the same records again and again, and what is behind them never"
            )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reaches(middle) else (low, middle)
    return low


def _files(client: Client, path: str, style: Snapshot, folder: str, depth: int = 0) -> Iterator[Record]:
    """Give what is in a folder, and in all folders in it; a name may have any letter in it."""
    if depth > DEEPEST:
        raise LimitError(f"GET {path}: there are more than {DEEPEST} folders, each in the other; they have no end")
    for record in _by_offset(client, path + quote(folder.lstrip("/")), style.page_size):
        yield record
        if record.get("type") == "directory":
            yield from _files(client, path, style, f"{record['dir']}{record['name']}/", depth + 1)

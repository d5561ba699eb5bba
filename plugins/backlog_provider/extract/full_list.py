"""Lists that are read as a whole: in one response, page by page, or folder by folder."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

from backlog_provider.api.client import PAGE_SIZE
from backlog_provider.exceptions import (
    AccessDeniedError,
    IncompleteError,
    InvalidRequestError,
    LimitError,
    NotFoundError,
    OffsetError,
    ResponseError,
    UnknownError,
)
from backlog_provider.extract.page import PageLengths
from backlog_provider.model.endpoint import Paging, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sized

    from backlog_provider.api.client import Client
    from backlog_provider.model.endpoint import Snapshot
    from backlog_provider.model.record import Params, Record

log = logging.getLogger(__name__)

# How often a list that moves while its pages are read is begun anew.
TRIES = 5
# More than any list that is read whole, and so kept in memory, has.
MAX_RECORDS = 500_000
# Folders in folders.
MAX_DEPTH = 100
# Beyond any id that there is.
NO_ID = 2**53


@dataclass(frozen=True)
class FullList:
    """The records of a list.

    :param is_whole: whether records that are not listed are deleted. False if a folder was denied, if Backlog counts
        another number of records than it lists, or if the answer lacks a part.
    """

    records: list[Record]
    is_whole: bool = True


@dataclass
class FullListReader:
    """Reads whole lists of one kind, one after the other.

    A short page may be the last one, or the server may have cut it. So a list is read until a page has no new records,
    until its count is reached, or until longer pages of this kind of list show that this one is the last.
    """

    client: Client
    style: Snapshot
    _lengths: PageLengths = field(default_factory=PageLengths)
    _ends_in_slash: bool = True

    def read(self, path: str, *, counted: bool = False) -> FullList:
        """Return a list.

        :param path: below ``/api/v2``, with a query if need be.
        :param counted: whether to compare the list with its count, if there is one, before records that are not listed
            count as deleted.
        :raises BacklogError: as ``Client.get``; IncompleteError for a list that moves faster than it can be read.
        """
        if self.style.folders:
            return self._files(path)
        if counted and self.style.has_count:
            return self._counted(path)
        records = self._records(path)
        return FullList(records, is_whole=not isinstance(records, Part))

    def _counted(self, path: str) -> FullList:
        for _ in range(TRIES):
            total = self.client.get_count(f"{path}/count")
            records = self._records(path, total)
            if len(records) == total:
                return FullList(records)
        log.warning(
            "GET %s: Backlog counts %d records and lists %d, %d times; nothing of this list is marked as deleted",
            *(path, total, len(records), TRIES),
        )
        return FullList(records, is_whole=False)

    def _records(self, path: str, total: int | None = None) -> list[Record]:
        if self.style.paging is Paging.OFFSET:
            return self._by_offset_or_parts(path, total)
        if self.style.paging is Paging.ID:
            return self._by_id(path, total)
        return self._at_once(path)

    def _is_end(self, page: Sized, records: Sized, total: int | None) -> bool:
        """Return whether all records are read, without another request."""
        is_last = self._lengths.show_end(len(page))
        return is_last if total is None else len(records) >= total

    def _at_once(self, path: str) -> list[Record]:
        path, _, query = path.partition("?")
        params: Params = list(parse_qsl(query))
        if self.style.records_of is None:
            return self.client.get_list(path, params)
        answer = self.client.get(path, params)
        try:
            records = self.style.records_of(answer)
        except (KeyError, TypeError, AttributeError, RecursionError):
            records = [None]
        if not all(isinstance(record, dict) for record in records):
            raise ResponseError(
                f"GET {path}: Backlog answered {type(answer).__name__} of another shape than documented; check that "
                "the connection's host is a Backlog space"
            )
        return records

    def _by_offset_or_parts(self, path: str, total: int | None) -> list[Record]:
        """Read by offset; if the list is too long, read its parts, and compare them with the count."""
        try:
            return self._by_offset(path, total)
        except OffsetError:
            if not self.style.parts:
                raise
        for _ in range(TRIES):
            lists = [self._by_offset(path, None, [part]) for part in self.style.parts]
            records = {record["id"]: record for records in lists for record in records}
            counted = self.client.get_count(f"{path}/count")
            if len(records) == counted:
                return list(records.values())
        raise IncompleteError(
            f"GET {path}: Backlog counts {counted} records and lists {len(records)} in parts, {TRIES} times; "
            "the next run reads the list again"
        )

    def _by_offset(self, path: str, total: int | None = None, filters: Params = ()) -> list[Record]:
        """Read pages that overlap by one record. If the overlap differs, the list has changed: begin again.

        This is enough, because an inserted, deleted or moved record shifts all records behind it.
        """
        for _ in range(TRIES):
            records: list[Record] = []
            while True:
                offset = max(0, len(records) - 1)
                page = self._page(path, [*filters, ("count", self.style.page_size)], offset)
                if records and (not page or page[0].get("id") != records[-1].get("id")):
                    break
                new = page[1:] if records else page
                records += new
                _check_length(path, records)
                if not new or self._is_end(page, records, total):
                    return records
        raise IncompleteError(
            f"GET {path}: the list has moved {TRIES} times while its pages were read; "
            "the next try goes on from the mark"
        )

    def _page(self, path: str, params: Params, offset: int) -> list[Record]:
        try:
            return self.client.get_list(path, [*params, ("offset", offset)])
        except InvalidRequestError as error:
            if not offset:
                raise
            raise OffsetError(offset, error) from error

    def _by_id(self, path: str, total: int | None = None) -> list[Record]:
        """Read from the highest known id on, and drop known records, so that ``minId`` may be inclusive or exclusive.

        If ``minId`` means other, higher ids than those of the records, a page begins with known records. Then the id of
        the last record is searched for.
        """
        name = self.style.id_field

        def behind(number: int, count: int = PAGE_SIZE) -> list[Record]:
            after: Params = [("minId", number)] if number else []
            return self.client.get_list(path, [("order", "asc"), ("count", count), *after])

        def reaches(number: int) -> bool:
            return any(record[name] <= max(records) for record in behind(number, 1))

        records: dict[Any, Record] = {}
        page = behind(0)
        while True:
            new = {record[name]: record for record in page if record[name] not in records}
            records.update(new)
            _check_length(path, records)
            if not new or self._is_end(page, records, total):
                return list(records.values())
            last = max(records)
            page = behind(last)
            if self._is_stale(page, {*records} - {last}):
                page = behind(_last(reaches, last, path))
                if self._is_stale(page, {*records}):
                    raise LimitError(f"GET {path}: Backlog lists the same records again and again; the list has no end")

    def _is_stale(self, page: list[Record], known: set[Any]) -> bool:
        """Return whether a page has only known records, and is so long that the server may have cut it."""
        stale = [record for record in page if record[self.style.id_field] in known]
        return bool(stale) and len(stale) >= len(page) - 1 and len(page) >= self._lengths.longest

    def _files(self, path: str) -> FullList:
        """Return the files and folders of a project; names may contain any character.

        A folder that Backlog denies, because it was deleted meanwhile for example, is left out.
        """
        root = path.rstrip("/")
        records, is_whole = self._root(root), True
        folders = [(folder, 1) for folder in _folders(records, "")]
        while folders:
            folder, depth = folders.pop()
            if depth > MAX_DEPTH:
                raise LimitError(f"GET {path}: more than {MAX_DEPTH} folders in folders; they have no end")
            try:
                inside = self._by_offset(f"{root}/{quote(folder)}")
            except (NotFoundError, AccessDeniedError) as error:
                log.warning("the folder %r is left out: %s", folder, error)
                is_whole = False
                continue
            records += inside
            folders += [(each, depth + 1) for each in _folders(inside, f"{folder}/")]
        return FullList(records, is_whole)

    def _root(self, path: str) -> list[Record]:
        """Return the root folder. Whether its address ends in a slash is not documented: try both."""
        try:
            return self._by_offset(path + "/" * self._ends_in_slash)
        except (NotFoundError, UnknownError):
            try:
                records = self._by_offset(path + "/" * (not self._ends_in_slash))
            except (NotFoundError, UnknownError):
                records = None
            if records is None:
                raise
            self._ends_in_slash = not self._ends_in_slash
            return records


def _folders(records: list[Record], inside: str) -> Iterator[str]:
    """Yield the paths of the folders in a folder, made from their names: ``dir`` has several forms, or is null."""
    return (f"{inside}{record['name']}" for record in records if record.get("type") == "directory")


def _check_length(path: str, records: Sized) -> None:
    if len(records) > MAX_RECORDS:
        raise LimitError(
            f"GET {path}: the list has more than {MAX_RECORDS:,} records, which is more than is read at once"
        )


def _last(reaches: Callable[[int], bool], low: int, path: str) -> int:
    """Return, by bisection, the highest id behind which the list still begins with a known record.

    :raises IncompleteError: if it does so behind every id.
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

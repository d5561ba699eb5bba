"""Pages to rows to stage files to batches: a batch is one transaction, committed with the cursor of its last page."""

from __future__ import annotations

import logging
import time
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from backlog_provider.exceptions import UnreadListsError
from backlog_provider.extract.page import Page
from backlog_provider.load.sql.soft_delete import FIRST
from backlog_provider.load.stage_file import StageFile, stage_folder
from backlog_provider.sync.deferral import LimitReachedError
from backlog_provider.sync.gc_pause import fewer_collections
from backlog_provider.transform.rows import parent_maker
from backlog_provider.transform.staged_rows import staged_maker

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path
    from typing import Any, TypeAlias

    from backlog_provider.extract.page import Check, Cursor, MissingRowsOf
    from backlog_provider.extract.stream import Reader
    from backlog_provider.load.full_list_rows import Judge
    from backlog_provider.load.loader import Counts, Ledger, Loader
    from backlog_provider.model.record import Record
    from backlog_provider.model.state import State
    from backlog_provider.sync.deferral import Deferral
    from backlog_provider.sync.result import RunResult
    from backlog_provider.transform.pii import PiiFilter

    Prove: TypeAlias = "Callable[[Load, Check, Cursor], None]"

log = logging.getLogger(__name__)

# Rows between two lines of progress.
ROWS_PER_LOG_LINE = 5_000
# Rows written at a time: a list that comes whole may be long, and its records are in memory already.
ROWS_PER_WRITE = 1_000
# A batch is one transaction: about 130 MB compressed, half a million issues.
FILES_PER_BATCH = 32
# A batch ends after so many seconds, however small it is: after an interruption at most this much is read again.
MAX_BATCH_SECONDS = 600


class LinkedLoad(Protocol):
    """Loads records of other endpoints that the records of a load link to."""

    def note(self, records: Iterable[Record]) -> None:
        """Remember the links of a page."""

    def load(self) -> None:
        """Load what is linked, before a batch is committed."""


@dataclass
class Load:
    """The load of one table by one run.

    :param reader: reads the endpoint.
    :param loader: writes the table.
    :param outcome: the result, which grows with every batch.
    :param state: the state of the table, which changes with every batch.
    :param moves_mark: whether batches are committed with their cursor.
    :param protect: the filter for names of people; None keeps them.
    :param deferral: ends the load before a long wait for the rate limit; None waits.
    :param accept_count_difference: by how many records table and space may differ.
    :param linked: loads linked records before a batch is committed; None loads none.
    """

    reader: Reader
    loader: Loader
    outcome: RunResult
    state: State
    moves_mark: bool = True
    protect: PiiFilter | None = None
    deferral: Deferral | None = None
    accept_count_difference: int = 0
    linked: LinkedLoad | None = None


@fewer_collections()
def load_pages(load: Load, pages: Iterable[Page], prove: Prove | None = None, *, is_all: bool = True) -> None:
    """Load pages, batch by batch.

    :param load: the load of the table.
    :param pages: the pages to load.
    :param prove: verifies the table before the cursor of a page with a check is committed.
    :param is_all: whether the run ends with these pages: the last batch then writes the ledger.
    :raises LimitReachedError: if the load should defer; everything read is committed.
    :raises UnreadListsError: if a few lists could not be read; everything else is committed.
    """
    last_cursor = load.state.cursor
    has_uncommitted = False
    committed_at = time.monotonic()

    def is_due() -> bool:
        return time.monotonic() - committed_at >= MAX_BATCH_SECONDS

    with stage_folder() as folder:
        try:
            # Close the files at once if the load fails, not at the next garbage collection.
            with closing(_files(load, iter(pages), folder, is_due)) as files:
                for number, (file, parents, page, is_last) in enumerate(files, start=1):
                    load.loader.stage(file)
                    load.loader.stage_parents(parents)
                    has_uncommitted = has_uncommitted or bool(file.rows or parents.rows)
                    if page.check and prove:
                        if has_uncommitted:
                            _commit_batch(load, last_cursor)
                        prove(load, page.check, page.cursor)
                    elif not is_last and number % FILES_PER_BATCH and not is_due():
                        last_cursor = page.cursor
                        continue
                    last_cursor = page.cursor
                    writes_ledger = is_last and is_all
                    _commit_batch(load, last_cursor, missing_rows_of=page.missing_rows_of, writes_ledger=writes_ledger)
                    has_uncommitted = False
                    committed_at = time.monotonic()
        except (LimitReachedError, UnreadListsError) as end:
            is_end = isinstance(end, UnreadListsError)
            if has_uncommitted or last_cursor != load.state.cursor or (is_end and load.outcome.changed):
                _commit_batch(load, last_cursor, writes_ledger=is_end and is_all)
            raise


def load_without_mark(load: Load, pages: Iterable[Page]) -> None:
    """Load the records of pages, and leave the state alone.

    :param load: the load of the table.
    :param pages: the pages to load.
    :raises BacklogError: if reading or loading fails.
    """
    records = (Page(page.records, {}, parent=page.parent) for page in pages)
    load_pages(replace(load, moves_mark=False, deferral=None), records, is_all=False)


def load_in_one_transaction(load: Load, pages: Iterable[Page], relisted: Judge) -> Counts | None:
    """Load all pages in one transaction, and leave the state alone.

    :param load: the load of the table.
    :param pages: the pages to load.
    :param relisted: as for ``Loader.merge``.
    :return: the numbers of changed rows; None if there was nothing to load.
    """
    with stage_folder() as folder, closing(_files(load, iter(pages), folder, lambda: False)) as files:
        has_any = False
        for file, parents, _, _ in files:
            has_any = has_any or bool(file.rows or parents.rows)
            load.loader.stage(file)
            load.loader.stage_parents(parents)
        load.reader.drain()
        if not has_any:
            return None
        counts, _ = load.loader.merge(load.state, None, lambda *_: None, relisted=relisted)
    load.outcome.add(counts)
    return counts


def _commit_batch(
    load: Load, cursor: Cursor | None, *, missing_rows_of: MissingRowsOf | None = None, writes_ledger: bool = False
) -> None:
    def on_merged(counts: Counts, after: State) -> Ledger | None:
        load.outcome.requests = load.reader.requests
        load.outcome.add(counts)
        if load.moves_mark:
            load.outcome.state = after
        return load.outcome.ledger() if writes_ledger else None

    load.reader.drain()
    if load.linked:
        load.linked.load()
    _, load.state = load.loader.merge(
        load.state, cursor if load.moves_mark else None, on_merged, missing_rows_of=missing_rows_of
    )


def _files(
    load: Load, pages: Iterator[Page], folder: Path, is_due: Callable[[], bool]
) -> Generator[tuple[StageFile, StageFile, Page, bool]]:
    """Write pages to stage files.

    Yields each file, the file of the parents whose whole lists are in it, its last page, and whether it is the last
    file. A page that asks for verification gets a file of its own. If the rate limit ends the reading, or if some
    lists could not be read, the error is raised after the last file.
    """
    outcome = load.outcome
    make_row, make_parent = staged_maker(outcome.endpoint, load.protect), parent_maker(outcome.endpoint)

    def write(page: Page, file: StageFile, parents: StageFile) -> None:
        if load.linked:
            load.linked.note(page.records)
        if page.is_whole:
            parents.write([{**make_parent(page.records, page.parent), FIRST: outcome.rows_read}])
        for first in range(0, len(page.records), ROWS_PER_WRITE):
            file.write([make_row(record, page.parent) for record in page.records[first : first + ROWS_PER_WRITE]])

    reached: LimitReachedError | UnreadListsError | None = None
    page = next(pages, None)
    lists = 0
    while page is not None:
        with (
            closing(StageFile(folder, outcome.endpoint.name, outcome.rows_read)) as file,
            closing(StageFile(folder, "parents", lists)) as parents,
        ):
            while page is not None and not _is_done((file, parents), is_due):
                write(page, file, parents)
                _log_progress(outcome, len(page.records))
                # Free this page before reading the next one, so that its memory is reused (twice as fast).
                last, page = replace(page, records=[]), None
                try:
                    page = _next(load.deferral, pages, last)
                except (LimitReachedError, UnreadListsError) as error:
                    reached = error
                if last.check or (page and page.check):
                    break
        lists += parents.rows
        yield file, parents, last, page is None and not reached
    if reached:
        raise reached


def _next(deferral: Deferral | None, pages: Iterator[Page], last: Page) -> Page | None:
    if deferral is None:
        return next(pages, None)
    deferral.given(last)
    with deferral.reading():
        return next(pages, None)


def _is_done(files: Iterable[StageFile], is_due: Callable[[], bool]) -> bool:
    return any(file.is_full or (file.rows and is_due()) for file in files)


def files_of(name: str, pages: Iterable[list[dict[str, Any]]], folder: Path) -> Generator[StageFile]:
    """Write rows that are not records of an endpoint to stage files; no file if there are no rows.

    :param name: the name of the files.
    :param pages: the rows, in parts.
    :param folder: the folder of the files.
    """
    rows = iter(pages)
    some = next(rows, None)
    written = 0
    while some is not None:
        with closing(StageFile(folder, name, written)) as file:
            while some is not None and not file.is_full:
                file.write(some)
                some = next(rows, None)
        written += file.rows
        yield file


def _log_progress(outcome: RunResult, read: int) -> None:
    before = outcome.rows_read
    outcome.rows_read += read
    if before // ROWS_PER_LOG_LINE != outcome.rows_read // ROWS_PER_LOG_LINE:
        log.info("%s: %s rows read", outcome.endpoint, f"{outcome.rows_read:,}")

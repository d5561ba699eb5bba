"""Pages to rows to files to batches: each batch is one transaction, kept with the cursor behind its last page."""

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
# Rows made and written at a time: a list that comes whole may be long, and its records are held already.
ROWS_PER_WRITE = 1_000
# A batch is one transaction: about 130 MB compressed, half a million issues.
FILES_PER_BATCH = 32
# Seconds after which a batch ends however small it is: as much is read again after an interruption.
MAX_BATCH_SECONDS = 600


class LinkedLoad(Protocol):
    """Loads records of other endpoints that the records of a load link to."""

    def note(self, records: Iterable[Record]) -> None:
        """Remember the links of a page."""

    def load(self) -> None:
        """Load what is linked, before a batch is committed."""


@dataclass
class Load:
    """One run's way into one table: what reads, what writes, where it stands.

    :param state: the state that the table is in; grows with every batch.
    :param moves_mark: whether batches are kept with their cursor.
    :param protect: what makes the people in a record unrecognisable; None where they are kept.
    :param deferral: ends the load where a long wait for the limit begins; None waits.
    :param accept_count_difference: by how many records table and space may differ in number, and all is well.
    :param linked: is given each page's records, and brings what they link up to date before a batch is kept.
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

    :param prove: called before the cursor of a page with a check is kept, when all rows before it are in the table.
    :param is_all: whether the run ends with them: the last batch then writes the ledger.
    :raises LimitReachedError: where the load has a deferral and the limit is reached; everything read is kept then.
    :raises UnreadListsError: where a few lists could not be read; everything else is kept then.
    """
    behind = load.state.cursor
    waits = False
    kept = time.monotonic()

    def is_due() -> bool:
        return time.monotonic() - kept >= MAX_BATCH_SECONDS

    with stage_folder() as folder:
        try:
            # Where the load fails, its files are closed at once, not when somebody collects garbage.
            with closing(_files(load, iter(pages), folder, is_due)) as files:
                for number, (file, parents, page, is_last) in enumerate(files, start=1):
                    load.loader.stage(file)
                    load.loader.stage_parents(parents)
                    waits = waits or bool(file.rows or parents.rows)
                    if page.check and prove:
                        if waits:
                            _commit_batch(load, behind)
                        prove(load, page.check, page.cursor)
                    elif not is_last and number % FILES_PER_BATCH and not is_due():
                        behind = page.cursor
                        continue
                    behind = page.cursor
                    _commit_batch(load, behind, missing_rows_of=page.missing_rows_of, writes_ledger=is_last and is_all)
                    waits = False
                    kept = time.monotonic()
        except (LimitReachedError, UnreadListsError) as end:
            is_end = isinstance(end, UnreadListsError)
            if waits or behind != load.state.cursor or (is_end and load.outcome.changed):
                _commit_batch(load, behind, writes_ledger=is_end and is_all)
            raise


def load_without_mark(load: Load, pages: Iterable[Page]) -> None:
    """Load the records of pages, each beside its parent's, and leave the state where it is."""
    records = (Page(page.records, {}, parent=page.parent) for page in pages)
    load_pages(replace(load, moves_mark=False, deferral=None), records, is_all=False)


def load_in_one_transaction(load: Load, pages: Iterable[Page], relisted: Judge) -> Counts | None:
    """Load pages in one transaction, however many there are, and leave the state where it is.

    :param relisted: as ``Loader.merge`` has it.
    :return: what changed; None where there was nothing to load.
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
    def told(counts: Counts, after: State) -> Ledger | None:
        load.outcome.requests = load.reader.requests
        load.outcome.add(counts)
        if load.moves_mark:
            load.outcome.state = after
        return load.outcome.ledger() if writes_ledger else None

    load.reader.drain()
    if load.linked:
        load.linked.load()
    _, load.state = load.loader.merge(
        load.state, cursor if load.moves_mark else None, told, missing_rows_of=missing_rows_of
    )


def _files(
    load: Load, pages: Iterator[Page], folder: Path, is_due: Callable[[], bool]
) -> Generator[tuple[StageFile, StageFile, Page, bool]]:
    """Give finished files of rows, for somebody to use and delete.

    With each comes a file of the parents whose whole lists are in it, its last page, and whether it is the last. A page
    that asks for a proof comes in a file of its own.

    Where the limit ends the reading, or lists could not be read, that is raised behind the last file.
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
                # Records are let go of before the next are made: it takes half the time where memory is at hand.
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
    """Give finished files of rows that are no records of an endpoint, none where there are none.

    :param folder: where to write them; whoever uses them deletes them.
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

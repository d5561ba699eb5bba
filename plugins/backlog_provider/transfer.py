"""One run of one endpoint: pages to rows to batches to the table, and the summary of it.

The only place where reading, shaping, loading and marks meet.
"""

from __future__ import annotations

import logging
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backlog_provider.loading.files import StageFile
from backlog_provider.shaping.rows import row_maker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backlog_provider.catalogue.model import Endpoint
    from backlog_provider.loading.loader import Loader
    from backlog_provider.marks import State
    from backlog_provider.reading.page import Cursor, Page, Window
    from backlog_provider.reading.reader import Reader

log = logging.getLogger(__name__)

# Rows between two lines of progress.
PROGRESS = 5_000
# A batch is one transaction: about 130 MB compressed, half a million issues.
FILES_PER_BATCH = 8


@dataclass
class Outcome:
    """What a run did: the mode, rows by kind, the state that it found and the one that it leaves.

    Both states are None for a window, which leaves the state alone.
    """

    mode: str = "noop"
    rows_read: int = 0
    rows_inserted: int = 0
    rows_updated: int = 0
    rows_deleted: int = 0
    before: State | None = None
    state: State | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(timezone.utc))


def transfer(
    reader: Reader,
    endpoint: Endpoint,
    open_loader: Callable[[], Loader],
    *,
    known: State | None,
    window: Window | None = None,
    full_refresh: bool = False,
) -> Outcome:
    """Load what is new of an endpoint.

    :param open_loader: called when there is something to write, or nothing is known: not before, so that a run that
        finds nothing new wakes no warehouse.
    :param known: the state that the last run left, as far as this run may believe it.
    :param window: load this part alone and leave the mark where it is.
    :param full_refresh: read everything again and set the mark anew.
    :raises BacklogError: the table holds whole batches then, and the next run goes on behind the last of them.
    """
    outcome = Outcome()
    if window:
        outcome.mode = "window"
        loader = open_loader()
        _load(reader.window(window), endpoint, loader, loader.prepare(), outcome, move_mark=False)
        return outcome
    if known and not full_refresh:
        pages = reader.pages(known.cursor)
        first = next(pages, None)
        if first is None:
            return _noop(outcome, known)
        loader = open_loader()
        state = loader.prepare()
        # The state has the last word: if it is not what the XCom knew, read again from there.
        pages = chain([first], pages) if state == known else reader.pages(state.cursor)
    else:
        loader = open_loader()
        state = loader.prepare(any_space=full_refresh)
        pages = reader.pages(None if full_refresh else state.cursor)
    return _continue(pages, endpoint, loader, state, outcome, full_refresh=full_refresh)


def _continue(
    pages: Iterator[Page],
    endpoint: Endpoint,
    loader: Loader,
    state: State,
    outcome: Outcome,
    *,
    full_refresh: bool,
) -> Outcome:
    first = next(pages, None)
    if first is None:
        return _noop(outcome, state)
    is_full = full_refresh or state.value is None
    outcome.mode = "full" if is_full else "incremental"
    outcome.before = state
    _load(chain([first], pages), endpoint, loader, state, outcome)
    return outcome


def _noop(outcome: Outcome, state: State) -> Outcome:
    outcome.before = outcome.state = state
    return outcome


def _load(
    pages: Iterator[Page],
    endpoint: Endpoint,
    loader: Loader,
    state: State,
    outcome: Outcome,
    *,
    move_mark: bool = True,
) -> None:
    """Stage files as they fill, and merge them batch by batch: each batch is kept with the cursor behind it."""
    for number, (file, cursor, is_last) in enumerate(_files(pages, endpoint, outcome), start=1):
        if file.rows:
            loader.stage(file)
        if is_last or number % FILES_PER_BATCH == 0:
            counts, state = loader.merge(state, cursor if move_mark else None)
            outcome.rows_inserted += counts.inserted
            outcome.rows_updated += counts.updated
            if move_mark:
                outcome.state = state


def _files(pages: Iterator[Page], endpoint: Endpoint, outcome: Outcome) -> Iterator[tuple[StageFile, Cursor, bool]]:
    """Give finished files of rows, each with the cursor behind it and whether it is the last; deleted after use."""
    make_row = row_maker(endpoint)
    page = next(pages, None)
    with tempfile.TemporaryDirectory(prefix="backlog-") as folder:
        while page is not None:
            with closing(StageFile(Path(folder), endpoint.name, outcome.rows_read)) as file:
                while page is not None and not file.is_full:
                    file.write([make_row(record) for record in page.records])
                    cursor = page.cursor
                    _tell(endpoint, outcome, len(page.records))
                    page = next(pages, None)
            yield file, cursor, page is None
            file.path.unlink()


def _tell(endpoint: Endpoint, outcome: Outcome, read: int) -> None:
    before = outcome.rows_read
    outcome.rows_read += read
    if before // PROGRESS != outcome.rows_read // PROGRESS:
        log.info("%s: %s rows read", endpoint.name, f"{outcome.rows_read:,}")


def summary(endpoint: Endpoint, table: str, outcome: Outcome, *, requests: int, query_ids: list[str]) -> dict[str, Any]:
    """Return the flat JSON summary of a run, which the task returns."""
    return {
        "endpoint": endpoint.name,
        "table": table,
        "mode": outcome.mode,
        "requests": requests,
        "rows_read": outcome.rows_read,
        "rows_inserted": outcome.rows_inserted,
        "rows_updated": outcome.rows_updated,
        "rows_deleted": outcome.rows_deleted,
        "started_at": outcome.started_at.isoformat(),
        "finished_at": datetime.now(timezone.utc).isoformat(),
        "mark_before": outcome.before.value if outcome.before else None,
        "mark_after": outcome.state.value if outcome.state else None,
        "query_ids": query_ids,
    }

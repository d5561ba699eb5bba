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

from backlog_provider import marks
from backlog_provider.loading.files import StageFile
from backlog_provider.shaping.rows import row_maker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backlog_provider.catalogue.model import Endpoint
    from backlog_provider.loading.loader import Counts, Ledger, Loader
    from backlog_provider.marks import Mark, Plan, State
    from backlog_provider.reading.page import Cursor, Page, Window
    from backlog_provider.reading.reader import Reader

log = logging.getLogger(__name__)

# Rows between two lines of progress.
PROGRESS = 5_000
# A batch is one transaction: about 130 MB compressed, half a million issues.
FILES_PER_BATCH = 8


@dataclass
class Outcome:
    """What a run did: the mode, counts by kind, the state that it found and the one that it leaves.

    Both states are None for a window, which leaves the state alone.
    """

    endpoint: Endpoint
    mode: str = "noop"
    requests: int = 0
    rows_read: int = 0
    rows_inserted: int = 0
    rows_updated: int = 0
    rows_deleted: int = 0
    before: State | None = None
    state: State | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(timezone.utc))

    def summary(self) -> dict[str, Any]:
        """Return it as flat JSON, up to this moment."""
        return {
            "endpoint": self.endpoint.name,
            "mode": self.mode,
            "requests": self.requests,
            "rows_read": self.rows_read,
            "rows_inserted": self.rows_inserted,
            "rows_updated": self.rows_updated,
            "rows_deleted": self.rows_deleted,
            "started_at": self.started_at.isoformat(),
            "finished_at": datetime.now(timezone.utc).isoformat(),
            "mark_before": self.before.value if self.before else None,
            "mark_after": self.state.value if self.state else None,
        }


def transfer(
    reader: Reader,
    endpoint: Endpoint,
    open_loader: Callable[[], Loader],
    *,
    mark: Mark | None,
    window: Window | None = None,
    full_refresh: bool = False,
) -> Outcome:
    """Load what is new of an endpoint.

    :param open_loader: logs in to Snowflake.
    :param mark: what the last run left, as far as this run may believe it.
    :param window: load this part alone and leave the mark where it is.
    :param full_refresh: read everything again and set the mark anew.
    :raises BacklogError: the table holds whole batches then, and the next run goes on behind the last of them.
    """
    outcome = Outcome(endpoint)
    asked = {"window": window is not None, "full_refresh": full_refresh}
    news: Iterator[Page] | None = None
    if mark and marks.may_start_from(mark, **asked):
        news = _peeked(reader.pages(mark.cursor))
        loader = open_loader()
        if news is None and loader.created() == mark.created:
            # Nothing to write, and the table is the one that the mark speaks of: no warehouse wakes.
            return _finished(outcome, reader, mark.state)
    else:
        loader = open_loader()
    state = loader.prepare(any_space=full_refresh)
    plan = marks.plan(state, **asked)
    if window:
        pages = _peeked(reader.window(window))
    elif news and mark and state == mark.state:
        pages = news
    else:
        # The state has the last word: where it is not what the XCom knew, read again from there.
        pages = _peeked(reader.pages(plan.cursor))
    if pages is None and plan.moves_mark:
        return _finished(outcome, reader, state)
    _load(pages or iter(()), loader, state, plan, outcome, reader=reader)
    return _finished(outcome, reader, outcome.state)


def _peeked(pages: Iterator[Page]) -> Iterator[Page] | None:
    """Return the same pages, or None where there are none."""
    first = next(pages, None)
    return None if first is None else chain([first], pages)


def _finished(outcome: Outcome, reader: Reader, state: State | None) -> Outcome:
    outcome.requests = reader.requests
    outcome.before = outcome.before or state
    outcome.state = state
    return outcome


def _load(pages: Iterator[Page], loader: Loader, state: State, plan: Plan, outcome: Outcome, *, reader: Reader) -> None:
    """Stage files as they fill, and merge them batch by batch: each batch is kept with the cursor behind it."""
    outcome.mode = plan.mode
    outcome.before = state if plan.moves_mark else None
    for number, (file, cursor, is_last) in enumerate(_files(pages, outcome), start=1):
        if file.rows:
            loader.stage(file)
        if not is_last and number % FILES_PER_BATCH:
            continue

        def told(counts: Counts, after: State, is_last: bool = is_last) -> Ledger | None:
            outcome.requests = reader.requests
            outcome.rows_inserted += counts.inserted
            outcome.rows_updated += counts.updated
            outcome.state = after if plan.moves_mark else None
            return {name.upper(): value for name, value in outcome.summary().items()} if is_last else None

        _, state = loader.merge(state, cursor if plan.moves_mark else None, told)


def _files(pages: Iterator[Page], outcome: Outcome) -> Iterator[tuple[StageFile, Cursor, bool]]:
    """Give finished files of rows, each with the cursor behind it and whether it is the last; deleted after use."""
    endpoint = outcome.endpoint
    make_row = row_maker(endpoint)
    page = next(pages, None)
    with tempfile.TemporaryDirectory(prefix="backlog-") as folder:
        while page is not None:
            with closing(StageFile(Path(folder), endpoint.name, outcome.rows_read)) as file:
                while page is not None and not file.is_full:
                    file.write([make_row(record) for record in page.records])
                    cursor = page.cursor
                    _tell(outcome, len(page.records))
                    page = next(pages, None)
            yield file, cursor, page is None
            file.path.unlink()


def _tell(outcome: Outcome, read: int) -> None:
    before = outcome.rows_read
    outcome.rows_read += read
    if before // PROGRESS != outcome.rows_read // PROGRESS:
        log.info("%s: %s rows read", outcome.endpoint, f"{outcome.rows_read:,}")

"""One run of one endpoint: the only place where extract, transform, load and state meet.

A run is one of four cases:

1. Nothing changed since the XCom's mark, and the table is unchanged: the run ends without a warehouse.
2. There are changes, and the state is the one of the XCom: these pages are loaded.
3. The state differs from the XCom, or there is no XCom: reading starts from the state's cursor.
4. A window: its pages are loaded, and the mark stays.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from backlog_provider.extract.page import Page
from backlog_provider.sync import run_mode
from backlog_provider.sync.batches import Load, load_pages
from backlog_provider.sync.linked_records import LinkedRecordsLoad
from backlog_provider.sync.verify import verify_counts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backlog_provider.extract.page import Window
    from backlog_provider.extract.stream import Reader
    from backlog_provider.load.loader import Loader
    from backlog_provider.model.state import Mark, State
    from backlog_provider.sync.deferral import Deferral
    from backlog_provider.sync.result import RunResult
    from backlog_provider.transform.pii import PiiFilter


def sync_endpoint(
    reader: Reader,
    outcome: RunResult,
    open_loader: Callable[[], Loader],
    *,
    mark: Mark | None,
    window: Window | None = None,
    full_refresh: bool = False,
    protect: PiiFilter | None = None,
    deferral: Deferral | None = None,
    accept_count_difference: int = 0,
) -> RunResult:
    """Load the changes of an endpoint, or a window of it.

    :param reader: reads the endpoint.
    :param outcome: a new result, or that of the deferred run that continues; it is returned.
    :param open_loader: logs in to Snowflake.
    :param mark: the mark that the last run left in its XCom, if it belongs to this load.
    :param window: load this window only, and leave the mark alone.
    :param full_refresh: read everything again, and set the mark anew.
    :param protect: the filter for names of people; None keeps them.
    :param deferral: ends the load before a long wait for the rate limit; None waits.
    :param accept_count_difference: by how many records table and space may differ after a full load.
    :return: the result: numbers of requests and rows, the marks before and after.
    :raises LimitReachedError: if the deferral ended the load; everything read is committed.
    :raises BacklogError: whole batches are committed, and the next run continues after the last one.
    """
    asked = {"window": window is not None, "full_refresh": full_refresh}
    news: Iterator[Page] | None = None
    is_from_mark = mark is not None and run_mode.may_start_from(mark, **asked)
    if is_from_mark and mark:
        news = _pages_or_none(reader.pages(mark.cursor))
    loader = open_loader()
    if is_from_mark and mark and news is None and loader.is_unchanged(mark.state):
        # Nothing to write, and the table is the one that the mark belongs to: no warehouse is resumed.
        return _finished(outcome, reader, mark.state)
    state = loader.prepare(any_space=full_refresh)
    mode = run_mode.decide(state, **asked)
    if window:
        pages = _pages_or_none(reader.window(window))
    elif news and mark and state == mark.state:
        pages = news
    else:
        # The state wins: if it differs from the XCom, read again from its cursor.
        pages = _pages_or_none(reader.pages(mode.cursor))
    if pages is None and outcome.changed:
        # A deferred run that found no more pages still has to write the ledger.
        pages = iter([Page([], state.cursor or {})])
    if pages is None and mode.moves_mark:
        return _finished(outcome, reader, state)
    if outcome.before is None:
        outcome.mode = mode.name
        outcome.before = state if mode.moves_mark else None
    if deferral and mode.moves_mark:
        deferral.cursor = state.cursor
    load = Load(
        reader,
        loader,
        outcome,
        state,
        moves_mark=mode.moves_mark,
        protect=protect,
        deferral=deferral if mode.moves_mark else None,
        accept_count_difference=accept_count_difference,
        linked=LinkedRecordsLoad(reader, loader, protect) if outcome.endpoint.is_feed_of_deletions else None,
    )
    load_pages(load, pages or iter(()), verify_counts)
    return _finished(outcome, reader, outcome.state)


def _pages_or_none(pages: Iterator[Page]) -> Iterator[Page] | None:
    """Return the same pages; None if there are none."""
    first = next(pages, None)
    return None if first is None else chain([first], pages)


def _finished(outcome: RunResult, reader: Reader, state: State | None) -> RunResult:
    outcome.requests = reader.requests
    outcome.before = outcome.before or state
    outcome.state = state
    return outcome

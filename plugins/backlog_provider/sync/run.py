"""One run of one endpoint: from what the mark says to what is in the table.

The only place where reading, shaping, loading and marks meet.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from backlog_provider.extract.page import Page
from backlog_provider.model import state as model_state
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
    """Load what is new of an endpoint.

    :param outcome: a new one, or that of the run that goes on; the same is returned.
    :param open_loader: logs in to Snowflake.
    :param mark: what the last run left, as far as this run may believe it.
    :param window: load this part alone and leave the mark where it is.
    :param full_refresh: read everything again and set the mark anew.
    :param protect: what makes the people in a record unrecognisable; None where they are kept.
    :param deferral: ends the load where a long wait for the limit begins; None waits.
    :param accept_count_difference: by how many records table and space may differ in number when everything was read.
    :raises LimitReachedError: where the deferral has ended it; everything read is kept then.
    :raises BacklogError: the table holds whole batches then, and the next run goes on behind the last of them.
    """
    asked = {"window": window is not None, "full_refresh": full_refresh}
    news: Iterator[Page] | None = None
    if mark and model_state.may_start_from(mark, **asked):
        news = _peeked(reader.pages(mark.cursor))
        loader = open_loader()
        if news is None and loader.is_unchanged(mark.state):
            # Nothing to write, and table and history are those that the mark speaks of: no warehouse wakes.
            return _finished(outcome, reader, mark.state)
    else:
        loader = open_loader()
    state = loader.prepare(any_space=full_refresh)
    plan = model_state.plan(state, **asked)
    if window:
        pages = _peeked(reader.window(window))
    elif news and mark and state == mark.state:
        pages = news
    else:
        # The state has the last word: where it is not what the XCom knew, read again from there.
        pages = _peeked(reader.pages(plan.cursor))
    if pages is None and outcome.changed:
        # Deferred where there was no more to come: the ledger is still to be written.
        pages = iter([Page([], state.cursor or {})])
    if pages is None and plan.moves_mark:
        return _finished(outcome, reader, state)
    if outcome.before is None:
        outcome.mode = plan.mode
        outcome.before = state if plan.moves_mark else None
    if deferral and plan.moves_mark:
        deferral.cursor = state.cursor
    load = Load(
        reader,
        loader,
        outcome,
        state,
        moves_mark=plan.moves_mark,
        protect=protect,
        deferral=deferral if plan.moves_mark else None,
        accept_count_difference=accept_count_difference,
        linked=LinkedRecordsLoad(reader, loader, protect) if outcome.endpoint.is_feed_of_deletions else None,
    )
    load_pages(load, pages or iter(()), verify_counts)
    return _finished(outcome, reader, outcome.state)


def _peeked(pages: Iterator[Page]) -> Iterator[Page] | None:
    """Return the same pages, or None where there are none."""
    first = next(pages, None)
    return None if first is None else chain([first], pages)


def _finished(outcome: RunResult, reader: Reader, state: State | None) -> RunResult:
    outcome.requests = reader.requests
    outcome.before = outcome.before or state
    outcome.state = state
    return outcome

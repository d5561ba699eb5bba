"""The dry run: it executes the code of a real run with a reader and a Snowflake session that only look.

The reader estimates instead of reading, and the session records statements instead of sending them. So the plan always
matches the decisions of a run. A dry run makes few requests to Backlog, and sends only SHOW and SELECT to Snowflake.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from backlog_provider.dry_run.estimates import Estimate
from backlog_provider.dry_run.recording_session import RecordingSession
from backlog_provider.load.sync_state import Run
from backlog_provider.sync import run_mode
from backlog_provider.sync.result import RunResult
from backlog_provider.sync.run import sync_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from snowflake.connector import SnowflakeConnection

    from backlog_provider.dry_run.estimator import Estimator
    from backlog_provider.extract.page import Cursor, Window
    from backlog_provider.load.loader import Loader
    from backlog_provider.load.session import Session
    from backlog_provider.model.endpoint import Endpoint
    from backlog_provider.model.state import Mark, State

# A dry run writes no rows, so it needs no run ID.
NOBODY = Run("", "", "")


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """The plan of a run of an endpoint, as if it started now.

    :param endpoint: the name of the endpoint.
    :param table: the name of the table.
    :param mode: ``full``, ``incremental``, ``window``, or ``skipped``.
    :param mark: the high-water mark to start from.
    :param mark_from: the source of the mark: ``xcom``, ``state`` or ``none``.
    :param reason: an explanation of mode and mark, for people.
    :param expected: the estimate of records and requests.
    :param seconds: the approximate time of reading within the space's rate limit, in seconds.
    :param statements: the SQL statements for Snowflake, in order, with placeholders for values. A run repeats those
        that load rows for each batch.
    """

    endpoint: str
    table: str
    mode: str
    mark: int | str | None = None
    mark_from: str = "none"
    reason: str = ""
    expected: Estimate = field(default_factory=Estimate)
    seconds: float = 0.0
    statements: tuple[str, ...] = ()

    def summary(self) -> dict[str, Any]:
        """Return the plan as a flat dict for JSON, without the statements."""
        return {
            "endpoint": self.endpoint,
            "table": self.table,
            "mode": self.mode,
            "mark": self.mark,
            "mark_from": self.mark_from,
            "reason": self.reason,
            "records": self.expected.records,
            "requests": self.expected.requests,
            "search_requests": self.expected.searches,
            "exact": self.expected.exact,
            "seconds": round(self.seconds, 1),
        }


def skipped(endpoint: Endpoint, table: str) -> RunPlan:
    """Return the plan for a window of an endpoint without windows. The DAG skips its task.

    :param endpoint: the endpoint.
    :param table: the name of the table.
    """
    return RunPlan(endpoint=endpoint.name, table=table, mode="skipped", reason="the API gives no times: no window")


def plan(
    estimator: Estimator,
    endpoint: Endpoint,
    table: str,
    open_loader: Callable[[Callable[[SnowflakeConnection], Session]], Loader],
    *,
    mark: Mark | None,
    window: Window | None = None,
    full_refresh: bool = False,
) -> RunPlan:
    """Return the plan of a run with the same arguments.

    :param estimator: the reader of the dry run.
    :param endpoint: the endpoint.
    :param table: the name of the table.
    :param open_loader: connects to Snowflake and returns a loader. It takes a function that makes the session.
    :param mark: the high-water mark from the XCom; None if there is none.
    :param window: the time window to backfill; None for an incremental or full load.
    :param full_refresh: whether to ignore the mark and read everything.
    :raises BacklogError: for the errors that a run raises before it writes anything.
    """
    statements: list[str] = []
    outcome = sync_endpoint(
        estimator,
        RunResult(endpoint),
        lambda: open_loader(partial(RecordingSession, statements)),
        mark=mark,
        window=window,
        full_refresh=full_refresh,
    )
    cursor, _ = estimator.asked[-1]
    reason = "a window leaves the mark alone" if window else "a full refresh was asked for"
    if not window and not full_refresh:
        reason = _reason(cursor, outcome.before)
    # The run reads from the XCom's mark first, and starts again if the state differs.
    uses_xcom = run_mode.may_start_from(mark, window=window is not None, full_refresh=full_refresh)
    source = "xcom" if uses_xcom and len(estimator.asked) == 1 else "state"
    return RunPlan(
        endpoint=endpoint.name,
        table=table,
        mode="incremental" if outcome.mode == "noop" else outcome.mode,
        mark=cursor["value"] if cursor else None,
        mark_from=source if cursor else "none",
        reason="nothing is new" if outcome.mode == "noop" else reason,
        expected=estimator.total,
        seconds=estimator.seconds(estimator.total),
        statements=tuple(statements),
    )


def _reason(cursor: Cursor | None, state: State | None) -> str:
    if cursor is None:
        is_reset = state is not None and state.version > 0
        return "the table is not what was loaded: its mark does not count" if is_reset else "nothing is loaded yet"
    return "goes on behind the mark" if cursor["value"] is not None else "goes on with a first load under way"

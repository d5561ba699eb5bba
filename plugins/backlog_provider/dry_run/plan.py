"""What a run would do: the twin of ``transfer``, and the same code, with ends that only look.

The transfer is rehearsed with a reader that estimates instead of reading and a session that notes instead of writing.
So a plan cannot say anything else than what a run decides; it makes a handful of requests and sends nothing but SHOW
and SELECT.
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

# In nobody's name: nothing is written that could bear one.
NOBODY = Run("", "", "")


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """What a run of an endpoint would do if it started now.

    :param mode: ``full``, ``incremental``, ``window``, or ``skipped``.
    :param mark: the high-water mark that it would start from.
    :param mark_from: ``xcom``, ``state`` or ``none``.
    :param reason: why this mode and this mark, for people.
    :param expected: how much it would read.
    :param seconds: about how long reading takes, within the space's rate limit.
    :param statements: what it would send to Snowflake, in order; values as placeholders. What loads rows comes once
        for each batch.
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
        """Return it as flat JSON, without the statements."""
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
    """Return the plan of a window of an endpoint that has none: the DAG skips its task."""
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
    """Return what ``sync_endpoint`` would do with the same arguments.

    :param open_loader: logs in to Snowflake, with what it is given for a session.
    :raises BacklogError: as a run would before it writes anything.
    """
    noted: list[str] = []
    outcome = sync_endpoint(
        estimator,
        RunResult(endpoint),
        lambda: open_loader(partial(RecordingSession, noted)),
        mark=mark,
        window=window,
        full_refresh=full_refresh,
    )
    cursor, _ = estimator.asked[-1]
    reason = "a window leaves the mark alone" if window else "a full refresh was asked for"
    if not window and not full_refresh:
        reason = _reason(cursor, outcome.before)
    # The run looks from the XCom's mark first, and a second time where the state says otherwise.
    believed = run_mode.may_start_from(mark, window=window is not None, full_refresh=full_refresh)
    source = "xcom" if believed and len(estimator.asked) == 1 else "state"
    return RunPlan(
        endpoint=endpoint.name,
        table=table,
        mode="incremental" if outcome.mode == "noop" else outcome.mode,
        mark=cursor["value"] if cursor else None,
        mark_from=source if cursor else "none",
        reason="nothing is new" if outcome.mode == "noop" else reason,
        expected=estimator.total,
        seconds=estimator.seconds(estimator.total),
        statements=tuple(noted),
    )


def _reason(cursor: Cursor | None, state: State | None) -> str:
    if cursor is None:
        gone = state is not None and state.version > 0
        return "the table is not what was loaded: its mark does not count" if gone else "nothing is loaded yet"
    return "goes on behind the mark" if cursor["value"] is not None else "goes on with a first load under way"

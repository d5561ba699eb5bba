"""The summary and the log of a task that only plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backlog_provider.dry_run.plan import RunPlan
    from backlog_provider.sync.result import RunResult

# The part of a plan that a run's summary has no key for.
OWN = ("records", "requests", "search_requests", "exact", "seconds", "mark_from", "reason")


def summary(planned: RunPlan, outcome: RunResult, query_ids: Sequence[str]) -> dict[str, Any]:
    """Return a run's summary of having done nothing, and the plan beside it.

    :param outcome: a new one, with the requests that planning took.
    """
    plan = planned.summary()
    return {
        **outcome.summary(),
        "table": planned.table,
        "mode": planned.mode,
        "mark_before": planned.mark,
        "mark_after": planned.mark,
        "query_ids": list(query_ids),
        "plan_only": True,
        **{f"planned_{name}": plan[name] for name in OWN},
    }


def text(planned: RunPlan) -> str:
    """Return the plan for a log: a line, and the statements."""
    about = "" if planned.expected.exact else "about "
    start = "" if planned.mark is None else f", from mark {planned.mark} ({planned.mark_from})"
    line = (
        f"{planned.endpoint}: a run would be {planned.mode}{start}: {planned.reason}; {about}"
        f"{planned.expected.records:,} records in {about}{planned.expected.requests:,} requests, "
        f"about {planned.seconds / 60:.1f} minutes; it would send:"
    )
    return "\n".join([line, *(f"{statement};" for statement in planned.statements)])

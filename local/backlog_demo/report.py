"""What the demo shows at its end."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

# Things to ask the tables, each one SELECT.
QUERIES = (
    "SELECT STATUS_NAME, COUNT(*) AS ISSUES FROM BACKLOG_ISSUES GROUP BY STATUS_NAME ORDER BY ISSUES DESC",
    "SELECT ACTIVITY_TYPE, COUNT(*) AS TIMES, MAX(CREATED_AT) AS LATEST FROM BACKLOG_ACTIVITIES GROUP BY ALL",
    "SELECT NAME, ISSUE_KEY, SUMMARY FROM BACKLOG_ISSUES JOIN BACKLOG_PROJECTS USING (PROJECT_ID) LIMIT 10",
    "SELECT TABLE_NAME, HIGH_WATER_MARK, VERSION, _SYNCED_AT FROM BACKLOG_SYNC_STATE",
)


def summary_table(runs: Mapping[str, list[dict[str, Any]]]) -> Table:
    """Return the table of all runs: name of a run to the summaries that its tasks returned."""
    # As wide as a terminal: whole names of endpoints in 80 columns.
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0)
    for name in ("run", "endpoint", "mode"):
        table.add_column(name, no_wrap=True)
    for name in ("requests", "rows read", "inserted", "updated", "seconds"):
        table.add_column(name, justify="right", no_wrap=" " not in name)
    for run, summaries in runs.items():
        for summary in summaries:
            table.add_row(run, *_cells(summary))
        table.add_section()
    return table


def _cells(summary: Mapping[str, Any]) -> list[str]:
    started, finished = (datetime.fromisoformat(summary[name]) for name in ("started_at", "finished_at"))
    counts = [f"{summary[name]:,}" for name in ("requests", "rows_read", "rows_inserted", "rows_updated")]
    return [summary["endpoint"], summary["mode"], *counts, f"{(finished - started).total_seconds():.1f}"]

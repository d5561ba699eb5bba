"""(a) One full load of issues by the operator, in what is otherwise a bare task process."""

from __future__ import annotations

import time
from typing import Any

import backlog_provider.extract.stream

# What the operator brings in when it starts is brought in here, so that it is not part of the load.
import backlog_provider.hooks.backlog
import backlog_provider.hooks.snowflake
import backlog_provider.sync.run  # noqa: F401
from backlog_provider.operators.backlog_to_snowflake import BacklogToSnowflakeOperator
from benchmarks.measuring import tell
from benchmarks.task import context


def load(schema: str) -> dict[str, Any]:
    """Load every issue into a new schema; seconds, those of this process's own work, requests, statements, rows."""
    operator = BacklogToSnowflakeOperator(task_id="issues", endpoint="issues", schema=schema)
    started, worked = time.perf_counter(), time.process_time()
    summary = operator.execute(context())
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - worked,
        "requests": summary["requests"],
        "statements": len(summary["query_ids"]),
        "rows": summary["rows_inserted"],
    }


if __name__ == "__main__":
    tell(load)

"""One full load of issues by the operator, in a process of its own; prints what it took as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from types import SimpleNamespace
from typing import Any

# What the operator brings in when it starts is brought in here, so that it is not part of the load.
import backlog_provider.hooks.backlog
import backlog_provider.hooks.snowflake
import backlog_provider.transfer  # noqa: F401
from backlog_provider.operators.backlog_to_snowflake import BacklogToSnowflakeOperator


def load(schema: str) -> dict[str, Any]:
    """Load every issue into a new schema; seconds, peak memory in MB, requests, statements and rows."""
    ti = SimpleNamespace(map_index=-1, xcom_pull=lambda **_: None, xcom_push=lambda **_: None)
    context: Any = {"ti": ti, "run_id": "bench", "dag_run": SimpleNamespace(run_type="manual")}
    operator = BacklogToSnowflakeOperator(task_id="issues", endpoint="issues", schema=schema)
    started = time.perf_counter()
    summary = operator.execute(context)
    return {
        "seconds": time.perf_counter() - started,
        "peak_mb": peak_mb(),
        "requests": summary["requests"],
        "statements": len(summary["query_ids"]),
        "rows": summary["rows_inserted"],
    }


def peak_mb() -> float:
    """The most memory that this process has had, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    sys.stdout.write(f"\n{json.dumps(load(sys.argv[1]))}\n")

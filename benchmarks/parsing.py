"""DAG files parsed, in what is otherwise a process of Airflow's."""

from __future__ import annotations

import runpy
import time
from typing import Any

import airflow.dag_processing.dagbag
import airflow.sdk.execution_time.task_runner  # noqa: F401

from benchmarks.measuring import peak_mb, tell


def parse(*paths: str) -> dict[str, Any]:
    """Parse them one after the other; seconds, and MB above what the process had before."""
    before, started = peak_mb(), time.perf_counter()
    for path in paths:
        runpy.run_path(path)
    return {"seconds": time.perf_counter() - started, "added_mb": peak_mb() - before}


if __name__ == "__main__":
    tell(parse)

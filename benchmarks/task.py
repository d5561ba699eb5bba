"""A bare process of Airflow's task runner: what it has imported before it has seen any DAG file; prints its memory."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import airflow.dag_processing.dagbag

# A task's process is a fork of its supervisor's.
import airflow.sdk.execution_time.supervisor
import airflow.sdk.execution_time.task_runner  # noqa: F401
from airflow.sdk.execution_time.context import OutletEventAccessors

from benchmarks.measuring import tell


def context(**xcoms: Any) -> Any:
    """Return the context of a manual run, with what earlier runs have left; what this one leaves is added to it."""
    ti = SimpleNamespace(
        map_index=-1,
        xcom_pull=lambda *, key, **_: xcoms.get(key),
        xcom_push=lambda key, value: xcoms.update({key: value}),
    )
    run = SimpleNamespace(run_type="manual")
    return {"ti": ti, "run_id": "bench", "dag_run": run, "outlet_events": OutletEventAccessors()}


def nothing() -> dict[str, Any]:
    """Do nothing more than that."""
    return {}


if __name__ == "__main__":
    tell(nothing)

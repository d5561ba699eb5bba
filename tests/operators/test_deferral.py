"""A load that waits for the rate limit gives its slot back, and goes on where it was."""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import TaskDeferred
from airflow.sdk import DAG
from airflow.sdk.execution_time.context import OutletEventAccessors
from tests.conftest import edit, truth

from backlog_provider.airflow_dag import backlog_dag
from backlog_provider.operators.backlog_to_snowflake import BacklogToSnowflakeOperator

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


def context() -> Any:
    ti = SimpleNamespace(map_index=-1, xcom_pull=lambda **_: None, xcom_push=lambda **_: None)
    run = SimpleNamespace(run_type="manual")
    return {"ti": ti, "run_id": "deferred", "dag_run": run, "outlet_events": OutletEventAccessors()}


def run_with_deferrals(endpoint: str, **arguments: Any) -> tuple[dict[str, Any], int]:
    """Run a task as Airflow does: each time that it defers, wait for its trigger, and resume a new copy of it."""

    def task() -> BacklogToSnowflakeOperator:
        with DAG(dag_id="deferrals", schedule=None):
            return BacklogToSnowflakeOperator(task_id=endpoint, endpoint=endpoint, deferrable=True, **arguments)

    deferrals = 0
    method: str = "execute"
    kwargs: dict[str, Any] = {}
    while True:
        try:
            return getattr(task(), method)(context(), **kwargs), deferrals
        except TaskDeferred as deferred:  # noqa: PERF203 (it is the loop)
            deferrals += 1
            path, given = deferred.trigger.serialize()
            assert path == "airflow.providers.standard.triggers.temporal.DateTimeTrigger"
            time.sleep(max(0.0, (given["moment"] - datetime.now(timezone.utc)).total_seconds()))
            method, kwargs = deferred.method_name, {**json.loads(json.dumps(deferred.kwargs)), "event": None}


@pytest.fixture
def limited(space: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """So few requests, and such short windows, that a small load meets several."""
    monkeypatch.setattr("backlog_provider.sync.deferral.LONG", 0.2)
    space.space.switch(window_seconds=2, limit_search=2)


@pytest.mark.usefixtures("run", "limited")
@pytest.mark.parametrize("full_refresh", [False, True])
def test_load_is_kept_and_deferred_until_the_reset_and_its_summary_is_of_all_of_it(
    space: Emulator, warehouse: Warehouse, *, full_refresh: bool
) -> None:
    summary, deferrals = run_with_deferrals("issues", full_refresh=full_refresh)
    log = space.requests.listed()
    assert deferrals >= 1
    assert {entry["status"] for entry in log} == {200}
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")
    assert (summary["mode"], summary["mark_before"]) == ("full", None)
    assert (summary["requests"], summary["rows_inserted"]) == (len(log), 250)
    assert datetime.fromisoformat(summary["started_at"]).timestamp() <= log[0]["started"]
    [ledger] = warehouse.query("SELECT ROWS_INSERTED, MARK_AFTER FROM BACKLOG_SYNC_RUNS")
    assert ledger == (250, summary["mark_after"])


@pytest.mark.usefixtures("limited")
def test_increment_that_would_start_over_waits_in_its_slot(run: Runs, space: Emulator, warehouse: Warehouse) -> None:
    run("issues")
    edit(space, op="bulk_update", ids="all", fields={"description": "new"})
    in_one_go = run("issues", deferrable=False)["requests"]
    edit(space, op="bulk_update", ids="all", fields={"description": "newer"})
    space.space.switch(limit_search=2)
    summary, _ = run_with_deferrals("issues")
    # It may defer behind a look at all of it, and then looks again; within one it would never come to an end.
    assert summary["rows_updated"] == 250
    assert summary["requests"] <= 2 * in_one_go
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


@pytest.mark.usefixtures("limited")
def test_task_that_is_not_deferrable_waits_in_its_slot(run: Runs, space: Emulator, warehouse: Warehouse) -> None:
    assert run("issues", deferrable=False)["rows_inserted"] == 250
    assert {entry["status"] for entry in space.requests.listed()} == {200}


def test_dag_says_it_of_all_its_tasks_or_leaves_it_to_airflow() -> None:
    for given, expected in ((True, True), (False, False), (None, False)):
        dag = backlog_dag(dag_id="some_space", deferrable=given)
        assert {getattr(task, "deferrable", expected) for task in dag.tasks} == {expected}

"""The operator, asked for a plan: nothing is written or pushed, and the summary says what to expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException

from backlog_provider.operators.backlog_to_snowflake import BacklogToSnowflakeOperator

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator

PLANNED = {
    "plan_only",
    "planned_records",
    "planned_requests",
    "planned_search_requests",
    "planned_exact",
    "planned_seconds",
    "planned_mark_from",
    "planned_reason",
}


def test_plan_is_what_the_run_then_returns(run: Runs, space: Emulator, warehouse: Warehouse) -> None:
    first = run("issues")
    space.space.advance(days=9)
    marks, state = dict(run.xcoms), warehouse.state("BACKLOG_ISSUES")
    plan = run("issues", plan_only=True)
    assert run.xcoms == marks
    assert warehouse.state("BACKLOG_ISSUES") == state
    done = run("issues")
    assert set(plan) == set(done) | PLANNED
    assert plan["plan_only"] is True
    assert plan["mode"] == done["mode"] == "incremental"
    assert plan["mark_before"] == plan["mark_after"] == first["mark_after"]
    assert (plan["planned_records"], plan["planned_requests"]) == (done["rows_read"], done["requests"])
    assert (plan["planned_exact"], plan["planned_mark_from"]) == (True, "xcom")
    # What the task has done itself: it has asked, and loaded nothing.
    assert plan["requests"] > 0
    assert plan["rows_read"] == plan["rows_inserted"] == plan["rows_updated"] == 0


def test_plan_of_an_empty_account_makes_no_table_and_pushes_nothing(run: Runs, warehouse: Warehouse) -> None:
    for endpoint in ("projects", "activities"):
        assert run(endpoint, plan_only=True)["mode"] == "full"
    assert run("issues", plan_only=True, since="2025-12-01")["mode"] == "window"
    assert warehouse.query("SHOW TABLES") == []
    assert run.xcoms == {}


def test_plan_is_in_the_log(run: Runs, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    run("issues", plan_only=True)
    logged = "".join([caplog.text, *capfd.readouterr()])
    assert "issues: a run would be full: nothing is loaded yet; 250 records in 7 requests" in logged
    assert "MERGE INTO" in logged


def test_what_a_run_would_refuse_the_plan_refuses(run: Runs) -> None:
    run("projects")
    with pytest.raises(AirflowFailException, match="holds the endpoint 'projects', not 'users'"):
        run("users", table="BACKLOG_PROJECTS", plan_only=True)


def test_argument_is_no_template() -> None:
    assert "plan_only" not in BacklogToSnowflakeOperator.template_fields

"""The DAG: its tasks, their order, its params, and what parsing it costs."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import DAG, AirflowSkipException
from airflow.sdk import TriggerRule

from backlog_provider.airflow_dag import backlog_census_dag, backlog_dag, backlog_views_dag
from backlog_provider.catalogue import CATALOGUE, DAILY, HOURLY, WEEKLY
from backlog_provider.exceptions import ConfigurationError
from backlog_provider.operators.backlog_to_snowflake import BacklogToSnowflakeOperator

try:
    from airflow.sdk.exceptions import ParamValidationError
except ImportError:  # Airflow 3.1
    from airflow.exceptions import ParamValidationError

PROJECT = Path(__file__).parents[1]


@pytest.fixture
def dag() -> DAG:
    return backlog_dag(dag_id="a_dag")


def test_one_task_per_endpoint_chained_in_the_pool_of_the_connection(dag: DAG) -> None:
    loads = [dag.get_task(name) for name in HOURLY]
    assert set(dag.task_ids) == {*HOURLY, "all_loaded"}
    for before, after in pairwise(loads):
        assert after.task_id in before.downstream_task_ids
    assert {task.pool for task in loads} == {"backlog_default"}


def test_failed_endpoint_does_not_stop_the_next_and_the_run_still_fails(dag: DAG) -> None:
    assert {dag.get_task(name).trigger_rule for name in HOURLY} == {TriggerRule.ALL_DONE}
    last = dag.get_task("all_loaded")
    assert last.upstream_task_ids == set(HOURLY)
    assert last.trigger_rule == TriggerRule.NONE_FAILED
    assert last.downstream_task_ids == set()


def test_hourly_without_catchup_one_run_at_a_time(dag: DAG) -> None:
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    # The second is its name in Airflow 3.1.
    expressions = {getattr(dag.timetable, name, None) for name in ("expression", "_expression")}
    assert "0 * * * *" in expressions


def test_params_have_date_pickers_and_a_choice_of_endpoints(dag: DAG) -> None:
    schemas = {name: dag.params.get_param(name).schema for name in dag.params}
    assert schemas["since"]["format"] == schemas["until"]["format"] == "date-time"
    assert schemas["endpoints"]["items"]["enum"] == list(HOURLY)
    assert schemas["full_refresh"]["type"] == "boolean"
    assert dict(dag.params) == {
        "since": None,
        "until": None,
        "endpoints": list(HOURLY),
        "full_refresh": False,
        "accept_count_difference": 0,
    }


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize(
    "moment",
    [
        None,
        "",
        "2026-01-31",
        # What Airflow's date picker sends, and what its templates ts and data_interval_start render.
        "2026-01-31T09:30:00.000Z",
        "2026-01-31T09:30:00+09:00",
        "2026-01-31 09:30:00+00:00",
        # Without a zone it is UTC.
        "2026-01-31T09:30",
        "2026-01-31T09:30:00.123456",
    ],
)
def test_window_is_given_as_dates_and_times_or_not_at_all(dag: DAG, name: str, moment: str | None) -> None:
    assert dag.params.get_param(name).resolve(moment) == moment
    window: dict[str, Any] = {name: moment}
    BacklogToSnowflakeOperator(task_id="t", endpoint="issues", **window)


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize(
    ("moment", "message"),
    [
        ("bogus", "'bogus' is not a 'date'"),
        ("2026-02-30", "'2026-02-30' is not a 'date'"),
        ("the last day of May", "'the last day of May' is not a 'date-time'"),
        ("2026-02-30T00:00:00Z", "'2026-02-30T00:00:00Z' is not a 'date-time'"),
        ("2026-01-31T25:00:00Z", "'2026-01-31T25:00:00Z' is not a 'date-time'"),
        (1767225600, "1767225600 is not of type 'null', 'string'"),
    ],
)
def test_window_that_is_no_date_is_refused_when_a_run_is_asked_for(
    dag: DAG, name: str, moment: Any, message: str
) -> None:
    with pytest.raises(ParamValidationError) as refused:
        dag.params.get_param(name).resolve(moment)
    assert str(refused.value).startswith(message)


def test_second_space_is_one_call() -> None:
    dag = backlog_dag(dag_id="other", backlog_conn_id="backlog_other", schema="OTHER", project_keys=["WEB"])
    issues: Any = dag.get_task("issues")
    assert (issues.backlog_conn_id, issues.schema, issues.pool) == ("backlog_other", "OTHER", "backlog_other")
    users: Any = dag.get_task("users")
    assert (issues.project_keys, users.project_keys) == (["WEB"], None)


@pytest.mark.parametrize(
    ("history", "kept"),
    [(False, []), (True, [name for name in HOURLY if name != "activities"]), (["issues"], ["issues"])],
)
def test_history_is_kept_of_the_endpoints_named_or_of_all_that_change(history: Any, kept: list[str]) -> None:
    dag = backlog_dag(dag_id="kept", history=history)
    tasks: list[Any] = [dag.get_task(name) for name in HOURLY]
    assert [task.task_id for task in tasks if task.history] == kept


def test_look_backs_reach_the_tasks() -> None:
    dag = backlog_dag(dag_id="late", lookback_minutes=15, lookback_activities=99)
    tasks: list[Any] = [dag.get_task(name) for name in HOURLY]
    assert {(task.lookback_minutes, task.lookback_activities) for task in tasks} == {(15, 99)}


def test_dag_arguments_reach_the_dag() -> None:
    assert backlog_dag(dag_id="tagged", tags=["mine"], max_active_runs=2).max_active_runs == 2


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("endpoints", ["isues"]),
        ("schema", "a b"),
        ("project_keys", []),
        ("history", ["isues"]),
        ("history", ["activities"]),
        ("lookback_minutes", -1),
        ("lookback_minutes", 1441),
        ("lookback_minutes", "5"),
        ("lookback_minutes", True),
        ("lookback_activities", 0),
        ("lookback_activities", 100),
    ],
)
def test_argument_that_cannot_work_is_an_error_when_the_dag_is_parsed(argument: str, value: Any) -> None:
    with pytest.raises(
        ConfigurationError,
        match="^(endpoint|schema|project_keys|history|lookback_(minutes|activities): .* whole number)",
    ):
        backlog_dag(dag_id="wrong", **{argument: value})


def skips(dag: DAG, endpoint: str, **params: Any) -> bool:
    task: Any = dag.get_task(endpoint)
    try:
        task._pre_execute_hook({"task": task, "params": {**dag.params, **params}})
    except AirflowSkipException:
        return True
    return False


def test_endpoints_that_a_run_does_not_name_are_skipped(dag: DAG) -> None:
    assert skips(dag, "users", endpoints=["issues"])
    assert not skips(dag, "issues", endpoints=["issues"])


def test_window_skips_what_has_no_times(dag: DAG) -> None:
    window = {"since": "2026-01-01T00:00:00Z"}
    assert [name for name in HOURLY if not skips(dag, name, **window)] == ["issues", "documents", "activities"]


@pytest.mark.parametrize("path", sorted((PROJECT / "dags").glob("*.py")), ids=lambda path: path.name)
def test_dag_file_parses_without_heavy_imports_and_without_network(path: Path) -> None:
    code = f"""
import sys
import airflow.sdk, airflow.providers.standard.operators.empty, airflow.providers.common.compat.sdk
import runpy, socket
before = set(sys.modules)
def no_network(*_): raise AssertionError("network at parse time")
socket.socket.connect = no_network
runpy.run_path({str(path)!r})
heavy = {{"snowflake", "requests", "tenacity", "pandas", "pyarrow", "orjson", "isal", "sqlalchemy", "aiohttp"}}
print(sorted(heavy & {{name.split(".")[0] for name in set(sys.modules) - before}}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stdout + done.stderr


def test_dag_file_names_what_airflow_looks_for() -> None:
    """Airflow passes over files in which it does not find both words."""
    for path in (PROJECT / "dags").glob("*.py"):
        text = path.read_text().lower()
        assert "dag" in text
        assert "airflow" in text


def test_census_is_weekly_and_takes_turns_with_the_loads() -> None:
    dag = backlog_census_dag(dag_id="a_census", backlog_conn_id="backlog_other", schema="OTHER")
    # What takes a request for each issue, wiki, document or pull request has to be asked for.
    cheap = ["issues", "wikis", "documents", "pull_requests", "stars", "notifications"]
    assert dag.task_ids == [*cheap, "all_compared"]
    for before, after in pairwise(WEEKLY):
        assert after in dag.get_task(before).downstream_task_ids
    issues: Any = dag.get_task("issues")
    assert (issues.pool, issues.schema, issues.trigger_rule) == ("backlog_other", "OTHER", TriggerRule.ALL_DONE)
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    assert dict(dag.params) == {
        "endpoints": list(WEEKLY),
        "allow_mass_deletion": False,
        "accept_count_difference": 0,
    }


@pytest.mark.parametrize("schedule", [None, timedelta(days=1)])
def test_any_schedule_that_airflow_knows(schedule: Any) -> None:
    dag = backlog_dag(dag_id="other", schedule=schedule)
    assert dag.schedule == schedule


def test_every_endpoint_of_the_daily_dag_is_one_that_the_hourly_one_has_not() -> None:
    assert set(DAILY).isdisjoint(HOURLY)
    assert set(HOURLY) | set(DAILY) <= set(CATALOGUE)


def test_what_no_dag_loads_unless_told_holds_secrets_or_costs_a_request_for_each_issue_or_is_there_twice() -> None:
    assert set(CATALOGUE) - set(HOURLY) - set(DAILY) == {
        "webhooks",
        "issue_participants",
        "related_issues",
        "wiki_history",
        "pull_request_stars",
        "project_activities",
    }


def test_views_have_a_dag_of_their_own_which_asks_backlog_nothing() -> None:
    [task] = backlog_views_dag(dag_id="the_views", schema="RAW").tasks
    views: Any = task
    assert (views.schema, views.snowflake_conn_id, views.pool) == ("RAW", "snowflake_default", "default_pool")

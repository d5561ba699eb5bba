"""Many spaces: the DAGs of each, out of a list of connections and schemas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backlog_provider.airflow_spaces import backlog_space_dags, spaces_named
from backlog_provider.catalogue import DAILY, HOURLY, WEEKLY
from backlog_provider.exceptions import ConfigurationError

try:
    from airflow.dag_processing.dagbag import DagBag
except ImportError:  # Airflow 3.1
    from airflow.models.dagbag import DagBag  # type: ignore[no-redef]

DAGS = Path(__file__).parents[1] / "dags"
SPACES = {"backlog_alpha": "ALPHA", "backlog_beta": "BETA"}


def test_each_space_has_the_dags_of_the_first_named_after_its_connection() -> None:
    made = {dag.dag_id: dag for dag in backlog_space_dags(SPACES)}
    kinds = ("to_snowflake", "settings_daily", "census_weekly", "views")
    assert list(made) == [f"{connection}_{kind}" for connection in SPACES for kind in kinds]
    tasks = [set(made[f"backlog_beta_{kind}"].task_ids) for kind in kinds]
    assert tasks == [{*HOURLY, "all_loaded"}, {*DAILY, "all_loaded"}, {*WEEKLY, "all_compared"}, {"views"}]


def test_a_space_has_its_own_connection_pool_and_schema() -> None:
    for dag in backlog_space_dags({"backlog_alpha": "ALPHA"}):
        tasks: list[Any] = [task for task in dag.tasks if hasattr(task, "schema")]
        assert {task.schema for task in tasks} == {"ALPHA"}
        assert {(task.backlog_conn_id, task.pool) for task in tasks if hasattr(task, "endpoint")} <= {
            ("backlog_alpha", "backlog_alpha")
        }


def test_arguments_are_for_all_dags() -> None:
    made = backlog_space_dags(SPACES, snowflake_conn_id="other", tags=["mine"])
    assert all(dag.tags == {"mine"} for dag in made)
    tasks: list[Any] = [task for dag in made for task in dag.tasks if hasattr(task, "snowflake_conn_id")]
    assert {task.snowflake_conn_id for task in tasks} == {"other"}


def test_where_a_task_runs_its_dag_alone_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    # Airflow's own way to say so, to the process of the task: airflow.sdk.get_parsing_context reads it.
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "backlog_beta_views")
    assert [dag.dag_id for dag in backlog_space_dags(SPACES)] == ["backlog_beta_views"]


@pytest.mark.parametrize(
    "text", ["", " ", "backlog_alpha:ALPHA, backlog_beta:BETA", "backlog_alpha : ALPHA,\n backlog_beta:BETA,"]
)
def test_spaces_are_written_as_connection_and_schema(text: str) -> None:
    assert spaces_named(text) == (SPACES if text.strip() else {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("backlog_alpha", "backlog_alpha: not of the form CONNECTION:SCHEMA"),
        ("a:B,backlog_alpha:", "backlog_alpha:: not of the form CONNECTION:SCHEMA"),
        (":ALPHA", ":ALPHA: not of the form CONNECTION:SCHEMA"),
        ("a:DB:SCHEMA", "a:DB:SCHEMA: not of the form CONNECTION:SCHEMA"),
        ("a:SAME,b:SAME", "SAME: there twice, and two spaces need two schemas"),
        ("a:ONE,a:TWO", "a: there twice, and two spaces need two schemas"),
    ],
)
def test_what_is_not_a_list_of_spaces_is_refused_and_named(text: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^BACKLOG_SPACES: {words}$"):
        spaces_named(text)


@pytest.mark.parametrize(("named", "count"), [("", 0), ("backlog_alpha:ALPHA,backlog_beta:BETA", 8)])
def test_the_dag_file_has_the_spaces_of_the_environment_and_no_dag_without_any(
    monkeypatch: pytest.MonkeyPatch, named: str, count: int
) -> None:
    monkeypatch.setenv("BACKLOG_SPACES", named)
    bag = DagBag(DAGS / "backlog_spaces.py")
    assert not bag.import_errors
    assert len(bag.dags) == count

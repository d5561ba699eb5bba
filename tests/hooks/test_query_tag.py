"""Every statement says which task sent it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.log import mask_secret

from backlog_provider.hooks.query_tag import with_query_tag
from backlog_provider.operators.backlog_census import BacklogCensusOperator
from backlog_provider.operators.backlog_views import BacklogViewsOperator

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

ABOUT = {"dag_id": "d", "task_id": "t"}
OURS = {"app": "airflow-provider-backlog", **ABOUT}


@pytest.mark.usefixtures("small_batches")
def test_every_statement_of_a_load_and_of_a_census_is_tagged_with_its_task(run: Runs, warehouse: Warehouse) -> None:
    for arguments in ({"history": True}, {"operator": BacklogCensusOperator}):
        warehouse.account.clear_statements()
        run("issues", **arguments)
        tags, statements = zip(*warehouse.account.query_tags(), strict=True)
        [tag] = {tag: json.loads(tag) for tag in tags}.values()
        assert tag.pop("run_id").startswith("manual__")
        assert tag == {
            "app": "airflow-provider-backlog",
            "dag_id": "runs",
            "task_id": "issues",
            "endpoint": "issues",
            "table": "BACKLOG_ISSUES",
        }
        assert {"ALTER", "USE", "CREATE", "PUT", "COPY", "COMMIT"} <= {sql.split()[0] for sql in statements}


@pytest.mark.usefixtures("run")
def test_every_statement_about_views_is_tagged(warehouse: Warehouse) -> None:
    with DAG(dag_id="d", schedule=None):
        views = BacklogViewsOperator(task_id="views")
    warehouse.account.clear_statements()
    views.execute({"run_id": "manual"})
    [tag] = {tag for tag, _ in warehouse.account.query_tags()}
    assert json.loads(tag) == {**OURS, "task_id": "views", "run_id": "manual"}


@pytest.mark.parametrize(
    ("own", "sent"),
    [
        ('{"team": "data"}', {**OURS, "team": "data"}),
        ("nightly loads", "nightly loads"),
        ("[1]", "[1]"),
        ("", OURS),
    ],
)
def test_tag_of_the_connections_own_has_the_last_word(own: str, sent: Any) -> None:
    parameters = with_query_tag({"query_tag": own, "TIMEZONE": "UTC"}, ABOUT)
    assert set(parameters) == {"query_tag", "TIMEZONE"}
    assert parameters["query_tag"] == sent or json.loads(parameters["query_tag"]) == sent


def test_tag_of_the_connection_reaches_the_statements(
    run: Runs, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = json.loads(os.environ["AIRFLOW_CONN_SNOWFLAKE_DEFAULT"])
    connection["extra"]["session_parameters"] = {"QUERY_TAG": '{"team": "data"}'}
    monkeypatch.setenv("AIRFLOW_CONN_SNOWFLAKE_DEFAULT", json.dumps(connection))
    warehouse.account.clear_statements()
    run("projects")
    assert {(json.loads(tag)["team"], json.loads(tag)["task_id"]) for tag, _ in warehouse.account.query_tags()} == {
        ("data", "projects")
    }


def test_tag_is_no_longer_than_snowflake_takes() -> None:
    ids = dict.fromkeys(("dag_id", "task_id", "run_id", "endpoint", "table"), '"' * 1000)
    assert 1000 < len(with_query_tag(None, ids)["QUERY_TAG"]) <= 2000
    long = json.dumps({"team": "x" * 1980})
    assert with_query_tag({"QUERY_TAG": long}, ABOUT) == {"QUERY_TAG": long}


def test_what_is_secret_is_not_in_a_tag() -> None:
    mask_secret("hunter2-hunter2")
    assert "hunter2" not in with_query_tag(None, {"run_id": "for hunter2-hunter2"})["QUERY_TAG"]

"""A real Airflow between an emulated space and a local Snowflake, started once for each module of tests."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import snowflake.connector

from backlog_demo.airflow import PROJECT
from backlog_demo.world import World, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from snowflake.connector import SnowflakeConnection

    from backlog_demo.airflow import Airflow

    Query = Callable[..., list[tuple[Any, ...]]]

ON_ASSET = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset

with DAG(dag_id="on_asset", schedule=Asset("snowflake://local/BACKLOG/RAW/BACKLOG_ISSUES"), catchup=False):
    EmptyOperator(task_id="nothing")
"""
BY_OAUTH = """
from backlog_provider.airflow_dag import backlog_dag

backlog_dag(
    dag_id="by_oauth",
    backlog_conn_id="by_oauth",
    schema="BY_OAUTH",
    endpoints=["space", "users", "projects"],
    schedule=None,
)
"""
BY_DEFERRAL = """
from backlog_provider.airflow_dag import backlog_dag

backlog_dag(
    dag_id="by_deferral",
    schema="BY_DEFERRAL",
    endpoints=["projects", "issues"],
    schedule=None,
    deferrable=True,
)
"""


# Not of the session: Airflow parses its DAG files again and again, and would take a processor from all other tests.
@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The demo's world, with a space of 1,500 issues.

    Beside its DAGs two on a table, one by an app, one deferred, and those of a second space, which is never loaded.
    """
    dags = tmp_path_factory.mktemp("dags")
    for path in [*PROJECT.glob("dags/*.py"), PROJECT / "docs" / "examples" / "backlog_open_issues.py"]:
        shutil.copy(path, dags)
    (dags / "on_asset.py").write_text(ON_ASSET)
    (dags / "by_oauth.py").write_text(BY_OAUTH)
    (dags / "by_deferral.py").write_text(BY_DEFERRAL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BACKLOG_SPACES", "backlog_second:SECOND")
        with running(tmp_path_factory.mktemp("world"), issues=1500, dags=dags) as world:
            yield world


@pytest.fixture(scope="module")
def query(world: World) -> Iterator[Query]:
    """Asks the world's Snowflake."""
    connection = json.loads((world.snowflake / "connection.json").read_text())
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setitem(os.environ, "REQUESTS_CA_BUNDLE", world.env["REQUESTS_CA_BUNDLE"])

        options = {"user": "tester", "password": "any", **connection["extra"]}

        @cache
        def session(schema: str) -> SnowflakeConnection:
            return stack.enter_context(snowflake.connector.connect(**options, schema=schema))

        def ask(sql: str, schema: str = "RAW") -> list[tuple[Any, ...]]:
            with session(schema).cursor() as cursor:
                cursor.execute(sql)
                return [tuple(row) for row in cursor.fetchall()]

        yield ask


@pytest.fixture(scope="module")
def table_of(query: Query) -> Callable[..., dict[int, Any]]:
    """Returns an endpoint's table as records by id, after checking that no key is in it twice."""

    def table(endpoint: str, schema: str = "RAW") -> dict[int, Any]:
        rows = query(f"SELECT TO_JSON(RAW) AS RAW FROM BACKLOG_{endpoint.upper()}", schema)
        records = {record["id"]: record for record in (json.loads(raw) for (raw,) in rows)}
        assert len(records) == len(rows)
        return records

    return table


def backfill(airflow: Airflow, dag_id: str, from_date: str, to_date: str) -> None:
    """Start the backfill of a span of time."""
    asked = {"dag_id": dag_id, "from_date": from_date, "to_date": to_date}

    def accepted() -> bool:
        try:
            airflow.call("POST", "/backfills", json=asked)
        except RuntimeError as error:
            # On SQLite, where the scheduler writes at that moment; a backfill that was half made ends by itself.
            if "Database is locked" in str(error) or "already a running backfill" in str(error):
                return False
            raise
        return True

    airflow.wait("the backfill", accepted, seconds=200)

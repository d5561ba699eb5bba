"""A session of the account for each test, and ways to use it."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection

from local_snowflake.server import Account

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def connection(account: Account) -> Iterator[SnowflakeConnection]:
    connection = account.connect()
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def runner() -> Callable[[SnowflakeConnection], Run]:
    """Makes of a connection a function that runs a statement and returns its rows."""

    def runner_of(connection: SnowflakeConnection) -> Run:
        def run(sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                return list(cursor.fetchall())

        return run

    return runner_of


@pytest.fixture
def run(connection: SnowflakeConnection, runner: Callable[[SnowflakeConnection], Run]) -> Run:
    """Runs statements in the test's own session."""
    return runner(connection)


@pytest.fixture
def hook(account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Airflow's own hook, which knows nothing but the connection that the account offers."""
    if "AIRFLOW_HOME" not in os.environ:
        monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
    monkeypatch.setenv("AIRFLOW_CONN_SNOWFLAKE_DEFAULT", account.connection_json)
    from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook

    return SnowflakeHook()

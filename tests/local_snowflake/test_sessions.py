"""Sessions share the databases and nothing else."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import ProgrammingError

from local_snowflake.protocol import GRACE_SECONDS
from local_snowflake.server import Account, running

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def other(account: Account, runner: Callable[[SnowflakeConnection], Run]) -> Any:
    """Runs statements in a second session."""
    connection = account.connect()
    yield runner(connection)
    connection.close()


def test_sessions_have_numbers_of_their_own(account: Account, connection: SnowflakeConnection) -> None:
    with account.connect() as second:
        assert second.session_id != connection.session_id


def test_what_is_not_committed_is_seen_by_its_own_session_alone(
    connection: SnowflakeConnection, run: Run, other: Run
) -> None:
    run("CREATE OR REPLACE TABLE ISOLATED (N NUMBER)")
    connection.autocommit(False)
    run("INSERT INTO ISOLATED VALUES (1)")

    assert run("SELECT COUNT(*) FROM ISOLATED") == [(1,)]
    assert other("SELECT COUNT(*) FROM ISOLATED") == [(0,)]
    connection.commit()
    assert other("SELECT COUNT(*) FROM ISOLATED") == [(1,)]


def test_a_statement_that_takes_long_is_asked_for_until_it_is_done(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local_snowflake.app.PATIENCE", 0.01)
    long = "SELECT COUNT(*) FROM (SELECT SEQ4() A FROM TABLE(GENERATOR(ROWCOUNT => 30000000))) WHERE A % 7 = 3"
    started = time.monotonic()
    assert run(long) == [(4285714,)]
    assert time.monotonic() - started > 0.02
    with pytest.raises(ProgrammingError, match="NOWHERE"):
        run("SELECT * FROM NOWHERE")


def test_a_session_that_closes_without_commit_leaves_nothing(account: Account, run: Run) -> None:
    run("CREATE OR REPLACE TABLE LEFT_OPEN AS SELECT 1 AS N")
    leaving = account.connect()
    leaving.cursor().execute("BEGIN")
    leaving.cursor().execute("UPDATE LEFT_OPEN SET N = 2")
    leaving.close()

    run("UPDATE LEFT_OPEN SET N = N + 10")
    assert run("SELECT N FROM LEFT_OPEN") == [(11,)]


KILLED = """
import json, sys, snowflake.connector
connection = snowflake.connector.connect(**json.loads(sys.argv[1]))
connection.cursor().execute("BEGIN")
connection.cursor().execute("UPDATE ABANDONED SET N = 2")
print("updated", flush=True)
sys.stdin.read()
"""


def test_a_client_that_is_killed_in_a_transaction_soon_is_in_nobodys_way(account: Account, run: Run) -> None:
    run("CREATE OR REPLACE TABLE ABANDONED AS SELECT 1 AS N")
    offered = json.loads(account.connection_json)
    options = json.dumps({"user": "loader", "password": "any", "schema": "RAW", **offered["extra"]})
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == "updated\n"
        with pytest.raises(ProgrammingError, match="onflict"):
            run("UPDATE ABANDONED SET N = N + 10")
        client.kill()

    time.sleep(GRACE_SECONDS + 0.5)
    run("UPDATE ABANDONED SET N = N + 10")
    assert run("SELECT N FROM ABANDONED") == [(11,)]


def test_temporary_tables_of_one_name_are_each_sessions_own(run: Run, other: Run) -> None:
    run("CREATE TEMPORARY TABLE MINE (N NUMBER)")
    other("CREATE TEMPORARY TABLE MINE (TEXT VARCHAR)")
    run("INSERT INTO MINE VALUES (1)")

    assert other("SELECT COUNT(*) FROM MINE") == [(0,)]


def test_a_new_process_on_the_directory_finds_everything_committed(
    tmp_path: Path, runner: Callable[[SnowflakeConnection], Run]
) -> None:
    with running(tmp_path) as first, first.connect() as connection:
        run = runner(connection)
        run("CREATE TABLE KEPT (N NUMBER, RAW VARIANT)")
        run("INSERT INTO KEPT SELECT 1, PARSE_JSON('{}')")
        connection.autocommit(False)
        run("INSERT INTO KEPT SELECT 2, NULL")

    with running(tmp_path) as second, second.connect(database=None, schema=None) as connection:
        assert runner(connection)("SELECT N, RAW FROM BACKLOG.RAW.KEPT") == [(1, "{}")]


def test_two_accounts_in_one_process_are_two(
    account: Account, run: Run, tmp_path: Path, runner: Callable[[SnowflakeConnection], Run]
) -> None:
    run("CREATE OR REPLACE TABLE HERE_ONLY (N NUMBER)")

    with running(tmp_path) as second, second.connect() as connection:
        assert second.url != account.url
        with pytest.raises(ProgrammingError, match="HERE_ONLY does not exist"):
            runner(connection)("SELECT * FROM HERE_ONLY")
        assert run("SELECT COUNT(*) FROM HERE_ONLY") == [(0,)]


def test_the_connection_it_offers_is_one_of_airflows(account: Account) -> None:
    offered = json.loads(account.connection_json)

    assert offered["conn_type"] == "snowflake"
    assert offered["schema"] == "RAW"
    assert offered["extra"] == {
        "account": "local",
        "database": "BACKLOG",
        "warehouse": "LOCAL",
        "role": "LOADER",
        "host": "127.0.0.1",
        "port": int(account.url.rpartition(":")[2]),
    }

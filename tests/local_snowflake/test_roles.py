"""A session in the role READER may look; what it may not is refused as an account does."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import ProgrammingError

from local_snowflake.server import Account

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def run(account: Account, runner: Callable[[SnowflakeConnection], Run]) -> Iterator[Run]:
    """Runs statements in a session that may write, after it has made what the tests would change."""
    with account.connect() as connection:
        run = runner(connection)
        run("CREATE OR REPLACE TABLE GUARDED AS SELECT 1 AS N")
        run("CREATE STAGE IF NOT EXISTS GUARDED_FILES")
        yield run


@pytest.fixture(scope="module")
def read_only(account: Account, run: Run, runner: Callable[[SnowflakeConnection], Run]) -> Iterator[Run]:
    """Runs statements in a session that may only read."""
    with account.connect(role="reader") as connection:
        yield runner(connection)


@pytest.mark.parametrize(
    ("sql", "on"),
    [
        ("CREATE TABLE NEW (N NUMBER)", "schema 'RAW'"),
        ("CREATE TABLE IF NOT EXISTS GUARDED (N NUMBER)", "schema 'RAW'"),
        ("CREATE TEMPORARY STAGE NEW", "schema 'RAW'"),
        ("INSERT INTO GUARDED VALUES (2)", "table 'GUARDED'"),
        ('INSERT INTO "BACKLOG"."RAW"."GUARDED" SELECT N FROM OTHER', "table 'GUARDED'"),
        ("UPDATE guarded SET N = 2", "table 'GUARDED'"),
        ("DELETE FROM GUARDED", "table 'GUARDED'"),
        ("TRUNCATE TABLE GUARDED", "table 'GUARDED'"),
        ("ALTER TABLE GUARDED ADD COLUMN M NUMBER", "table 'GUARDED'"),
        ("DROP TABLE GUARDED", "table 'GUARDED'"),
        ("COPY INTO GUARDED FROM @GUARDED_FILES", "table 'GUARDED'"),
        ("MERGE INTO GUARDED t USING (SELECT 1 AS N) s ON t.N = s.N WHEN MATCHED THEN DELETE", "table 'GUARDED'"),
    ],
)
def test_every_write_is_refused(read_only: Run, run: Run, sql: str, on: str) -> None:
    with pytest.raises(ProgrammingError) as refused:
        read_only(sql)

    assert (refused.value.errno, refused.value.sqlstate) == (3001, "42501")
    assert f"SQL access control error:\nInsufficient privileges to operate on {on}" in str(refused.value)
    assert run("SELECT N FROM GUARDED") == [(1,)]


def test_an_upload_is_refused(read_only: Run, tmp_path: Path) -> None:
    file = tmp_path / "records.json"
    file.write_text("{}")

    with pytest.raises(ProgrammingError, match="privileges to operate on stage 'GUARDED_FILES'"):
        read_only(f"PUT 'file://{file}' @GUARDED_FILES/run/")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT N FROM GUARDED",
        "SHOW TABLES LIKE 'GUARDED' IN SCHEMA RAW",
        "DESCRIBE TABLE GUARDED",
        "USE SCHEMA RAW",
        "ALTER SESSION SET AUTOCOMMIT = FALSE",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
    ],
)
def test_looking_is_allowed(read_only: Run, sql: str) -> None:
    assert read_only(sql)


def test_a_statement_that_is_none_gets_its_own_error(read_only: Run) -> None:
    with pytest.raises(ProgrammingError) as refused:
        read_only("INSERT INTO INTO")

    assert refused.value.errno == 1003

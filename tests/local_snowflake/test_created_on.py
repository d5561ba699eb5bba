"""SHOW TABLES tells when a table was created, and so whether a name still is the same table."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection

from local_snowflake.server import Account, running

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def tables(run: Run) -> None:
    """THIS and OTHER, in a schema with nothing else."""
    run("DROP SCHEMA IF EXISTS DATED")
    run("CREATE SCHEMA DATED")
    run("CREATE TABLE OTHER AS SELECT 1 AS N")
    run("CREATE TABLE THIS AS SELECT 1 AS N")


def created_on(run: Run, table: str = "THIS") -> datetime:
    [row] = run(f"SHOW TABLES LIKE '{table}' IN SCHEMA BACKLOG.DATED")
    moment: datetime = row[0]
    return moment


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE NEW (N NUMBER)",
        "CREATE TABLE IF NOT EXISTS NEW (N NUMBER)",
        "CREATE TRANSIENT TABLE NEW (N NUMBER) COMMENT = 'of the user'",
        "CREATE TABLE NEW AS SELECT N FROM THIS",
        "CREATE TABLE NEW LIKE THIS",
        "CREATE TABLE NEW CLONE THIS",
        "CREATE TABLE BACKLOG.DATED.NEW (N NUMBER)",
    ],
)
def test_a_new_table_has_the_present_moment(run: Run, sql: str) -> None:
    this, before = created_on(run), datetime.now(timezone.utc)
    run(sql)

    assert before <= created_on(run, "NEW") <= datetime.now(timezone.utc)
    assert created_on(run) == this


@pytest.mark.parametrize(
    "statements",
    [
        ["DROP TABLE THIS", "CREATE TABLE THIS (N NUMBER)"],
        ["CREATE OR REPLACE TABLE THIS (N NUMBER)"],
        ["CREATE OR REPLACE TABLE THIS AS SELECT 2 AS N"],
        ["CREATE OR REPLACE TABLE THIS CLONE OTHER"],
        ["DROP SCHEMA DATED", "CREATE SCHEMA DATED", "CREATE TABLE THIS (N NUMBER)"],
    ],
)
def test_a_table_in_the_place_of_another_has_a_moment_of_its_own(run: Run, statements: list[str]) -> None:
    before = created_on(run)
    for sql in statements:
        run(sql)

    assert created_on(run) > before


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO THIS VALUES (2)",
        "TRUNCATE TABLE THIS",
        "ALTER TABLE THIS ADD COLUMN M NUMBER",
        "COMMENT ON TABLE THIS IS 'of the user'",
        "CREATE TABLE IF NOT EXISTS THIS (N NUMBER)",
        "CREATE TABLE IF NOT EXISTS THIS CLONE OTHER",
    ],
)
def test_a_table_that_stays_keeps_its_moment(run: Run, sql: str) -> None:
    before = created_on(run)
    run(sql)

    assert created_on(run) == before


def test_a_renamed_table_takes_its_moment_along(run: Run) -> None:
    other = created_on(run, "OTHER")
    run("DROP TABLE THIS")
    run("ALTER TABLE OTHER RENAME TO THIS")

    assert created_on(run) == other


def test_a_table_with_any_name_in_any_schema_has_one(run: Run) -> None:
    run('CREATE SCHEMA IF NOT EXISTS "dated too"')
    run('CREATE OR REPLACE TABLE "dated too"."my ""this""" (N NUMBER)')

    [row] = run('SHOW TERSE TABLES IN SCHEMA "dated too"')
    assert datetime.now(timezone.utc) - row[0] < timedelta(minutes=1)
    assert row[1] == 'my "this"'


def test_it_is_the_same_in_the_next_process(tmp_path: Path, runner: Callable[[SnowflakeConnection], Run]) -> None:
    with running(tmp_path) as first, first.connect() as connection:
        runner(connection)("CREATE TABLE KEPT (N NUMBER)")
        before = runner(connection)("SHOW TABLES LIKE 'KEPT'")[0][0]

    with running(tmp_path) as second, second.connect() as connection:
        assert runner(connection)("SHOW TABLES LIKE 'KEPT'")[0][0] == before


def test_sessions_that_create_what_is_not_there_at_once_do_not_meet(account: Account, run: Run) -> None:
    def create(_: int) -> None:
        with account.connect(schema="DATED") as connection, connection.cursor() as cursor:
            for number in range(10):
                cursor.execute(f"CREATE TABLE IF NOT EXISTS SHARED_{number} (N NUMBER)")

    with ThreadPoolExecutor() as sessions:
        assert list(sessions.map(create, range(3))) == [None] * 3
    assert all(row[0].year > 1970 for row in run("SHOW TABLES IN SCHEMA DATED"))

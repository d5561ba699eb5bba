"""Every statement that the provider sends is read by sqlglot and by sqlfluff: see ``tests.sql`` and ``conftest``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conftest import Runs, edit
from tests.sql import Reading, fault, shape

from backlog_provider.operators.backlog_census import BacklogCensusOperator

if TYPE_CHECKING:
    from tests.conftest import Warehouse

    from backlog_emulator.emulator import Emulator


def test_what_a_load_sends_is_heard(run: Runs, space: Emulator, sql_of_provider: Reading) -> None:
    run("projects")
    run("issues", history=True)
    run("activities")
    edit(space, op="delete_issue", id="oldest")
    run("activities")
    run("issues", operator=BacklogCensusOperator)
    verbs = {kind.split()[0] for kind in sql_of_provider.known}
    assert {"ALTER", "SHOW", "USE", "CREATE", "PUT", "COPY", "MERGE", "INSERT", "UPDATE", "SELECT", "COMMIT"} <= verbs


def test_statement_of_each_kind_is_read_once(run: Runs, warehouse: Warehouse, sql_of_provider: Reading) -> None:
    warehouse.account.clear_statements()
    run("users")
    statements = [sql for _, sql in warehouse.account.query_tags()]
    reading = Reading()
    for sql in 2 * statements:
        reading.hear(sql)
    assert 10 < len(reading.waiting) == len({shape(sql) for sql in statements}) <= len(set(statements))
    assert not {shape(sql) for sql in reading.waiting} - sql_of_provider.known


@pytest.mark.parametrize(
    ("sql", "reader"),
    [
        ("SELECT FROM WHERE", "sqlglot"),
        ("CREATE SOMETHING NEW", "sqlglot does not read it"),
        ("SELECT 1 AS A QUALIFY", "sql"),
        ("DELETE FROM A USING B WHERE A.X = B.X RETURNING A.X", "sqlfluff"),
    ],
)
def test_what_is_no_sql_of_snowflake_is_told(sql: str, reader: str) -> None:
    assert str(fault(sql)).startswith(reader)

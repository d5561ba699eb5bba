"""Where the table is not the one that the mark speaks of, a run finds out although nothing is new in Backlog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conftest import CORE

from backlog_provider.catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


@pytest.mark.parametrize("endpoint", CORE)
@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE SHAPE LIKE {0}", "DROP TABLE {0}", "CREATE TABLE {0} LIKE SHAPE"],
        ["CREATE TABLE SHAPE LIKE {0}", "CREATE OR REPLACE TABLE {0} LIKE SHAPE"],
        ["CREATE OR REPLACE TABLE {0} AS SELECT * FROM {0} WHERE 1 = 0"],
    ],
    ids=["dropped and created", "replaced", "replaced by a query"],
)
def test_table_that_was_made_again_empty_is_loaded_again(
    run: Runs,
    warehouse: Warehouse,
    endpoint: str,
    statements: list[str],
    assert_equal_to_truth: Callable[..., None],
) -> None:
    table = run(endpoint)["table"]
    for sql in statements:
        warehouse.query(sql.format(table))

    assert run(endpoint)["mode"] == "full"
    assert_equal_to_truth(endpoint)
    assert run(endpoint)["mode"] == "noop"


@pytest.mark.parametrize("endpoint", ["issues", "activities"])
@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE OR REPLACE TABLE {0} CLONE YESTERDAY"],
        ["DROP TABLE {0}", "CREATE TABLE {0} CLONE YESTERDAY"],
        ["ALTER TABLE {0} RENAME TO TODAY", "ALTER TABLE YESTERDAY RENAME TO {0}"],
    ],
    ids=["replaced", "dropped and cloned", "renamed"],
)
def test_table_that_was_put_back_to_a_day_before_is_loaded_again(
    run: Runs,
    space: Emulator,
    warehouse: Warehouse,
    endpoint: str,
    statements: list[str],
    assert_equal_to_truth: Callable[..., None],
) -> None:
    table = run(endpoint)["table"]
    warehouse.query(f"CREATE TABLE YESTERDAY CLONE {table}")
    space.space.advance(days=1)
    run(endpoint)
    for sql in statements:
        warehouse.query(sql.format(table))

    assert run(endpoint)["mode"] == "full"
    assert_equal_to_truth(endpoint)
    assert run(endpoint)["mode"] == "noop"


@pytest.mark.parametrize("endpoint", CORE)
@pytest.mark.parametrize("rest", ["", "WHERE MOD({1}, 2) = 0"], ids=["all", "half"])
def test_table_in_the_place_of_another_is_loaded_again_whatever_it_holds(
    run: Runs, warehouse: Warehouse, endpoint: str, rest: str, assert_equal_to_truth: Callable[..., None]
) -> None:
    table = run(endpoint)["table"]
    key = CATALOGUE[endpoint].key[0]
    warehouse.query(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {table} {rest}".format(table, key))

    assert run(endpoint)["mode"] == "full"
    assert_equal_to_truth(endpoint)
    warehouse.account.clear_statements()
    assert run(endpoint)["mode"] == "noop"
    assert [sql.split()[0] for _, sql in warehouse.account.statements()] == ["ALTER", "SHOW"]

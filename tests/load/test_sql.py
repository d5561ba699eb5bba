"""Every statement parses as Snowflake's SQL, and names and values stay what they are."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from backlog_provider.catalogue import CATALOGUE, Endpoint
from backlog_provider.load.identifiers import TableName
from backlog_provider.load.sql import history as history_sql
from backlog_provider.load.sql import merge as merge_sql

TARGET = TableName("DB", 'odd "schema"', "T")
STATE = TARGET.sibling("BACKLOG_SYNC_STATE")


def parsed(sql: str) -> exp.Expression:
    # A placeholder of the connector, where sqlglot would read a modulo.
    [tree] = sqlglot.parse(sql.replace("%s", "'x'"), read="snowflake")
    assert isinstance(tree, exp.Expression)
    return tree


@pytest.mark.parametrize("endpoint", CATALOGUE.values(), ids=str)
def test_table_begins_with_the_key_and_ends_with_the_four_columns_of_every_table(endpoint: Endpoint) -> None:
    table = parsed(merge_sql.create_table(endpoint, TARGET))
    names = [column.name for column in table.find_all(exp.ColumnDef)]
    assert tuple(names[: len(endpoint.key)]) == endpoint.key
    assert names[-4:] == ["RAW", "_SYNCED_AT", "_RUN_ID", "_DELETED_AT"]
    assert table.find(exp.Table).sql(dialect="snowflake") == TARGET.sql  # type: ignore[union-attr]


@pytest.mark.parametrize("endpoint", CATALOGUE.values(), ids=str)
def test_merge_writes_every_column_but_the_deletion_which_it_clears(endpoint: Endpoint) -> None:
    merge = parsed(merge_sql.merge(endpoint, TARGET, "STAGING"))
    assert isinstance(merge, exp.Merge)
    written = {column.name for column in endpoint.columns} | {"RAW", "_SYNCED_AT", "_RUN_ID"}
    inserted = merge.find(exp.Insert)
    assert {column.name for column in inserted.this.expressions} == written  # type: ignore[union-attr]
    updated = merge.find(exp.Update)
    assert {e.this.name for e in updated.expressions} == written - set(endpoint.key) | {"_DELETED_AT"}  # type: ignore[union-attr]


@pytest.mark.parametrize("endpoint", CATALOGUE.values(), ids=str)
def test_statements_of_a_history_are_one_statement_each(endpoint: Endpoint) -> None:
    for sql in (
        history_sql.create(endpoint, TARGET),
        history_sql.add(endpoint, TARGET, history_sql.staged_versions(endpoint, TARGET, "S")),
        history_sql.add(endpoint, TARGET, history_sql.table_versions(endpoint, TARGET)),
        history_sql.supersede(endpoint, TARGET),
        history_sql.end(endpoint, TARGET, history_sql.deleted_now(endpoint, TARGET)),
        history_sql.end(endpoint, TARGET, history_sql.deleted_ever(endpoint, TARGET)),
    ):
        parsed(sql)


@pytest.mark.parametrize(
    "sql",
    [
        merge_sql.create_state_table(STATE),
        merge_sql.create_runs_table(STATE),
        merge_sql.insert_run(STATE),
        merge_sql.select_since(TARGET),
        merge_sql.select_state(STATE),
        merge_sql.update_state(STATE),
        merge_sql.insert_state(STATE),
        merge_sql.forget_state(STATE),
        merge_sql.write_history(STATE),
        merge_sql.use_schema(TARGET),
        merge_sql.show_table(TARGET),
        merge_sql.create_stage("S"),
        merge_sql.create_staging_table("S"),
        merge_sql.copy("S", "000000", "S"),
        merge_sql.put("/tmp/it's a \\ file.json.gz", "S", "000000"),
    ],
)
def test_statement_is_one_statement(sql: str) -> None:
    parsed(sql)


def test_path_with_a_quote_stays_inside_its_quotes() -> None:
    assert merge_sql.put("/a'b\\c", "S", "0").startswith("PUT 'file:///a\\'b\\\\c' @S/0/ ")

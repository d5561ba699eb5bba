"""SHOW TABLES says when a table was created; fakesnow says 1970-01-01 of every one.

The moment is kept as DuckDB's own comment on the table, which goes where the table goes: it stays through RENAME and a
restart, and ends with DROP and CREATE OR REPLACE. A comment of the user's own is kept by fakesnow elsewhere.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import duckdb
import sqlglot
from fakesnow import transforms
from fakesnow.cursor import FakeSnowflakeCursor
from sqlglot import Expr, exp

from local_snowflake.corrections.replacing import replace

_UNDATED = """
    SELECT database_name, schema_name, table_name FROM duckdb_tables()
    WHERE comment IS NULL AND NOT temporary AND NOT internal AND schema_name <> '_fs_information_schema'
"""
_DATED = """
    SELECT shown.* REPLACE (COALESCE(TRY_CAST(made.comment AS TIMESTAMPTZ), shown.created_on) AS created_on)
    FROM _fs_global._fs_information_schema._fs_show_tables AS shown
    LEFT JOIN duckdb_tables() AS made
        ON (made.database_name, made.schema_name, made.table_name)
         = (shown.database_name, shown.schema_name, shown.name)
"""
# Else of two sessions that run CREATE TABLE IF NOT EXISTS at once, both would date the table that one has made.
_one_at_a_time = threading.Lock()


def apply() -> None:
    """Correct what is kept of a table that is created, and what SHOW TABLES reads."""
    replace(FakeSnowflakeCursor, "_execute", ["self", "transformed", "params"], _dating_what_is_created)
    replace(transforms, "show_tables_etc", ["expression", "current_database", "current_schema"], _reading_the_dates)


def date_new_tables(engine: duckdb.DuckDBPyConnection) -> None:
    """Give every table that has no moment of creation yet the present one; temporary tables stay without."""
    now = datetime.now(timezone.utc).isoformat()
    for names in engine.execute(_UNDATED).fetchall():
        table = ".".join(exp.to_identifier(name, quoted=True).sql(dialect="duckdb") for name in names)
        engine.execute(f"COMMENT ON TABLE {table} IS '{now}'")


def _dating_what_is_created(execute: Callable[..., None]) -> Callable[..., None]:
    def _execute(self: Any, transformed: Expr, params: Any = None) -> None:
        if not isinstance(transformed, exp.Create) or transformed.kind != "TABLE":
            return execute(self, transformed, params)
        with _one_at_a_time, self._duck_conn.cursor() as engine:
            execute(self, transformed, params)
            date_new_tables(engine)
        return None

    return _execute


def _reading_the_dates(show: Callable[..., Expr]) -> Callable[..., Expr]:
    def show_tables_etc(expression: Expr, *args: Any, **kwargs: Any) -> Expr:
        query = show(expression, *args, **kwargs)
        table = query.find(exp.Table) if query is not expression else None
        if table is not None and table.name == "_fs_show_tables":
            dated = sqlglot.parse_one(_DATED, read="duckdb", into=exp.Select)
            table.replace(dated.subquery("dated"))
        return query

    return show_tables_etc

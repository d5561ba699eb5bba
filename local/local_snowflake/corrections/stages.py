"""A temporary stage ends with the session that made it, and its files with it.

fakesnow keeps stages for all sessions until the process ends, so a second CREATE TEMPORARY STAGE of the same name
fails, and the files of every load pile up. What stays different: while it lives, other sessions see it.
"""

import shutil
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import duckdb
from fakesnow.conn import FakeSnowflakeConnection
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.transforms import stage
from sqlglot import Expr

from local_snowflake.corrections.replacing import replace

_IDENTITY = ("database_name", "schema_name", "name", "created_on")
_made_by: WeakKeyDictionary[FakeSnowflakeConnection, list[tuple[str, ...]]] = WeakKeyDictionary()
"""Session -> what identifies the temporary stages that it made."""


def apply() -> None:
    """Remember which session made a temporary stage."""
    replace(FakeSnowflakeCursor, "_execute", ["self", "transformed", "params"], _remembering_the_session)


def drop_temporary_stages(connection: FakeSnowflakeConnection, engine: duckdb.DuckDBPyConnection) -> None:
    """Drop what a session, which may have a transaction open, made; `engine` does it outside of that transaction."""
    condition = "(database_name, schema_name, name, created_on) = (?, ?, ?, ?::TIMESTAMPTZ)"
    for identity in _made_by.pop(connection, []):
        stages = "_fs_global._fs_information_schema._fs_stages"
        dropped = engine.execute(f"DELETE FROM {stages} WHERE {condition}", identity).fetchall()  # noqa: S608
        if dropped != [(0,)]:
            shutil.rmtree(stage.internal_dir(".".join(identity[:3])), ignore_errors=True)


def _remembering_the_session(execute: Callable[..., None]) -> Callable[..., None]:
    def _execute(self: Any, transformed: Expr, params: Any = None) -> None:
        execute(self, transformed, params)
        if transformed.args.get("create_stage_name"):
            row = _inserted_row(transformed)
            if row["type"].endswith("TEMPORARY"):
                _made_by.setdefault(self._conn, []).append(tuple(row[column] for column in _IDENTITY))

    return _execute


def _inserted_row(insert: Expr) -> dict[str, str]:
    """The row that fakesnow inserts into its table of stages, column by column."""
    columns = insert.this.expressions
    values = insert.expression.expressions
    return {column.name: value.name for column, value in zip(columns, values, strict=True)}

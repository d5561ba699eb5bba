"""Transactions that never pretend.

1. After a failed statement DuckDB has given up the whole transaction, and its COMMIT quietly saves nothing; Snowflake
   would save the rest. We cannot save it, so everything but ROLLBACK is refused.
2. DDL commits the open transaction also after an explicit BEGIN: https://docs.snowflake.com/en/sql-reference/transactions
   fakesnow does so only when autocommit is off; else CREATE TEMPORARY TABLE fails there.
"""

import re
from collections.abc import Callable
from typing import Any

import duckdb
from fakesnow.cursor import FakeSnowflakeCursor
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from local_snowflake.corrections.replacing import replace

_ROLLBACK = re.compile(r"\s*ROLLBACK\b", re.IGNORECASE)
_DDL = (exp.Alter, exp.Comment, exp.Create, exp.Drop)
_LOST = (
    "The transaction was given up when one of its statements failed, and nothing of it can be saved here: "
    "ROLLBACK, then start again"
)


def apply() -> None:
    """Correct what may follow in a transaction, and what ends it."""
    parameters = ["self", "command", "params", "args", "kwargs"]
    replace(FakeSnowflakeCursor, "execute", parameters, _refusing_what_is_lost)
    replace(FakeSnowflakeCursor, "_execute", ["self", "transformed", "params"], _committing_before_ddl)


def _refusing_what_is_lost(execute: Callable[..., Any]) -> Callable[..., Any]:
    def checked(self: Any, command: str, *args: Any, **kwargs: Any) -> Any:
        if _given_up(self._duck_conn) and not _ROLLBACK.match(command):
            raise ProgrammingError(msg=_LOST, errno=603, sqlstate="25P02")
        return execute(self, command, *args, **kwargs)

    return checked


def _given_up(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether DuckDB waits for a ROLLBACK; it tells only when asked to run something."""
    try:
        connection.execute("SELECT 1")
    except duckdb.TransactionException:
        return True
    return False


def _committing_before_ddl(execute: Callable[..., None]) -> Callable[..., None]:
    def _execute(self: Any, transformed: Expr, params: Any = None) -> None:
        if isinstance(transformed, _DDL) or transformed.args.get("create_stage_name"):
            self._duck_conn.commit()
        execute(self, transformed, params)

    return _execute

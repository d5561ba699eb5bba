"""MERGE takes part in the transaction that it stands in.

fakesnow runs a MERGE through a temporary helper table. Made like a user's table it commits what came before, or, in an
explicit BEGIN, fails because it also writes to fakesnow's own database. So it is made behind fakesnow's bookkeeping.
"""

from collections.abc import Callable
from typing import Any

from fakesnow.cursor import FakeSnowflakeCursor
from sqlglot import Expr, exp

from local_snowflake.corrections.replacing import replace

_HELPER = "MERGE_CANDIDATES"


def apply() -> None:
    """Correct how the statements are run that fakesnow makes of a MERGE."""
    replace(FakeSnowflakeCursor, "_execute", ["self", "transformed", "params"], _keeping_the_transaction)


def _keeping_the_transaction(execute: Callable[..., None]) -> Callable[..., None]:
    def _execute(self: Any, transformed: Expr, params: Any = None) -> None:
        if not _makes_the_helper(transformed):
            return execute(self, transformed, params)
        _begin_if_autocommit_is_off(self)
        self._duck_conn.execute(transformed.sql(dialect="duckdb"), params)
        return None

    return _execute


def _makes_the_helper(statement: Expr) -> bool:
    if not isinstance(statement, exp.Create):
        return False
    table = statement.find(exp.Table)
    return table is not None and table.name.upper() == _HELPER


def _begin_if_autocommit_is_off(self: Any) -> None:
    """The helper's rows and the writes made from them have to see the same state of the target."""
    connection = vars(self._conn)
    if not connection["_autocommit"] and not connection["_in_transaction"]:
        self._duck_conn.begin()
        connection["_in_transaction"] = True

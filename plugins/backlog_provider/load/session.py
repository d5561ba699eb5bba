"""Statements to Snowflake and back: one session, errors of one line, the ids of all queries."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import snowflake.connector.errors as snowflake_errors

from backlog_provider.exceptions import LoadError
from backlog_provider.load.beside import Beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from snowflake.connector import SnowflakeConnection
    from snowflake.connector.cursor import SnowflakeCursor

# Snowflake's error number -> what to do. Trying again changes none of these.
ADVICE: dict[int, str] = {
    606: "name a warehouse in the connection, and grant its role USAGE on it",
    2003: "create it, or grant the connection's role access to it",
    2043: "create it, or grant the connection's role access to it",
    3001: "grant the connection's role USAGE on database and schema, and CREATE TABLE, CREATE STAGE and, for views, "
    "CREATE VIEW on the schema",
    3540: "grant the connection's role USAGE on it",
    90073: "resume the warehouse, or grant the connection's role OPERATE on it",
    90105: "name a database and a schema in the connection or the operator",
    90106: "name a schema in the connection or the operator, and create it if need be",
    250001: "check account, user, password or key of the Snowflake connection",
    251001: "name the account in the Snowflake connection",
    251005: "name the user in the Snowflake connection",
}


@dataclass
class Result:
    """What a statement gave: column names, rows, and how many rows it touched."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    rowcount: int

    def first(self) -> dict[str, Any]:
        """Return the first row by column name; nothing where there is no row."""
        return dict(zip(self.columns, self.rows[0], strict=True)) if self.rows else {}


class Session:
    """One Snowflake session without autocommit: DDL commits itself, everything else waits for ``commit``.

    :param connection: an open connection; the session closes it.
    """

    def __init__(self, connection: SnowflakeConnection) -> None:
        self._connection = connection
        self._beside: Beside[None] = Beside("snowflake-beside")
        self.query_ids: list[str] = []
        self.changed_tables: set[str] = set()
        """Tables in which rows were marked as deleted, or revived."""
        try:
            # What the connection's extra says must not decide whether a load is one transaction; and the
            # connector's own method for this hides Snowflake's refusal.
            self.run("switch autocommit off", "ALTER SESSION SET AUTOCOMMIT = FALSE")
        except BaseException:
            self.close()
            raise

    def run(self, what: str, sql: str, values: Sequence[Any] = ()) -> Result:
        """Run one statement.

        :param what: what it does, for the error: ``create table X``.
        :param values: bound to the placeholders of ``sql``.
        :raises LoadError: where Snowflake refuses, this one or the one begun before it.
        """
        self._settle()
        return self._run(what, sql, values)

    def begin(self, what: str, sql: str, then: Callable[[], None]) -> None:
        """Begin a statement, and go on; whatever is asked of the session next waits for its end.

        :param then: called when it has worked, in a thread of the session's.
        :raises LoadError: where Snowflake refuses the one begun before it.
        """

        def run() -> None:
            self._run(what, sql)
            then()

        self._settle()
        self._beside.begin(run)

    def _settle(self) -> None:
        """Wait for the end of what was begun, or raise LoadError where Snowflake has refused it."""
        self._beside.result()

    def _run(self, what: str, sql: str, values: Sequence[Any] = ()) -> Result:
        cursor: SnowflakeCursor = self._connection.cursor()
        try:
            cursor.execute(sql, tuple(values) or None)
            if cursor.sfqid:
                self.query_ids.append(cursor.sfqid)
            columns = [column.name for column in cursor.description or ()]
            return Result(columns, [tuple(row) for row in cursor.fetchall()], cursor.rowcount or 0)
        except snowflake_errors.Error as error:
            raise load_error(what, error) from None
        finally:
            cursor.close()

    def commit(self) -> None:
        """Make everything since the last commit visible, at once."""
        self._settle()
        try:
            self._connection.commit()
        except snowflake_errors.Error as error:
            raise load_error("commit", error) from None

    def rollback(self) -> None:
        """Forget everything since the last commit."""
        self._settle()
        try:
            self._connection.rollback()
        except snowflake_errors.Error as error:
            raise load_error("roll back", error) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the block, or forget all of it where the block fails."""
        try:
            yield
            self.commit()
        except BaseException:
            # Where even this fails, the session is gone, and Snowflake rolls back by itself.
            with suppress(LoadError):
                self.rollback()
            raise

    def close(self) -> None:
        """End the session; what was not committed is gone, temporary tables and stages too."""
        self._beside.close()
        self._connection.close()


def load_error(what: str, error: snowflake_errors.Error) -> LoadError:
    """Return Snowflake's error as one line with a remedy."""
    number = error.errno if isinstance(error.errno, int) and error.errno > 0 else None
    said = " ".join((getattr(error, "raw_msg", None) or error.msg or str(error)).split())[:500]
    advice = f"; {ADVICE[number]}" if number in ADVICE else ""
    return LoadError(
        f"Snowflake refused to {what} ({number or 'no number'}): {said}{advice}",
        errno=number,
        retryable=number not in ADVICE,
    )

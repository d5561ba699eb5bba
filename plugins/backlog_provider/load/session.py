"""Statements to Snowflake and back: one session, errors of one line, the ids of all queries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import snowflake.connector.errors as snowflake_errors

from backlog_provider.exceptions import LoadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

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
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="snowflake")
        self._pending: Future[None] | None = None
        self.query_ids: list[str] = []
        self.changed_tables: set[str] = set()
        """Tables in which rows were soft-deleted or restored."""
        try:
            # Transactions must not depend on the connection's extra. The connector's own method hides a refusal.
            self.run("switch autocommit off", "ALTER SESSION SET AUTOCOMMIT = FALSE")
        except BaseException:
            self.close()
            raise

    def run(self, what: str, sql: str, values: Sequence[Any] = ()) -> Result:
        """Run one statement.

        :param what: its purpose, for the error message: ``create table X``.
        :param sql: the statement.
        :param values: bound to the placeholders of ``sql``.
        :return: column names and rows.
        :raises LoadError: if Snowflake refuses it, or the pending statement before it.
        """
        self._wait_for_pending()
        return self._run(what, sql, values)

    def begin(self, what: str, sql: str, then: Callable[[], None]) -> None:
        """Run a statement in the background. The next call of any method waits for it.

        :param what: its purpose, for the error message.
        :param sql: the statement.
        :param then: called in the background once it has succeeded.
        :raises LoadError: if Snowflake refused the pending statement before it.
        """

        def run() -> None:
            self._run(what, sql)
            then()

        self._wait_for_pending()
        self._pending = self._executor.submit(run)

    def _wait_for_pending(self) -> None:
        """Wait for the pending statement, and raise its error."""
        pending, self._pending = self._pending, None
        if pending:
            pending.result()

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
        """Commit the transaction.

        :raises LoadError: if Snowflake refuses it, or the pending statement.
        """
        self._wait_for_pending()
        try:
            self._connection.commit()
        except snowflake_errors.Error as error:
            raise load_error("commit", error) from None

    def rollback(self) -> None:
        """Roll the transaction back.

        :raises LoadError: if Snowflake refuses it, or the pending statement.
        """
        self._wait_for_pending()
        try:
            self._connection.rollback()
        except snowflake_errors.Error as error:
            raise load_error("roll back", error) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the block; roll back if the block fails."""
        try:
            yield
            self.commit()
        except BaseException:
            # If this fails too, the session is lost, and Snowflake rolls back by itself.
            with suppress(LoadError):
                self.rollback()
            raise

    def close(self) -> None:
        """Close the session: uncommitted changes, temporary tables and stages are dropped."""
        self._executor.shutdown(wait=False, cancel_futures=True)
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

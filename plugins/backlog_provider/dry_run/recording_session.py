"""The Snowflake session of a dry run: it records statements, and sends only those that read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_provider.exceptions import LoadError
from backlog_provider.load.session import Result, Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snowflake.connector import SnowflakeConnection

READ_ONLY = frozenset({"SELECT", "SHOW"})
# "Object does not exist or not authorized."
MISSING = 2003
# The assumed result of a statement that writes: a MERGE changes no rows, a write of the state changes one.
WRITTEN = Result(["number of rows inserted", "number of rows updated"], [(0, 0)], 1)


class RecordingSession(Session):
    """Replaces the session of a loader in a dry run, so that the loader changes nothing.

    :param noted: the list to which every statement is appended, in order.
    :param connection: an open connection; the session closes it.
    """

    def __init__(self, noted: list[str], connection: SnowflakeConnection) -> None:
        self._noted = noted
        super().__init__(connection)

    def _run(self, what: str, sql: str, values: Sequence[Any] = ()) -> Result:
        """Record a statement, and send it if it only reads.

        A missing table gives an empty result, because a real run would have created the table before.

        :param what: a description for the error message.
        :param sql: the statement.
        :param values: the values to bind.
        :raises LoadError: if the statement fails for another reason.
        """
        self._noted.append(sql)
        verb = sql.split(maxsplit=1)[0]
        if verb not in READ_ONLY:
            return WRITTEN
        try:
            return super()._run(what, sql, values)
        except LoadError as error:
            if sql.startswith(("SELECT", "SHOW COLUMNS")) and error.errno == MISSING:
                return Result([], [], 0)
            raise

    def commit(self) -> None:
        """Record a commit."""
        self._noted.append("COMMIT")

    def rollback(self) -> None:
        """Record a rollback."""
        self._noted.append("ROLLBACK")

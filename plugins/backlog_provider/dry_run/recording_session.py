"""A session that only looks: what a load would write is noted, and answered as if it had worked."""

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
# What a MERGE and the writes of a state answer: one row of state, none of records.
WRITTEN = Result(["number of rows inserted", "number of rows updated"], [(0, 0)], 1)


class RecordingSession(Session):
    """Takes a session's place under a loader, which then does all that it does, and changes nothing.

    :param noted: every statement that the load would send is added here, in order.
    :param connection: an open connection; the session closes it.
    """

    def __init__(self, noted: list[str], connection: SnowflakeConnection) -> None:
        self._noted = noted
        super().__init__(connection)

    def _run(self, what: str, sql: str, values: Sequence[Any] = ()) -> Result:
        """Note a statement, and send it if it only looks.

        A table that is not there has no rows, and lacks no columns: earlier in the load it would have been made.

        :raises LoadError: where Snowflake refuses.
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
        """Note the end of a transaction."""
        self._noted.append("COMMIT")

    def rollback(self) -> None:
        """Note the end of a transaction."""
        self._noted.append("ROLLBACK")

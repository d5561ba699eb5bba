"""BACKLOG_SYNC_STATE: how far each table of a schema is loaded. Written by compare-and-set, with the rows."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from backlog_provider.exceptions import ConfigurationError, StateConflictError
from backlog_provider.load import schema_evolution
from backlog_provider.load.sql import merge as merge_sql
from backlog_provider.load.sql import schema_evolution as schema_sql
from backlog_provider.load.tables import has_rows_since
from backlog_provider.model.state import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backlog_provider.load.identifiers import TableName
    from backlog_provider.load.session import Session
    from backlog_provider.model.endpoint import Endpoint

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """Who loads: the ids of the DAG's run, for the rows and the ledger."""

    run_id: str
    dag_id: str
    task_id: str


COMMAND_LINE = Run("command line", "", "")


@dataclass(frozen=True)
class SyncState:
    """The row of one table.

    Every write names the version that was read, and fails where it is no longer that one.

    :param target: the table that the row is of.
    :param space: the Backlog space that the table's rows come from.
    :param run: named in the row by the load that writes it.
    """

    session: Session
    endpoint: Endpoint
    target: TableName
    space: str
    run: Run

    @property
    def table(self) -> TableName:
        """BACKLOG_SYNC_STATE itself."""
        return self.target.sibling(merge_sql.STATE_TABLE)

    def create(self) -> None:
        """Create BACKLOG_SYNC_STATE where it is missing.

        :raises LoadError: where Snowflake refuses.
        """
        self.session.run(f"create table {self.table}", merge_sql.create_state_table(self.table))

    def read(self, existed: str | None, *, any_space: bool) -> tuple[State, dict[str, str]]:
        """Return the state, and how the table's columns are made, as far as that is known.

        The mark does not count where the table is gone, is another, or lacks what the last load wrote.

        :param existed: when the table was made that is there now; None where there is none.
        :param any_space: accept a table that holds another space's rows.
        :raises ConfigurationError: where the table belongs to another endpoint or space.
        :raises LoadError: where Snowflake refuses.
        """
        read = self.session.run(f"read {self.table}", merge_sql.select_state(self.table), [self.target.table])
        if read.columns:
            schema_evolution.add_missing(self.session, self.table, merge_sql.STATE_COLUMNS, read.columns)
        if not read.rows:
            return State(None, 0), {}
        row: dict[str, Any] = dict.fromkeys(merge_sql.STATE_COLUMNS) | read.first()
        self._check_owner(row, any_space=any_space)
        state = State(orjson.loads(row["READ_CURSOR"] or "null"), int(row["VERSION"]), history=row["HISTORY"])
        # An earlier release did not write which table it was, and believed in any.
        is_it = bool(existed) and row["TABLE_CREATED"] in (None, existed)
        is_it = is_it and has_rows_since(self.session, self.target, row["ROWS_AT"])
        noted = orjson.loads(row["TABLE_COLUMNS"] or "{}") if is_it else {}
        # What the records of its rows do not hold, only reading them again brings.
        is_it = is_it and not schema_sql.beyond_records(self.endpoint, noted)
        return (state, noted) if state.cursor is None or is_it else (self._forget(state), noted)

    def write(self, state: State, now: str, *, before: State, changed: bool) -> None:
        """Write where reading stands.

        :param state: the new state, whose version is one more than that of ``before``.
        :param changed: whether rows changed with it.
        :raises StateConflictError: where another run has written the state meanwhile.
        :raises LoadError: where Snowflake refuses.
        """
        what = [
            self.space,
            None if state.value is None else str(state.value),
            orjson.dumps(state.cursor).decode(),
            state.version,
            state.created,
            now if changed else None,
            state.history,
            schema_sql.noted(self.endpoint),
            now,
        ]
        where = [self.run.run_id, self.target.table, self.endpoint.name]
        if before.version:
            self._write(merge_sql.update_state(self.table), [*what, *where, str(before.version)])
        else:
            self._write(merge_sql.insert_state(self.table), [*what, *where, self.target.table])

    def write_history(self, state: State, *, whole: bool | None) -> State:
        """Write whether the table has a history, and whether that is whole; return the new state.

        :raises StateConflictError: where another run has written the state meanwhile.
        :raises LoadError: where Snowflake refuses.
        """
        self._write(merge_sql.write_history(self.table), [whole, self.target.table, str(state.version)])
        self.session.commit()
        return replace(state, version=state.version + 1, history=whole)

    def note_columns(self, state: State) -> None:
        """Write how the table's columns are made from now on.

        :raises StateConflictError: where another run has written the state meanwhile.
        :raises LoadError: where Snowflake refuses.
        """
        noted = schema_sql.noted(self.endpoint)
        self._write(schema_sql.note(self.table), [noted, self.target.table, str(state.version)])

    def _forget(self, state: State) -> State:
        log.warning("%s is not what this load made until %s: reading everything again", self.target, state.value)
        values = [self.target.table, str(state.version)]
        forgotten = self.session.run(f"write {self.table}", merge_sql.forget_state(self.table), values)
        self.session.commit()
        return State(None, state.version + forgotten.rowcount, history=None if state.history is None else False)

    def _write(self, sql: str, values: Sequence[Any]) -> None:
        if self.session.run(f"write {self.table}", sql, values).rowcount != 1:
            raise StateConflictError(
                f"another run has loaded {self.target} meanwhile; this batch was rolled back, and the next try "
                "goes on from where that run stopped"
            )

    def _check_owner(self, row: dict[str, Any], *, any_space: bool) -> None:
        if row["ENDPOINT"] != self.endpoint.name:
            raise ConfigurationError(
                f"table: {self.target} holds the endpoint {row['ENDPOINT']!r}, not {self.endpoint.name!r}; "
                "name another table"
            )
        if row["SPACE"] != self.space and not any_space:
            raise ConfigurationError(
                f"table: {self.target} holds the space {row['SPACE']}, and the Backlog connection is to "
                f"{self.space}; name another schema, or run once with full_refresh if the space has moved"
            )

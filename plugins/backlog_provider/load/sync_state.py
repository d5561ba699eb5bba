"""BACKLOG_SYNC_STATE: the cursor of each table in a schema, written by compare-and-set in the rows' transaction."""

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
    """The run that loads, for the rows and the ledger.

    :param run_id: the ID of the DAG run.
    :param dag_id: the ID of the DAG.
    :param task_id: the ID of the task.
    """

    run_id: str
    dag_id: str
    task_id: str


COMMAND_LINE = Run("command line", "", "")


@dataclass(frozen=True)
class SyncState:
    """The state row of one table.

    Every write is a compare-and-set: it fails if the row's version changed since it was read.

    :param session: an open Snowflake session.
    :param endpoint: the endpoint of the table.
    :param target: the table that the state describes.
    :param space: the Backlog space that the table's rows come from.
    :param run: the run that writes the state; its ID is written to the row.
    """

    session: Session
    endpoint: Endpoint
    target: TableName
    space: str
    run: Run

    @property
    def table(self) -> TableName:
        """The full name of BACKLOG_SYNC_STATE."""
        return self.target.sibling(merge_sql.STATE_TABLE)

    def create(self) -> None:
        """Create BACKLOG_SYNC_STATE unless it exists.

        :raises LoadError: if the statement fails.
        """
        self.session.run(f"create table {self.table}", merge_sql.create_state_table(self.table))

    def read(self, existed: str | None, *, any_space: bool) -> tuple[State, dict[str, str]]:
        """Return the state, and the definitions of the table's columns by column name, as far as known.

        The high-water mark is reset if the table was dropped, was replaced, or lacks the rows of the last load.

        :param existed: the creation time of the existing table, ISO 8601; None if there is no table.
        :param any_space: accept a table that holds another space's rows.
        :raises ConfigurationError: if the table belongs to another endpoint or space.
        :raises LoadError: if a statement fails.
        """
        read = self.session.run(f"read {self.table}", merge_sql.select_state(self.table), [self.target.table])
        if read.columns:
            schema_evolution.add_missing(self.session, self.table, merge_sql.STATE_COLUMNS, read.columns)
        if not read.rows:
            return State(None, 0), {}
        row: dict[str, Any] = dict.fromkeys(merge_sql.STATE_COLUMNS) | read.first()
        self._check_owner(row, any_space=any_space)
        state = State(orjson.loads(row["READ_CURSOR"] or "null"), int(row["VERSION"]), history=row["HISTORY"])
        # Earlier releases did not write TABLE_CREATED; accept any table for them.
        is_valid = bool(existed) and row["TABLE_CREATED"] in (None, existed)
        is_valid = is_valid and has_rows_since(self.session, self.target, row["ROWS_AT"])
        noted = orjson.loads(row["TABLE_COLUMNS"] or "{}") if is_valid else {}
        # New columns with values outside the stored records need a full reload.
        is_valid = is_valid and not schema_sql.beyond_records(self.endpoint, noted)
        return (state, noted) if state.cursor is None or is_valid else (self._forget(state), noted)

    def write(self, state: State, now: str, *, before: State, changed: bool) -> None:
        """Write a new state, inside the caller's transaction.

        :param state: the new state; its version is that of ``before`` plus one.
        :param now: the time of the load, ISO 8601.
        :param before: the state that was read.
        :param changed: whether rows changed in this transaction.
        :raises StateConflictError: if another run wrote the state meanwhile.
        :raises LoadError: if the statement fails.
        """
        values = [
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
        ids = [self.run.run_id, self.target.table, self.endpoint.name]
        if before.version:
            self._write(merge_sql.update_state(self.table), [*values, *ids, str(before.version)])
        else:
            self._write(merge_sql.insert_state(self.table), [*values, *ids, self.target.table])

    def write_history(self, state: State, *, whole: bool | None) -> State:
        """Write and commit whether the table has a history, and return the new state.

        :param state: the state that was read.
        :param whole: whether the history is complete; None if the table has none.
        :raises StateConflictError: if another run wrote the state meanwhile.
        :raises LoadError: if a statement fails.
        """
        self._write(merge_sql.write_history(self.table), [whole, self.target.table, str(state.version)])
        self.session.commit()
        return replace(state, version=state.version + 1, history=whole)

    def note_columns(self, state: State) -> None:
        """Write the definitions of the table's columns in this release, inside the caller's transaction.

        :param state: the state that was read.
        :raises StateConflictError: if another run wrote the state meanwhile.
        :raises LoadError: if the statement fails.
        """
        noted = schema_sql.noted(self.endpoint)
        self._write(schema_sql.note(self.table), [noted, self.target.table, str(state.version)])

    def _forget(self, state: State) -> State:
        log.warning("%s is not the table that was loaded up to %s: starting a full reload", self.target, state.value)
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

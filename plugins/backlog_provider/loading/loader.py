"""The load of one table: stage, staging table, merge and state, batch by batch, each batch one transaction."""

from __future__ import annotations

import logging
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from backlog_provider.exceptions import ConfigurationError, LoadError, StateConflictError
from backlog_provider.loading import statements
from backlog_provider.marks import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from backlog_provider.catalogue.model import Endpoint
    from backlog_provider.loading.files import StageFile
    from backlog_provider.loading.identifiers import Target
    from backlog_provider.loading.session import Session


log = logging.getLogger(__name__)

Ledger: TypeAlias = "Mapping[str, Any]"
"""What a load did, by column of BACKLOG_SYNC_RUNS."""


@dataclass(frozen=True)
class Run:
    """Who loads: the ids of the DAG's run, for the rows and the ledger."""

    run_id: str
    dag_id: str
    task_id: str


@dataclass(frozen=True)
class Counts:
    """What a batch changed, in rows."""

    inserted: int
    updated: int


class Loader:
    """Writes one endpoint's rows into one table.

    :param session: the Snowflake session, whose current database and schema are the target's.
    :param space: the Backlog space that the rows come from; a table holds one space.
    :param run: named in the rows and in the ledger.
    """

    def __init__(self, session: Session, endpoint: Endpoint, target: Target, *, space: str, run: Run) -> None:
        self._session = session
        self._endpoint = endpoint
        self._target = target
        self._state_table = target.sibling(statements.STATE_TABLE)
        self._runs_table = target.sibling(statements.RUNS_TABLE)
        self._space = space
        self._run = run
        self._name = f"BACKLOG_LOAD_{uuid.uuid4().hex}".upper()
        self._batches = 0
        self._staged = 0

    def created(self) -> str | None:
        """Return when the table was made, None where there is none; Snowflake tells that without a warehouse.

        :raises LoadError: where Snowflake refuses.
        """
        target = self._target
        shown = self._session.run(f"look for table {target}", statements.show_table(target), [target.table])
        name, created = shown.columns.index("name"), shown.columns.index("created_on")
        return next((str(row[created]) for row in shown.rows if row[name] == target.table), None)

    def prepare(self, *, any_space: bool = False) -> State:
        """Create what is missing, and return the state to go on from.

        The mark of a table that is gone, or that lacks what the last load wrote to it, does not count.

        :param any_space: accept a table that holds another space's rows.
        :raises ConfigurationError: where the table belongs to another endpoint or space.
        :raises LoadError: where Snowflake refuses.
        """
        target, run = self._target, self._session.run
        existed = self.created()
        run(f"use schema {target.database}.{target.schema}", statements.use_schema(target))
        run(f"create table {self._state_table}", statements.create_state_table(self._state_table))
        run(f"create table {self._runs_table}", statements.create_runs_table(self._runs_table))
        state = self._read_state(existed=existed is not None, any_space=any_space)
        # After the state: once the table is there again, nothing would tell that it had been gone.
        run(f"create table {target}", statements.create_table(self._endpoint, target))
        return replace(state, created=existed or self.created())

    def _read_state(self, *, existed: bool, any_space: bool) -> State:
        name, table = self._target.table, self._state_table
        row = self._session.run(f"read {table}", statements.select_state(table), [name]).first()
        if not row:
            return State(None, 0)
        self._check_owner(row, any_space=any_space)
        state = State(orjson.loads(row["READ_CURSOR"] or "null"), int(row["VERSION"]))
        if state.cursor is None or (existed and self._holds_what_was_written(row["ROWS_AT"])):
            return state
        log.warning("%s is not what was loaded until %s: reading everything again", self._target, state.value)
        forgotten = self._session.run(f"write {table}", statements.forget_state(table), [name, str(state.version)])
        self._session.commit()
        return State(None, state.version + forgotten.rowcount)

    def _holds_what_was_written(self, moment: str | None) -> bool:
        """Return whether the table has rows of the last load that changed any: one restored to a day before has not."""
        if moment is None:
            return True
        what = f"read {self._target}"
        return bool(self._session.run(what, statements.select_since(self._target), [moment]).rows)

    def stage(self, file: StageFile) -> None:
        """Upload a finished file to the stage of this session, where it waits for ``merge``.

        :raises LoadError: where Snowflake refuses.
        """
        run = self._session.run
        if not self._staged:
            run("create a temporary stage", statements.create_stage(self._name))
        self._staged += 1
        run(f"upload {file.path.name}", statements.put(str(file.path), self._name, self._folder))

    def merge(
        self, state: State, cursor: dict[str, Any] | None, told: Callable[[Counts, State], Ledger | None]
    ) -> tuple[Counts, State]:
        """Merge the rows of all files staged since the last merge, and write where reading stands with them.

        :param state: the state that the rows were read from.
        :param cursor: where reading stands now; None leaves the mark alone.
        :param told: called with what changed and the new state; what it returns is written to the ledger, in the same
            transaction.
        :return: what changed, and the new state.
        :raises StateConflictError: where another run has written the state meanwhile; nothing is kept then.
        :raises LoadError: where Snowflake refuses; nothing is kept then.
        """
        if self._staged:
            self._session.run("create a temporary table", statements.create_staging_table(self._name))
        now = datetime.now(timezone.utc).isoformat(timespec="microseconds")
        with self._transaction():
            counts = self._merge_staged(now) if self._staged else Counts(0, 0)
            if cursor is not None:
                state = self._write_state(state, cursor, now, changed=counts != Counts(0, 0))
            if ledger := told(counts, state):
                self._write_run(ledger)
        self._batches += 1
        self._staged = 0
        return counts, state

    @property
    def _folder(self) -> str:
        """Where on the stage this batch is: a new place for each, as a file once loaded is not loaded again."""
        return f"{self._batches:06d}"

    def _merge_staged(self, now: str) -> Counts:
        merge = statements.merge(self._endpoint, self._target, self._name)
        self._session.run("copy the uploaded files", statements.copy(self._name, self._folder, self._name))
        merged = self._session.run(f"merge into {self._target}", merge, [now, self._run.run_id]).first()
        return Counts(int(merged["number of rows inserted"]), int(merged["number of rows updated"]))

    def _write_state(self, state: State, cursor: dict[str, Any], now: str, *, changed: bool) -> State:
        name, after = self._target.table, State(cursor, state.version + 1, state.created)
        mark = None if after.value is None else str(after.value)
        what = [self._space, mark, orjson.dumps(cursor).decode(), after.version, now if changed else None, now]
        where = [self._run.run_id, name, self._endpoint.name]
        if state.version:
            sql, last = statements.update_state(self._state_table), str(state.version)
        else:
            sql, last = statements.insert_state(self._state_table), name
        written = self._session.run(f"write {self._state_table}", sql, [*what, *where, last])
        if written.rowcount != 1:
            raise StateConflictError(
                f"another run has loaded {self._target} meanwhile; this batch was rolled back, and the next try "
                "goes on from where that run stopped"
            )
        return after

    def _write_run(self, ledger: Ledger) -> None:
        ids = {"RUN_ID": self._run.run_id, "DAG_ID": self._run.dag_id, "TASK_ID": self._run.task_id}
        row = {**ledger, **ids, "TABLE_NAME": self._target.table, "QUERY_IDS": orjson.dumps(self._session.query_ids)}
        values = [row[name].decode() if isinstance(row[name], bytes) else row[name] for name in statements.RUNS_COLUMNS]
        self._session.run(f"write {self._runs_table}", statements.insert_run(self._runs_table), values)

    def _check_owner(self, row: dict[str, Any], *, any_space: bool) -> None:
        if row["ENDPOINT"] != self._endpoint.name:
            raise ConfigurationError(
                f"table: {self._target} holds the endpoint {row['ENDPOINT']!r}, not {self._endpoint.name!r}; "
                "name another table"
            )
        if row["SPACE"] != self._space and not any_space:
            raise ConfigurationError(
                f"table: {self._target} holds the space {row['SPACE']}, and the Backlog connection is to "
                f"{self._space}; name another schema, or run once with full_refresh if the space has moved"
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            yield
            self._session.commit()
        except BaseException:
            # Where even this fails, the session is gone, and Snowflake rolls back by itself.
            with suppress(LoadError):
                self._session.rollback()
            raise

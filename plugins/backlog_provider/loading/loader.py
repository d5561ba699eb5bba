"""The load of one table: stage, staging table, merge and state, batch by batch, each batch one transaction."""

from __future__ import annotations

import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import orjson

from backlog_provider.exceptions import ConfigurationError, LoadError, StateConflictError
from backlog_provider.loading import statements
from backlog_provider.marks import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_provider.catalogue.model import Endpoint
    from backlog_provider.loading.files import StageFile
    from backlog_provider.loading.identifiers import Target
    from backlog_provider.loading.session import Session


@dataclass(frozen=True)
class Counts:
    """What a batch changed, in rows."""

    inserted: int
    updated: int


class Loader:
    """Writes one endpoint's rows into one table.

    :param session: the Snowflake session, whose current database and schema are the target's.
    :param space: the Backlog space that the rows come from; a table holds one space.
    :param run_id: names the run in ``_RUN_ID``.
    """

    def __init__(self, session: Session, endpoint: Endpoint, target: Target, *, space: str, run_id: str) -> None:
        self._session = session
        self._endpoint = endpoint
        self._target = target
        self._state_table = target.sibling(statements.STATE_TABLE)
        self._space = space
        self._run_id = run_id
        self._name = f"BACKLOG_LOAD_{uuid.uuid4().hex}".upper()
        self._batches = 0
        self._staged = 0

    def prepare(self, *, any_space: bool = False) -> State:
        """Create what is missing, and return the state to go on from.

        A table that is not there any more is created empty, and its old mark does not count.

        :param any_space: accept a table that holds another space's rows.
        :raises ConfigurationError: where the table belongs to another endpoint or space.
        :raises LoadError: where Snowflake refuses.
        """
        target, state = self._target, self._state_table
        shown = self._session.run(f"look for table {target}", statements.show_table(target), [target.table])
        exists = target.table in {row[shown.columns.index("name")] for row in shown.rows}
        self._session.run(f"create table {state}", statements.create_state_table(state))
        self._session.run(f"create table {target}", statements.create_table(self._endpoint, target))
        row = self._session.run(f"read {state}", statements.select_state(state), [target.table]).first()
        if not row:
            return State(None, 0)
        self._check_owner(row, any_space=any_space)
        return State(orjson.loads(row["READ_CURSOR"]) if exists else None, int(row["VERSION"]))

    def stage(self, file: StageFile) -> None:
        """Upload a finished file to the stage of this session, where it waits for ``merge``.

        :raises LoadError: where Snowflake refuses.
        """
        run = self._session.run
        if not self._staged:
            run("create a temporary stage", statements.create_stage(self._name))
        self._staged += 1
        run(f"upload {file.path.name}", statements.put(str(file.path), self._name, self._folder))

    def merge(self, state: State, cursor: dict[str, Any] | None) -> tuple[Counts, State]:
        """Merge the rows of all files staged since the last merge, and write where reading stands with them.

        :param state: the state that the rows were read from.
        :param cursor: where reading stands now; None leaves the mark alone.
        :return: what changed, and the new state.
        :raises StateConflictError: where another run has written the state meanwhile; nothing is kept then.
        :raises LoadError: where Snowflake refuses; nothing is kept then.
        """
        if self._staged:
            self._session.run("create a temporary table", statements.create_staging_table(self._name))
        with self._transaction():
            counts = self._merge_staged() if self._staged else Counts(0, 0)
            if cursor is not None:
                state = self._write_state(state, cursor)
        self._batches += 1
        self._staged = 0
        return counts, state

    @property
    def _folder(self) -> str:
        """Where on the stage this batch is: a new place for each, as a file once loaded is not loaded again."""
        return f"{self._batches:06d}"

    def _merge_staged(self) -> Counts:
        merge = statements.merge(self._endpoint, self._target, self._name)
        self._session.run("copy the uploaded files", statements.copy(self._name, self._folder, self._name))
        merged = self._session.run(f"merge into {self._target}", merge, [self._now(), self._run_id]).first()
        return Counts(int(merged["number of rows inserted"]), int(merged["number of rows updated"]))

    def _write_state(self, state: State, cursor: dict[str, Any]) -> State:
        name, after = self._target.table, State(cursor, state.version + 1)
        mark = None if after.value is None else str(after.value)
        position = orjson.dumps(cursor).decode()
        values = [self._space, mark, position, after.version, self._now(), self._run_id, name, self._endpoint.name]
        if state.version:
            sql, last = statements.update_state(self._state_table), str(state.version)
        else:
            sql, last = statements.insert_state(self._state_table), name
        written = self._session.run(f"write {self._state_table}", sql, [*values, last])
        if written.rowcount != 1:
            raise StateConflictError(
                f"another run has loaded {self._target} meanwhile; this batch was rolled back, and the next try "
                "goes on from where that run stopped"
            )
        return after

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

    @staticmethod
    def _now() -> str:
        return datetime.now(timezone.utc).isoformat(timespec="microseconds")

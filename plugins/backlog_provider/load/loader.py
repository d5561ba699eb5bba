"""The load of one table: stage, staging table, merge and state, batch by batch, each batch one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from backlog_provider.load import schema_evolution
from backlog_provider.load.full_list_rows import missing_rows_query
from backlog_provider.load.history import TableHistory
from backlog_provider.load.soft_delete import SoftDeletes, has_children
from backlog_provider.load.sql import history as history_sql
from backlog_provider.load.sql import merge as merge_sql
from backlog_provider.load.sql import schema_evolution as schema_sql
from backlog_provider.load.sql import soft_delete as soft_delete_sql
from backlog_provider.load.staging import Staging
from backlog_provider.load.sync_state import Run, SyncState
from backlog_provider.load.tables import Table, created_at

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from backlog_provider.load.full_list_rows import Judge
    from backlog_provider.load.identifiers import TableName
    from backlog_provider.load.session import Session
    from backlog_provider.load.stage_file import StageFile
    from backlog_provider.model.endpoint import Endpoint
    from backlog_provider.model.state import State

Ledger: TypeAlias = "Mapping[str, Any]"
"""What a load did, by column of BACKLOG_SYNC_RUNS."""
MissingRowsOf: TypeAlias = "Callable[[list[Any]], list[Any]]"
"""Given keys of records that are no longer listed, returns those that have gone for good."""


@dataclass(frozen=True)
class Counts:
    """What a batch changed, in rows.

    :param returned: of those updated, rows that were marked as deleted; counted where lists were read again.
    :param revived: of those updated, rows of other tables, which came back with a record of this one.
    """

    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    returned: int = 0
    revived: int = 0


@dataclass(frozen=True)
class Comparison:
    """How a table's living rows differ from the records that the space has.

    :param unknown: keys of records without a living row.
    :param outdated: keys of records whose living row is of an older version.
    :param missing: projects with living rows that have no record: how many rows live, and how many of them have none.
    """

    unknown: list[Any]
    outdated: list[Any]
    missing: dict[int, tuple[int, int]]


class Loader:
    """Writes one endpoint's rows into one table.

    :param session: the Snowflake session, whose current database and schema are the target's.
    :param space: the Backlog space that the rows come from; a table holds one space.
    :param run: named in the rows and in the ledger.
    :param keeps_history: whether the table is to have a history from now on; None leaves it as it is.
    """

    def __init__(
        self,
        session: Session,
        endpoint: Endpoint,
        target: TableName,
        *,
        space: str,
        run: Run,
        keeps_history: bool | None = None,
    ) -> None:
        self._session = session
        self._endpoint = endpoint
        self._target = target
        self._state = SyncState(session, endpoint, target, space, run)
        self._runs_table = target.sibling(merge_sql.RUNS_TABLE)
        self._run = run
        self._keeps_history = keeps_history
        self._table = Table(endpoint, target, bool(keeps_history))
        self._shape = schema_sql.shape_of(endpoint)
        self._staging = Staging(session)
        self._listed = Staging(session)
        self._parents = Staging(session)

    def is_unchanged(self, state: State) -> bool:
        """Return whether table and history are those of a state; Snowflake tells that without a warehouse.

        They are not where this release makes other columns.

        :raises LoadError: where Snowflake refuses.
        """
        if state.shape != self._shape:
            return False
        if self._keeps_history is not None and state.history is not (self._keeps_history or None):
            return False
        beside = history_sql.history_of(self._target)
        return created_at(self._session, self._target) == state.created and (
            not state.history or created_at(self._session, beside) is not None
        )

    def prepare(self, *, any_space: bool = False) -> State:
        """Create what is missing, columns of a later release too, and return the state to go on from.

        The mark does not count where the table is gone, is another, or lacks what the last load wrote.

        :param any_space: accept a table that holds another space's rows.
        :raises ConfigurationError: where the table belongs to another endpoint or space, or has other types of columns.
        :raises LoadError: where Snowflake refuses.
        """
        target, run = self._target, self._session.run
        existed = created_at(self._session, target)
        run(f"use schema {target.database}.{target.schema}", merge_sql.use_schema(target))
        self._state.create()
        run(f"create table {self._runs_table}", merge_sql.create_runs_table(self._runs_table))
        state, noted = self._state.read(existed, any_space=any_space)
        # After the state: once the table is there again, nothing would tell that it had been gone.
        run(f"create table {target}", merge_sql.create_table(self._endpoint, target))
        state = replace(state, created=existed or created_at(self._session, target))
        if noted != schema_sql.definitions(self._endpoint):
            self._evolve(state, noted, is_new=existed is None)
        return self._with_history(replace(state, shape=self._shape))

    def _evolve(self, state: State, noted: dict[str, str], *, is_new: bool) -> None:
        """Bring what an earlier release has made to the columns of this one."""
        schema_evolution.add_columns(self._session, self._runs_table, merge_sql.RUNS_COLUMNS)
        tables = {} if is_new else {self._target: merge_sql.table_columns(self._endpoint)}
        beside = history_sql.history_of(self._target)
        if state.history is not None and created_at(self._session, beside):
            tables[beside] = history_sql.table_columns(self._endpoint)
        if tables:
            # Where there is no row of state yet, its first write will note the columns.
            note = partial(self._state.note_columns, state) if state.version else None
            schema_evolution.evolve(self._session, self._endpoint, tables, noted=noted, note=note)

    def _with_history(self, state: State) -> State:
        """Begin, continue or end the history, as this run was told or as it was."""
        keeps = state.history is not None if self._keeps_history is None else self._keeps_history
        self._table = replace(self._table, has_history=keeps)
        if not keeps:
            return state if state.history is None else self._state.write_history(state, whole=None)
        beside = history_sql.history_of(self._target)
        existed = created_at(self._session, beside)
        self._session.run(f"create table {beside}", history_sql.create(self._endpoint, self._target))
        if state.history and existed:
            return state
        if existed and state.history is None:
            # Switched off, it was left as it was, and nothing notes which columns it has.
            wanted = history_sql.table_columns(self._endpoint)
            schema_evolution.evolve(self._session, self._endpoint, {beside: wanted}, noted={})
        if state.value is None:
            # Part of the table is still to come: its history is whole when it is.
            return replace(state, history=False)
        with self._session.transaction():
            self._history(now_utc()).catch_up()
            return self._state.write_history(state, whole=True)

    def stage(self, file: StageFile) -> None:
        """Begin to upload a finished file, and then delete it; on the session's stage it waits for ``merge``.

        :raises LoadError: where Snowflake refuses, as ``Staging.upload`` has it.
        """
        self._staging.upload(file)

    def stage_parents(self, file: StageFile) -> None:
        """Likewise the keys of parents whose whole lists are in the files staged since the last merge.

        :raises LoadError: where Snowflake refuses, as ``Staging.upload`` has it.
        """
        self._parents.upload(file)

    def merge(
        self,
        state: State,
        cursor: dict[str, Any] | None,
        told: Callable[[Counts, State], Ledger | None],
        *,
        missing_rows_of: MissingRowsOf | None = None,
        relisted: Judge | None = None,
    ) -> tuple[Counts, State]:
        """Merge the rows of all files staged since the last merge, and write where reading stands with them.

        Activities that tell of deletions mark the rows of other tables too.

        :param state: the state that the rows were read from.
        :param cursor: where reading stands now; None leaves the mark alone.
        :param told: called with what changed and the new state; what it returns is written to the ledger, in the same
            transaction.
        :param missing_rows_of: given where the staged rows are the whole list. It takes the keys of living rows that
            are not staged, and returns the keys of those whose record was deleted.
        :param relisted: given where the rows staged are of lists that were read again, though nothing told of a change.
        :return: what changed, and the new state.
        :raises StateConflictError: where another run has written the state meanwhile; nothing is kept then.
        :raises LoadError: where Snowflake refuses; nothing is kept then.
        """
        # A list without anything has no rows, and much to say.
        compares = bool(self._staging.files or self._parents.files) or missing_rows_of is not None
        if compares:
            self._staging.create_table()
        if self._parents.files:
            self._parents.create_table()
        now = now_utc()
        with self._session.transaction():
            counts = self._merge_staged(now, missing_rows_of, relisted) if compares else Counts()
            if cursor is not None:
                state = self._write_state(state, cursor, now, changed=counts != Counts())
            if ledger := told(counts, state):
                self._write_run(ledger)
        self._staging.next_batch()
        self._parents.next_batch()
        return counts, state

    def _merge_staged(self, now: str, missing_rows_of: MissingRowsOf | None, relisted: Judge | None) -> Counts:
        self._staging.copy()
        if self._parents.files:
            self._parents.copy()
        lists = self._endpoint, self._target, self._staging.table, self._parents.table
        gone, values = missing_rows_query(self._session, lists, relisted) if self._parents.files else (None, [])
        returned = self._returning() if relisted else 0
        revived = self._revive_children(now)
        merge = merge_sql.merge(self._endpoint, self._target, self._staging.table)
        merged = self._session.run(f"merge into {self._target}", merge, [now, self._run.run_id]).first()
        if self._table.has_history:
            self._history(now).merged(self._staging.table)
        deleted = 0
        if self._endpoint.is_feed_of_deletions:
            deleted = self._soft_deletes(now).mark_from_feed(soft_delete_sql.staged_feed(self._staging.table))
        elif missing_rows_of:
            deleted = self._mark_missing(now, missing_rows_of)
        if gone:
            deleted += self._soft_deletes(now).mark(self._table, gone, values)
        updated = int(merged["number of rows updated"]) + revived
        return Counts(int(merged["number of rows inserted"]), updated, deleted, returned, revived)

    def _returning(self) -> int:
        """Return how many rows marked as deleted the staged records bring back."""
        what = f"look who comes back to {self._target}"
        if not self._session.run(what, soft_delete_sql.any_marked(self._target)).rows:
            return 0
        back = soft_delete_sql.coming_back(self._endpoint, self._target, self._staging.table)
        return int(self._session.run(what, soft_delete_sql.count_of(back)).rows[0][0])

    def _revive_children(self, now: str) -> int:
        """Bring back what went with the rows that the staged records bring back, before that is forgotten.

        Most tables have no row to bring back: that is asked first, because it costs less than comparing keys.
        """
        if not has_children(self._endpoint):
            return 0
        back = soft_delete_sql.coming_back(self._endpoint, self._target, self._staging.table)
        for sql in (soft_delete_sql.any_marked(self._target), f"{back} LIMIT 1"):
            if not self._session.run(f"look who comes back to {self._target}", sql).rows:
                return 0
        return self._soft_deletes(now).revive_children(self._table, back)

    def _mark_missing(self, now: str, missing_rows_of: MissingRowsOf) -> int:
        missing = soft_delete_sql.missing(self._endpoint, self._target, self._staging.table)
        keys = [row[0] for row in self._session.run(f"compare {self._target} with the list", missing).rows]
        gone = missing_rows_of(keys) if keys else []
        if spared := set(keys).difference(gone):
            missing = soft_delete_sql.without_keys(self._endpoint, missing, spared)
        return self._soft_deletes(now).mark(self._table, missing, spared) if gone else 0

    def living_by_project(self) -> dict[int | None, int]:
        """Return how many rows of each project live; None is of no project.

        :raises LoadError: where Snowflake refuses.
        """
        sql = soft_delete_sql.living_by_project(self._endpoint, self._target)
        rows = self._session.run(f"count the rows of {self._target}", sql).rows
        return {None if project is None else int(project): int(number) for project, number in rows}

    def living(self, projects: Collection[int]) -> int:
        """Return how many rows of these projects live.

        :raises LoadError: where Snowflake refuses.
        """
        sql = soft_delete_sql.living(self._endpoint, self._target, projects)
        counted = self._session.run(f"count the rows of {self._target}", sql).rows
        return int(counted[0][0]) if counted else 0

    def mark_deleted_by_feed(self, missing_of: Collection[int] | None = None) -> int:
        """Mark the rows whose deletion the schema's table of activities, or a file of activities staged now, tells of.

        :param missing_of: only rows of these projects that are not listed: what has come back untold is of the same
            version as when it went.
        :return: how many rows were marked.
        :raises LoadError: where Snowflake refuses; nothing is kept then.
        """
        has_rows = bool(self._staging.files)
        if has_rows:
            self._staging.create_table()
        soft_deletes = self._soft_deletes(now_utc())
        feeds = [
            soft_delete_sql.loaded_feed(table.target) for table in soft_deletes.tables(lambda e: e.is_feed_of_deletions)
        ]
        with self._session.transaction():
            if has_rows:
                self._staging.copy()
                feeds.append(soft_delete_sql.staged_feed(self._staging.table))
            among = None
            if missing_of is not None:
                among = soft_delete_sql.missing(self._endpoint, self._target, self._listed.table, missing_of)
            marked = sum(soft_deletes.mark_table_from_feed(self._table, feed, among) for feed in feeds)
        self._staging.next_batch()
        return marked

    def list_keys(self, files: Iterable[StageFile]) -> None:
        """Upload the keys of everything that the space has, for the comparisons that follow, and delete the files.

        :raises LoadError: where Snowflake refuses.
        """
        for file in files:
            self._listed.upload(file)
        self._listed.create_table()
        self._listed.copy()
        self._session.commit()
        self._listed.next_batch()

    def compare(self) -> Comparison:
        """Compare the table's living rows with the keys and versions listed.

        :raises LoadError: where Snowflake refuses.
        """
        run, names = self._session.run, (self._endpoint, self._target, self._listed.table)
        what = f"compare {self._target} with the list"
        unknown = run(what, soft_delete_sql.unknown(*names)).rows
        outdated = run(what, soft_delete_sql.outdated(*names)).rows if self._endpoint.version else []
        missing = run(what, soft_delete_sql.missing_by_project(*names)).rows
        return Comparison(
            [row[0] for row in unknown],
            [row[0] for row in outdated],
            {int(project): (int(lives), int(lacks)) for project, lives, lacks in missing},
        )

    def missing_keys(self, projects: Collection[int]) -> list[Any]:
        """Return the keys of the living rows of these projects that are not listed.

        :raises LoadError: where Snowflake refuses.
        """
        sql = soft_delete_sql.missing(self._endpoint, self._target, self._listed.table, projects)
        return [row[0] for row in self._session.run(f"compare {self._target} with the list", sql).rows]

    def mark_missing(self, projects: Collection[int], spared: Collection[Any]) -> int:
        """Mark the living rows of these projects that are not listed; return how many.

        :param spared: keys to leave alone.
        :raises LoadError: where Snowflake refuses; nothing is kept then.
        """
        gone = soft_delete_sql.missing(self._endpoint, self._target, self._listed.table, projects)
        if spared:
            gone = soft_delete_sql.without_keys(self._endpoint, gone, spared)
        with self._session.transaction():
            return self._soft_deletes(now_utc()).mark(self._table, gone, spared)

    def others(self, names: Collection[str]) -> Iterator[tuple[Endpoint, Loader]]:
        """Give loaders of the tables of some endpoints, by name, as far as this space is loaded into them here."""
        for table in list(self._soft_deletes(now_utc()).tables(lambda endpoint: endpoint.name in names)):
            loader = Loader(self._session, table.endpoint, table.target, space=self._state.space, run=self._run)
            yield table.endpoint, loader

    def touch(self, now: str) -> None:
        """Note that rows of the table have changed beside its own load, since a moment in ISO 8601."""
        with self._session.transaction():
            self._soft_deletes(now).touch(self._target)

    def _soft_deletes(self, now: str) -> SoftDeletes:
        return SoftDeletes(self._session, self._state.table, self._state.space, self._run.run_id, now)

    def _history(self, now: str) -> TableHistory:
        return TableHistory(self._session, self._table, now, self._run.run_id)

    def _write_state(self, state: State, cursor: dict[str, Any], now: str, *, changed: bool) -> State:
        after = replace(state, cursor=cursor, version=state.version + 1)
        if after.history is False and after.value is not None:
            self._history(now).catch_up()
            after = replace(after, history=True)
        self._state.write(after, now, before=state, changed=changed)
        return after

    def _write_run(self, ledger: Ledger) -> None:
        ids = {"RUN_ID": self._run.run_id, "DAG_ID": self._run.dag_id, "TASK_ID": self._run.task_id}
        row = {**ledger, **ids, "TABLE_NAME": self._target.table, "QUERY_IDS": orjson.dumps(self._session.query_ids)}
        values = [row[name].decode() if isinstance(row[name], bytes) else row[name] for name in merge_sql.RUNS_COLUMNS]
        self._session.run(f"write {self._runs_table}", merge_sql.insert_run(self._runs_table), values)


def now_utc() -> str:
    """Return the present moment as rows carry it: ISO 8601, in UTC, to the microsecond."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")

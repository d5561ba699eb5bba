"""Loads one table in batches: upload, copy, merge and write the state. Each batch is one transaction."""

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
"""A row of BACKLOG_SYNC_RUNS: the values of a load, by column name."""
MissingRowsOf: TypeAlias = "Callable[[list[Any]], list[Any]]"
"""Takes the keys of unlisted records; returns the keys of those that were deleted in Backlog."""


@dataclass(frozen=True)
class Counts:
    """The number of rows that a batch changed.

    :param inserted: rows inserted.
    :param updated: rows updated, including revived ones.
    :param deleted: rows marked as deleted, including child rows.
    :param returned: updated rows that were marked as deleted before; counted only when lists were read again.
    :param revived: updated rows of child tables, whose parents were restored.
    """

    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    returned: int = 0
    revived: int = 0


@dataclass(frozen=True)
class Comparison:
    """The differences between a table's living rows and the records in the Backlog space.

    :param unknown: keys of records without a living row.
    :param outdated: keys of records whose living row has an older version.
    :param missing: by project ID, the number of living rows and the number of those without a record.
    """

    unknown: list[Any]
    outdated: list[Any]
    missing: dict[int, tuple[int, int]]


class Loader:
    """Writes one endpoint's rows into one table.

    :param session: an open Snowflake session; its current database and schema must be the target's.
    :param endpoint: the endpoint that the rows come from.
    :param target: the table to write.
    :param space: the Backlog space that the rows come from. A table holds one space.
    :param run: the DAG run, written to the rows and the ledger.
    :param keeps_history: whether to keep a history (SCD type 2) from now on. None keeps the current setting.
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
        """Return whether the table and its history still match a state. The check needs no warehouse.

        They do not match if this release defines other columns.

        :param state: the state that an earlier run returned.
        :raises LoadError: if a statement fails.
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
        """Create missing tables and columns, and return the state to continue from.

        The high-water mark is reset if the table was dropped, was replaced, or lacks the rows of the last load.

        :param any_space: accept a table that holds another space's rows.
        :raises ConfigurationError: if the table belongs to another endpoint or space, or has other column types.
        :raises LoadError: if a statement fails.
        """
        target, run = self._target, self._session.run
        existed = created_at(self._session, target)
        run(f"use schema {target.database}.{target.schema}", merge_sql.use_schema(target))
        self._state.create()
        run(f"create table {self._runs_table}", merge_sql.create_runs_table(self._runs_table))
        state, noted = self._state.read(existed, any_space=any_space)
        # Read the state first: a recreated table would hide that the old one was dropped.
        run(f"create table {target}", merge_sql.create_table(self._endpoint, target))
        state = replace(state, created=existed or created_at(self._session, target))
        if noted != schema_sql.definitions(self._endpoint):
            self._evolve(state, noted, is_new=existed is None)
        return self._with_history(replace(state, shape=self._shape))

    def _evolve(self, state: State, noted: dict[str, str], *, is_new: bool) -> None:
        """Add and fill the columns that tables of an earlier release lack."""
        schema_evolution.add_columns(self._session, self._runs_table, merge_sql.RUNS_COLUMNS)
        tables = {} if is_new else {self._target: merge_sql.table_columns(self._endpoint)}
        beside = history_sql.history_of(self._target)
        if state.history is not None and created_at(self._session, beside):
            tables[beside] = history_sql.table_columns(self._endpoint)
        if tables:
            # Without a state row there is nothing to update; its first write stores the columns.
            note = partial(self._state.note_columns, state) if state.version else None
            schema_evolution.evolve(self._session, self._endpoint, tables, noted=noted, note=note)

    def _with_history(self, state: State) -> State:
        """Start, continue or stop the history, by this run's setting or else by the stored one."""
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
            # The history was switched off for a while, and its columns were not recorded meanwhile.
            wanted = history_sql.table_columns(self._endpoint)
            schema_evolution.evolve(self._session, self._endpoint, {beside: wanted}, noted={})
        if state.value is None:
            # The initial load is still under way; the history is complete when the table is.
            return replace(state, history=False)
        with self._session.transaction():
            self._history(now_utc()).catch_up()
            return self._state.write_history(state, whole=True)

    def stage(self, file: StageFile) -> None:
        """Start the upload of a closed file of rows for the next ``merge``. The file is deleted after its upload.

        :param file: the closed file.
        :raises LoadError: if the previous upload failed, as ``Staging.upload`` describes.
        """
        self._staging.upload(file)

    def stage_parents(self, file: StageFile) -> None:
        """Start the upload of the keys of parents whose full child lists were staged since the last merge.

        :param file: the closed file of parent keys; it is deleted after its upload.
        :raises LoadError: if the previous upload failed, as ``Staging.upload`` describes.
        """
        self._parents.upload(file)

    def merge(
        self,
        state: State,
        cursor: dict[str, Any] | None,
        build_ledger: Callable[[Counts, State], Ledger | None],
        *,
        missing_rows_of: MissingRowsOf | None = None,
        relisted: Judge | None = None,
    ) -> tuple[Counts, State]:
        """Merge all files staged since the last merge, and write the cursor in the same transaction.

        Deletion activities also mark rows of other tables.

        :param state: the state that the rows were read from.
        :param cursor: the new cursor; None leaves the high-water mark unchanged.
        :param build_ledger: takes the counts and the new state. Its result is written to the ledger in the same
            transaction; None writes nothing.
        :param missing_rows_of: set if the staged rows are the full list. It takes the keys of living rows that are not
            staged, and returns the keys of those whose record was deleted.
        :param relisted: set if the staged rows come from lists that were read again without a change event.
        :return: the row counts and the new state.
        :raises StateConflictError: if another run wrote the state meanwhile. The transaction is rolled back.
        :raises LoadError: if a statement fails. The transaction is rolled back.
        """
        # An empty full list is meaningful: every record was deleted.
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
            if ledger := build_ledger(counts, state):
                self._write_run(ledger)
        self._staging.next_batch()
        self._parents.next_batch()
        return counts, state

    def _merge_staged(self, now: str, missing_rows_of: MissingRowsOf | None, relisted: Judge | None) -> Counts:
        self._staging.copy()
        if self._parents.files:
            self._parents.copy()
        lists = self._endpoint, self._target, self._staging.table, self._parents.table
        unlisted, values = missing_rows_query(self._session, lists, relisted) if self._parents.files else (None, [])
        returned = self._count_returning() if relisted else 0
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
        if unlisted:
            deleted += self._soft_deletes(now).mark(self._table, unlisted, values)
        updated = int(merged["number of rows updated"]) + revived
        return Counts(int(merged["number of rows inserted"]), updated, deleted, returned, revived)

    def _count_returning(self) -> int:
        """Return how many soft-deleted rows the staged records restore."""
        what = f"look who comes back to {self._target}"
        if not self._session.run(what, soft_delete_sql.any_marked(self._target)).rows:
            return 0
        back = soft_delete_sql.coming_back(self._endpoint, self._target, self._staging.table)
        return int(self._session.run(what, soft_delete_sql.count_of(back)).rows[0][0])

    def _revive_children(self, now: str) -> int:
        """Revive the children of rows that the staged records restore; the merge then clears the parents' marks.

        Most tables have no soft-deleted row. Check that first, because it costs less than comparing keys.
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
        deleted_keys = missing_rows_of(keys) if keys else []
        if spared := set(keys).difference(deleted_keys):
            missing = soft_delete_sql.without_keys(self._endpoint, missing, spared)
        return self._soft_deletes(now).mark(self._table, missing, spared) if deleted_keys else 0

    def living_by_project(self) -> dict[int | None, int]:
        """Return the number of living rows by project ID; the key None counts rows without a project.

        :raises LoadError: if a statement fails.
        """
        sql = soft_delete_sql.living_by_project(self._endpoint, self._target)
        rows = self._session.run(f"count the rows of {self._target}", sql).rows
        return {None if project is None else int(project): int(number) for project, number in rows}

    def living(self, projects: Collection[int]) -> int:
        """Return the number of living rows of some projects.

        :param projects: the project IDs.
        :raises LoadError: if a statement fails.
        """
        sql = soft_delete_sql.living(self._endpoint, self._target, projects)
        counted = self._session.run(f"count the rows of {self._target}", sql).rows
        return int(counted[0][0]) if counted else 0

    def mark_deleted_by_feed(self, missing_of: Collection[int] | None = None) -> int:
        """Mark rows as deleted by the deletion activities that are loaded in the schema or staged now.

        :param missing_of: project IDs; limits this to their unlisted rows. Without the limit, a record that was
            restored without an activity would be marked again, because its version did not change.
        :return: the number of rows marked.
        :raises LoadError: if a statement fails. The transaction is rolled back.
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
        """Upload the keys of all records in the space for the comparisons that follow. Each file is then deleted.

        :param files: closed files of keys.
        :raises LoadError: if a statement fails.
        """
        for file in files:
            self._listed.upload(file)
        self._listed.create_table()
        self._listed.copy()
        self._session.commit()
        self._listed.next_batch()

    def compare(self) -> Comparison:
        """Return the differences between the table's living rows and the listed keys and versions.

        :raises LoadError: if a statement fails.
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
        """Return the keys of living rows that are not listed.

        :param projects: the IDs of the projects to compare.
        :raises LoadError: if a statement fails.
        """
        sql = soft_delete_sql.missing(self._endpoint, self._target, self._listed.table, projects)
        return [row[0] for row in self._session.run(f"compare {self._target} with the list", sql).rows]

    def mark_missing(self, projects: Collection[int], spared: Collection[Any]) -> int:
        """Mark living rows that are not listed as deleted, and return the number of rows marked.

        :param projects: the IDs of the projects to compare.
        :param spared: keys of rows to keep.
        :raises LoadError: if a statement fails. The transaction is rolled back.
        """
        unlisted = soft_delete_sql.missing(self._endpoint, self._target, self._listed.table, projects)
        if spared:
            unlisted = soft_delete_sql.without_keys(self._endpoint, unlisted, spared)
        with self._session.transaction():
            return self._soft_deletes(now_utc()).mark(self._table, unlisted, spared)

    def others(self, names: Collection[str]) -> Iterator[tuple[Endpoint, Loader]]:
        """Yield endpoint and loader for each table in this schema that holds this space.

        :param names: the names of the endpoints.
        :raises LoadError: if a statement fails.
        """
        for table in list(self._soft_deletes(now_utc()).tables(lambda endpoint: endpoint.name in names)):
            loader = Loader(self._session, table.endpoint, table.target, space=self._state.space, run=self._run)
            yield table.endpoint, loader

    def touch(self, now: str) -> None:
        """Record in the state that rows changed outside the table's own load.

        :param now: the time of the change, ISO 8601.
        :raises LoadError: if a statement fails.
        """
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
    """Return the current time as rows store it: ISO 8601, UTC, with microseconds."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")

"""Soft deletes: mark the rows of deleted records, and cascade to the child tables in the schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.load.history import TableHistory
from backlog_provider.load.sql import merge as merge_sql
from backlog_provider.load.sql import soft_delete as soft_delete_sql
from backlog_provider.load.sql.history import history_of
from backlog_provider.load.tables import Table, created_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from backlog_provider.load.identifiers import TableName
    from backlog_provider.load.session import Session
    from backlog_provider.model.endpoint import Endpoint


@dataclass(frozen=True)
class SoftDeletes:
    """Marks and revives rows in the tables of one space in one schema.

    :param session: an open Snowflake session.
    :param state_table: BACKLOG_SYNC_STATE of the schema, which lists the tables.
    :param space: the Backlog space of the tables.
    :param run_id: the ID of the DAG run, written to the changed rows.
    :param now: the time of the load, ISO 8601, written to the changed rows.
    """

    session: Session
    state_table: TableName
    space: str
    run_id: str
    now: str

    def mark_from_feed(self, feed: str) -> int:
        """Mark the rows of records that a feed reports as deleted, in all tables. Return the number of rows marked.

        :param feed: a query for activities, as ``staged_feed`` returns.
        :raises LoadError: if a statement fails.
        """
        types = {endpoint.deletion.activity_type for endpoint in CATALOGUE.values() if endpoint.deletion}
        found = self.session.run("look for deletions in the feed", soft_delete_sql.types_in(feed, sorted(types)))
        occurring = {int(row[0]) for row in found.rows}
        if not occurring:
            return 0

        def is_from_feed(endpoint: Endpoint | None) -> bool:
            return bool(endpoint and endpoint.deletion and endpoint.deletion.activity_type in occurring)

        concerned = list(self.tables(is_from_feed))
        marked = sum(self.mark_table_from_feed(table, feed) for table in concerned)
        parents = {table.endpoint.name: table.target for table in concerned}
        return marked + sum(
            self._orphaned(feed, child, parents) for child in self.tables(lambda e: is_from_feed(_parent_of(e)))
        )

    def _orphaned(self, feed: str, child: Table, parents: Mapping[str, TableName]) -> int:
        """Mark child rows whose deleted parent has no living row, because no cascade reaches them."""
        parent = _parent_of(child.endpoint)
        if parent is None:
            return 0
        orphans = soft_delete_sql.orphaned(feed, child.endpoint, child.target, parent, parents.get(parent.name))
        return self.mark(child, orphans)

    def mark_table_from_feed(self, table: Table, feed: str, among: str | None = None) -> int:
        """Mark the rows of one table that a feed reports as deleted, and their children. Return the number of rows.

        :param table: the table whose rows to mark.
        :param feed: a query for activities, as ``staged_feed`` returns.
        :param among: a query for the only keys that may be marked; None for all.
        :raises LoadError: if a statement fails.
        """
        endpoint = table.endpoint
        if endpoint.deletion is None:
            return 0
        deletions = soft_delete_sql.deleted_by_feed(feed, endpoint, endpoint.deletion)
        if among:
            deletions = soft_delete_sql.only_of(endpoint, deletions, among)
        return self.mark(table, deletions, is_from_feed=True)

    def mark(self, table: Table, gone: str, values: Iterable[Any] = (), *, is_from_feed: bool = False) -> int:
        """Mark the rows that a query finds, and their children. Return the number of rows marked.

        :param table: the table whose rows to mark.
        :param gone: a query for the key columns and ``AT``, the time of deletion.
        :param values: the values to bind in that query.
        :param is_from_feed: whether the query reads a feed and returns ``PROJECT`` too.
        :raises LoadError: if a statement fails.
        """
        endpoint, target = table.endpoint, table.target
        sql = soft_delete_sql.mark(endpoint, target, gone, is_from_feed=is_from_feed)
        by = [self.now, self.now, self.run_id]
        marked = self.session.run(f"mark deleted rows of {target}", sql, [*by, *values]).first()
        rows = int(marked["number of rows updated"])
        if rows:
            self.touch(target)
            if table.has_history:
                TableHistory(self.session, table, self.now, self.run_id).deleted()
            rows += sum(self._mark_children(child, table) for child in self._children(endpoint))
        return rows

    def revive_children(self, table: Table, back: str) -> int:
        """Revive child rows that were deleted together with their parents. Return the number of rows revived.

        Call this before the parents are restored: it needs their time of deletion.

        :param table: the table of the parents.
        :param back: a query for the key columns of the parents and ``AT``, their time of deletion.
        :raises LoadError: if a statement fails.
        """
        return sum(self._revive_with(child, table, back) for child in self._children(table.endpoint))

    def _revive_with(self, child: Table, parent: Table, parents: str) -> int:
        endpoint, target = child.endpoint, child.target
        belongs_to = endpoint.belongs_to
        if belongs_to is None:
            return 0
        back = soft_delete_sql.coming_with(endpoint, target, belongs_to, parents, parent.endpoint.key[0])
        # Revive the grandchildren first: they are found by the children's time of deletion, which is cleared next.
        descendants = self.revive_children(child, back)
        sql = soft_delete_sql.revive(endpoint, target, back)
        revived = self.session.run(f"revive rows of {target}", sql, [self.now, self.run_id]).first()
        rows = int(revived["number of rows updated"])
        if rows:
            self.touch(target)
            if child.has_history:
                TableHistory(self.session, child, self.now, self.run_id).catch_up()
        return rows + descendants

    def touch(self, target: TableName) -> None:
        """Record the time of a change, so that a later run notices if the table was restored to an earlier time.

        :param target: the table whose rows changed.
        :raises LoadError: if a statement fails.
        """
        self.session.changed_tables.add(target.table)
        touch = merge_sql.touch_state(self.state_table)
        self.session.run(f"write {self.state_table}", touch, [self.now, target.table])

    def tables(self, are_meant: Callable[[Endpoint], bool]) -> Iterator[Table]:
        """Yield the existing tables that hold this space.

        Dropped tables are skipped: the next load of their endpoint recreates them from the current records.

        :param are_meant: takes an endpoint; returns whether to include its table.
        :raises LoadError: if a statement fails.
        """
        sql = merge_sql.select_tables(self.state_table)
        for name, endpoint_name, history in self.session.run(f"read {self.state_table}", sql, [self.space]).rows:
            endpoint, target = CATALOGUE.get(endpoint_name), self.state_table.sibling(name)
            if endpoint and are_meant(endpoint) and created_at(self.session, target):
                has_history = history is not None and created_at(self.session, history_of(target)) is not None
                yield Table(endpoint, target, has_history)

    def _children(self, parent: Endpoint) -> Iterator[Table]:
        if has_children(parent):
            yield from self.tables(lambda endpoint: _is_child(endpoint, parent))

    def _mark_children(self, child: Table, parent: Table) -> int:
        endpoint = child.endpoint
        belongs_to = endpoint.belongs_to
        if belongs_to is None:
            return 0
        key = parent.endpoint.key[0]
        return self.mark(child, soft_delete_sql.gone_with(endpoint, child.target, belongs_to, parent.target, key))


def has_children(endpoint: Endpoint) -> bool:
    """Return whether soft deletes of an endpoint cascade to other endpoints.

    :param endpoint: the parent endpoint.
    """
    return any(_is_child(child, endpoint) for child in CATALOGUE.values())


def _parent_of(endpoint: Endpoint) -> Endpoint | None:
    return CATALOGUE.get(endpoint.belongs_to.endpoint) if endpoint.belongs_to else None


def _is_child(endpoint: Endpoint, of: Endpoint) -> bool:
    return endpoint.belongs_to is not None and endpoint.belongs_to.endpoint == of.name

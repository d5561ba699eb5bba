"""Marking rows as deleted, in whatever tables of the schema it concerns: an endpoint's own, and its children's."""

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
    """The tables of one space in one schema, as BACKLOG_SYNC_STATE knows them, and who marks rows of them when.

    :param state_table: that table.
    :param now: the moment of the load, as ISO 8601.
    """

    session: Session
    state_table: TableName
    space: str
    run_id: str
    now: str

    def mark_from_feed(self, feed: str) -> int:
        """Mark what a feed tells of, in every table; return how many rows."""
        telling = [endpoint for endpoint in CATALOGUE.values() if endpoint.deletion]
        types = {endpoint.deletion.activity_type for endpoint in telling if endpoint.deletion}
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
        """Mark the rows of what was never loaded itself, or went before its own table was read: nothing takes them."""
        parent = _parent_of(child.endpoint)
        if parent is None:
            return 0
        gone = soft_delete_sql.orphaned(feed, child.endpoint, child.target, parent, parents.get(parent.name))
        return self.mark(child, gone)

    def mark_table_from_feed(self, table: Table, feed: str, among: str | None = None) -> int:
        """Mark what a feed tells of in one table, and what went with it; return how many rows.

        :param among: a query for the keys to which that is limited.
        """
        endpoint = table.endpoint
        if endpoint.deletion is None:
            return 0
        told = soft_delete_sql.deleted_by_feed(feed, endpoint, endpoint.deletion)
        return self.mark(table, soft_delete_sql.only_of(endpoint, told, among) if among else told, is_from_feed=True)

    def mark(self, table: Table, gone: str, values: Iterable[Any] = (), *, is_from_feed: bool = False) -> int:
        """Mark the rows that a query finds, and what went with them; return how many rows.

        :param values: what the query has to bind.
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
            rows += sum(self._with_parent(child, table) for child in self._children(endpoint))
        return rows

    def revive_children(self, table: Table, back: str) -> int:
        """Take the mark from what went with the rows that a query finds, before they come back; return how many.

        :param back: a query for the columns of the key and ``AT``, when those rows went.
        """
        return sum(self._revive_with(child, table, back) for child in self._children(table.endpoint))

    def _revive_with(self, child: Table, parent: Table, parents: str) -> int:
        endpoint, target = child.endpoint, child.target
        belongs_to = endpoint.belongs_to
        if belongs_to is None:
            return 0
        back = soft_delete_sql.coming_with(endpoint, target, belongs_to, parents, parent.endpoint.key[0])
        # Of what went with these in turn, their own moment tells: as long as they have it.
        below = self.revive_children(child, back)
        sql = soft_delete_sql.revive(endpoint, target, back)
        revived = self.session.run(f"revive rows of {target}", sql, [self.now, self.run_id]).first()
        rows = int(revived["number of rows updated"])
        if rows:
            self.touch(target)
            if child.has_history:
                TableHistory(self.session, child, self.now, self.run_id).catch_up()
        return rows + below

    def touch(self, target: TableName) -> None:
        """Note that rows of a table have changed, so that a table put back to before that is noticed."""
        self.session.changed_tables.add(target.table)
        touch = merge_sql.touch_state(self.state_table)
        self.session.run(f"write {self.state_table}", touch, [self.now, target.table])

    def tables(self, are_meant: Callable[[Endpoint], bool]) -> Iterator[Table]:
        """Give the tables that this space has been loaded into, as far as they are there.

        One that was dropped has nothing to mark, until the next load of its endpoint makes it again from what is.

        :param are_meant: of these endpoints alone.
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

    def _with_parent(self, child: Table, parent: Table) -> int:
        endpoint = child.endpoint
        belongs_to = endpoint.belongs_to
        if belongs_to is None:
            return 0
        key = parent.endpoint.key[0]
        return self.mark(child, soft_delete_sql.gone_with(endpoint, child.target, belongs_to, parent.target, key))


def has_children(endpoint: Endpoint) -> bool:
    """Return whether records of other endpoints go with those of this one."""
    return any(_is_child(child, endpoint) for child in CATALOGUE.values())


def _parent_of(endpoint: Endpoint) -> Endpoint | None:
    return CATALOGUE.get(endpoint.belongs_to.endpoint) if endpoint.belongs_to else None


def _is_child(endpoint: Endpoint, of: Endpoint) -> bool:
    return endpoint.belongs_to is not None and endpoint.belongs_to.endpoint == of.name

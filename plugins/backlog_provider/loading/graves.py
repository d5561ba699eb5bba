"""Marking rows as deleted, in whatever tables of the schema it concerns: an endpoint's own, and its children's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.loading import deletions, statements
from backlog_provider.loading.chronicle import Chronicle, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_provider.catalogue.model import Endpoint
    from backlog_provider.loading.identifiers import Target
    from backlog_provider.loading.session import Session


@dataclass(frozen=True)
class Graves:
    """The tables of one space in one schema, as BACKLOG_SYNC_STATE knows them, and who marks rows of them when.

    :param state_table: that table.
    :param now: the moment of the load, as ISO 8601.
    """

    session: Session
    state_table: Target
    space: str
    run_id: str
    now: str

    def told(self, feed: str) -> int:
        """Mark what a feed tells of, in every table; return how many rows."""
        telling = [endpoint for endpoint in CATALOGUE.values() if endpoint.deletion]
        types = {endpoint.deletion.activity_type for endpoint in telling if endpoint.deletion}
        found = self.session.run("look for deletions in the feed", deletions.types_in(feed, sorted(types)))
        occurring = {int(row[0]) for row in found.rows}
        concerned = {e.name for e in telling if e.deletion and e.deletion.activity_type in occurring}
        if not concerned:
            return 0
        return sum(self.told_of(table, feed) for table in self.tables() if table.endpoint.name in concerned)

    def told_of(self, table: Table, feed: str) -> int:
        """Mark what a feed tells of in one table, and what went with it; return how many rows."""
        endpoint = table.endpoint
        if endpoint.deletion is None:
            return 0
        return self.mark(table, deletions.told_by(feed, endpoint, endpoint.deletion), is_told=True)

    def mark(self, table: Table, gone: str, *, is_told: bool = False) -> int:
        """Mark the rows that a query finds, and what went with them; return how many rows."""
        endpoint, target = table.endpoint, table.target
        sql = deletions.mark(endpoint, target, gone, is_told=is_told)
        marked = self.session.run(f"mark deleted rows of {target}", sql, [self.now, self.now, self.run_id]).first()
        rows = int(marked["number of rows updated"])
        if rows:
            touch = statements.touch_state(self.state_table)
            self.session.run(f"write {self.state_table}", touch, [self.now, target.table])
            if table.has_history:
                Chronicle(self.session, table, self.now, self.run_id).buried()
            rows += sum(self._with_parent(child, table) for child in self._children(endpoint))
        return rows

    def tables(self) -> Iterator[Table]:
        """Give every table that this space has been loaded into."""
        sql = statements.select_tables(self.state_table)
        for table, name, history in self.session.run(f"read {self.state_table}", sql, [self.space]).rows:
            if name in CATALOGUE:
                yield Table(CATALOGUE[name], self.state_table.sibling(table), history is not None)

    def _children(self, parent: Endpoint) -> Iterator[Table]:
        if any(e.parent and e.parent.endpoint == parent.name for e in CATALOGUE.values()):
            for table in self.tables():
                if table.endpoint.parent and table.endpoint.parent.endpoint == parent.name:
                    yield table

    def _with_parent(self, child: Table, parent: Table) -> int:
        endpoint = child.endpoint
        if endpoint.parent is None:
            return 0
        key = parent.endpoint.key[0]
        return self.mark(child, deletions.gone_with(endpoint, child.target, endpoint.parent, parent.target, key))

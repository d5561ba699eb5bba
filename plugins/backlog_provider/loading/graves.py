"""Marking rows as deleted, in whatever tables of the schema it concerns: an endpoint's own, and its children's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.loading import deletions, statements

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
        return sum(self.told_of(e, target, feed) for e, target in self.tables() if e.name in concerned)

    def told_of(self, endpoint: Endpoint, target: Target, feed: str) -> int:
        """Mark what a feed tells of in one table, and what went with it; return how many rows."""
        if endpoint.deletion is None:
            return 0
        return self.mark(endpoint, target, deletions.told_by(feed, endpoint, endpoint.deletion), is_told=True)

    def mark(self, endpoint: Endpoint, target: Target, gone: str, *, is_told: bool = False) -> int:
        """Mark the rows that a query finds, and what went with them; return how many rows."""
        sql = deletions.mark(endpoint, target, gone, is_told=is_told)
        marked = self.session.run(f"mark deleted rows of {target}", sql, [self.now, self.now, self.run_id]).first()
        rows = int(marked["number of rows updated"])
        if rows:
            touch = statements.touch_state(self.state_table)
            self.session.run(f"write {self.state_table}", touch, [self.now, target.table])
            rows += sum(self._with_parent(child, of, endpoint, target) for child, of in self._children(endpoint))
        return rows

    def tables(self) -> Iterator[tuple[Endpoint, Target]]:
        """Give every table that this space has been loaded into, with its endpoint."""
        sql = statements.select_tables(self.state_table)
        for table, name in self.session.run(f"read {self.state_table}", sql, [self.space]).rows:
            if name in CATALOGUE:
                yield CATALOGUE[name], self.state_table.sibling(table)

    def _children(self, parent: Endpoint) -> Iterator[tuple[Endpoint, Target]]:
        if any(e.parent and e.parent.endpoint == parent.name for e in CATALOGUE.values()):
            yield from (
                (child, target)
                for child, target in self.tables()
                if child.parent and child.parent.endpoint == parent.name
            )

    def _with_parent(self, child: Endpoint, target: Target, parent: Endpoint, parents: Target) -> int:
        if child.parent is None:
            return 0
        return self.mark(child, target, deletions.gone_with(child, target, child.parent, parents, parent.key[0]))

"""A table with its history, and what keeps the two in step: always in the transaction that changes the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backlog_provider.load.sql import history as history_sql
from backlog_provider.load.sql import soft_delete as soft_delete_sql

if TYPE_CHECKING:
    from backlog_provider.load.session import Session
    from backlog_provider.load.tables import Table


@dataclass(frozen=True)
class TableHistory:
    """Writes the history of a table, in somebody's name.

    :param now: the moment that this transaction writes into the table's rows, as ISO 8601.
    """

    session: Session
    table: Table
    now: str
    run_id: str

    def merged(self, staging: str) -> None:
        """Add the versions that were staged and merged into the table."""
        endpoint, target = self.table.endpoint, self.table.target
        versions = history_sql.staged_versions(endpoint, target, staging)
        self._add(versions, soft_delete_sql.staged_keys(endpoint, staging))

    def deleted(self) -> None:
        """End the versions of the rows that were marked as deleted."""
        ended = history_sql.deleted_now(self.table.endpoint, self.table.target)
        self._end(ended, self.now, self.run_id)

    def catch_up(self) -> None:
        """Make the open versions the table's living rows, whatever has happened since they last were."""
        endpoint, target = self.table.endpoint, self.table.target
        self._add(history_sql.table_versions(endpoint, target))
        self._end(history_sql.deleted_ever(endpoint, target), self.now)

    def _add(self, versions: str, among: str | None = None) -> None:
        endpoint, target = self.table.endpoint, self.table.target
        by = [self.now, self.run_id]
        self.session.run(f"add to the history of {target}", history_sql.add(endpoint, target, versions, among), by)
        self.session.run(f"close versions of {target}", history_sql.supersede(endpoint, target), by)

    def _end(self, gone: str, *values: str) -> None:
        endpoint, target = self.table.endpoint, self.table.target
        sql = history_sql.end(endpoint, target, gone)
        self.session.run(f"close versions of {target}", sql, [self.now, self.run_id, *values])

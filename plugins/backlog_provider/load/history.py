"""Keeps a table's history (SCD type 2) in step with the table, in the transaction that changes the table."""

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
    """Writes the history of a table.

    :param session: an open Snowflake session.
    :param table: the table, not its history.
    :param now: the time that this transaction writes to the table's rows, ISO 8601.
    :param run_id: the ID of the DAG run, which this transaction writes to the table's rows.
    """

    session: Session
    table: Table
    now: str
    run_id: str

    def merged(self, staging: str) -> None:
        """Add the versions that were staged and merged into the table.

        :param staging: the staging table.
        :raises LoadError: if a statement fails.
        """
        endpoint, target = self.table.endpoint, self.table.target
        versions = history_sql.staged_versions(endpoint, target, staging)
        self._add(versions, soft_delete_sql.staged_keys(endpoint, staging))

    def deleted(self) -> None:
        """Close the versions of the rows that this transaction marked as deleted.

        :raises LoadError: if a statement fails.
        """
        ended = history_sql.deleted_now(self.table.endpoint, self.table.target)
        self._end(ended, self.now, self.run_id)

    def catch_up(self) -> None:
        """Reconcile the history with the table, so that its open versions equal the table's living rows.

        :raises LoadError: if a statement fails.
        """
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

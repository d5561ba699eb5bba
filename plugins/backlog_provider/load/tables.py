"""The endpoints' tables as they exist in the account, independent of BACKLOG_SYNC_STATE."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timezone
from typing import TYPE_CHECKING

from backlog_provider.load.sql import merge as merge_sql

if TYPE_CHECKING:
    from datetime import datetime

    from backlog_provider.load.identifiers import TableName
    from backlog_provider.load.session import Session
    from backlog_provider.model.endpoint import Endpoint


@dataclass(frozen=True)
class Table:
    """A table of an endpoint.

    :param endpoint: the endpoint of its rows.
    :param target: its name.
    :param has_history: whether it has a history table (SCD type 2).
    """

    endpoint: Endpoint
    target: TableName
    has_history: bool = False


def created_at(session: Session, target: TableName) -> str | None:
    """Return the creation time of a table, ISO 8601 in UTC; None if it does not exist. This needs no warehouse.

    :param session: an open Snowflake session.
    :param target: the table to look for.
    :raises LoadError: if the statement fails.
    """
    shown = session.run(f"look for table {target}", merge_sql.show_table(target), [target.table])
    name, created = shown.columns.index("name"), shown.columns.index("created_on")
    moments: list[datetime] = [row[created] for row in shown.rows if row[name] == target.table]
    # Snowflake answers in the session's time zone.
    return moments[0].astimezone(timezone.utc).isoformat() if moments else None


def has_rows_since(session: Session, target: TableName, moment: datetime | None) -> bool:
    """Return whether a table has rows written at a given time or later.

    A table that was restored to an earlier time lacks the rows of the last load.

    :param session: an open Snowflake session.
    :param target: the table to search.
    :param moment: the time of the last load that changed rows. None, for no such load, returns True.
    :raises LoadError: if the statement fails.
    """
    if moment is None:
        return True
    return bool(session.run(f"read {target}", merge_sql.select_since(target), [moment.isoformat()]).rows)

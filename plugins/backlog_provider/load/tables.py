"""The tables of endpoints as they are in the account, whatever BACKLOG_SYNC_STATE says of them."""

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

    :param has_history: whether every version of its rows is kept beside it.
    """

    endpoint: Endpoint
    target: TableName
    has_history: bool = False


def created_at(session: Session, target: TableName) -> str | None:
    """Return when a table was made, as ISO 8601 in UTC, None where there is none; that takes no warehouse.

    :raises LoadError: where Snowflake refuses.
    """
    shown = session.run(f"look for table {target}", merge_sql.show_table(target), [target.table])
    name, created = shown.columns.index("name"), shown.columns.index("created_on")
    moments: list[datetime] = [row[created] for row in shown.rows if row[name] == target.table]
    # Whatever zone the session is in.
    return moments[0].astimezone(timezone.utc).isoformat() if moments else None


def has_rows_since(session: Session, target: TableName, moment: datetime | None) -> bool:
    """Return whether a table has rows of the last load that changed any: one restored to a day before has not.

    :param moment: when that was; None is never.
    :raises LoadError: where Snowflake refuses.
    """
    if moment is None:
        return True
    return bool(session.run(f"read {target}", merge_sql.select_since(target), [moment.isoformat()]).rows)

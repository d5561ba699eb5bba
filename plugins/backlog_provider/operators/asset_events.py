"""Asset events for the tables that a task has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from backlog_provider.assets import table_alias, table_asset
from backlog_provider.load.identifiers import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.providers.common.compat.sdk import Context

    from backlog_provider.hooks.snowflake import TableConnection
    from backlog_provider.model.endpoint import Endpoint

# The part of a summary that the event of an asset carries.
EXTRA = ("endpoint", "mode", "rows_inserted", "rows_updated", "rows_deleted", "mark_after")


class LoadTask(Protocol):
    """A task that loads tables, as far as its asset events need it."""

    endpoint: str | Endpoint
    database: str | None
    schema: str | None
    snowflake_conn_id: str
    table_alias: Any
    outlets: Any


def emit_asset_events(task: LoadTask, context: Context, warehouse: TableConnection, done: Mapping[str, Any]) -> None:
    """Add an event for each table in which a task has changed rows: its own, and what it marked or revived rows of.

    :param done: the summary.
    """
    for target in warehouse.changed(own=bool(done["rows_inserted"] or done["rows_updated"])):
        alias, extra = task.table_alias, {name: done[name] for name in EXTRA}
        if target.table != done["table"]:
            # Which others these are shows only now. Airflow reads the outlets when the task ends.
            where = {"database": task.database, "schema": task.schema, "table": quoted(target.table)}
            alias = table_alias(task.endpoint, snowflake_conn_id=task.snowflake_conn_id, **where)
            task.outlets = [*task.outlets, alias]
            extra = {"endpoint": done["endpoint"], "mode": done["mode"]}
        context["outlet_events"][alias].add(table_asset(warehouse.destination.account, target), extra=extra)

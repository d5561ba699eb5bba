"""The tables as Airflow assets, on which other DAGs can be scheduled.

Which account, database and schema a connection means is known when a task runs. So a task declares an alias, whose name
is known when the DAG is parsed, and adds the asset of the table to it when it has changed rows: a run that finds
nothing new starts nothing. A DAG may be scheduled on the one or the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.providers.common.compat.sdk import AssetAlias

from backlog_provider import arguments
from backlog_provider.catalogue import Endpoint, find

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Asset

    from backlog_provider.load.identifiers import TableName

# In the name of an alias, for what a template will say.
UNKNOWN = "*"


def table_alias(
    endpoint: str | Endpoint,
    *,
    snowflake_conn_id: str = "snowflake_default",
    database: str | None = None,
    schema: str | None = None,
    table: str | None = None,
) -> AssetAlias:
    """Return the alias of an endpoint's table, for the schedule of a DAG.

    Its name is ``BACKLOG_ISSUES@snowflake_default``, with schema and database before the table where they are given:
    as Snowflake writes it, ``DATABASE.SCHEMA.TABLE`` and ``DATABASE..TABLE``. The arguments are those of the operator
    that loads it.

    :raises ConfigurationError: for an endpoint that the catalogue does not have, or a name that is no identifier.
    """
    names = [_name(database, "database"), _name(schema, "schema"), _name(table, "table") or _default(endpoint)]
    if not names[0]:
        names = [name for name in names if name]
    return AssetAlias(f"{'.'.join(name or '' for name in names)}@{snowflake_conn_id}")


def table_asset(account: str, table: TableName) -> Asset:
    """Return the asset of a table, ``snowflake://account/database/schema/table``.

    :param account: as the connection names it.
    """
    from airflow.providers.common.compat.sdk import Asset

    parts = (quote(name, safe="$") for name in (table.database, table.schema, table.table))
    return Asset(f"snowflake://{account}/{'/'.join(parts)}")


def _default(endpoint: str | Endpoint) -> str:
    return find(endpoint).table if arguments.is_literal(endpoint) else UNKNOWN


def _name(value: Any, argument: str) -> str | None:
    return arguments.checked_name(value, argument) if arguments.is_literal(value) else UNKNOWN

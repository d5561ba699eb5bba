"""SQL for history tables (SCD type 2): all loaded versions of a table's rows, with the interval of their validity.

A transaction that changes a table's rows also updates its history. It stamps changed rows with its own time and run ID,
and uses these to find the rows again. It then adds new versions and closes old ones, in at most three statements.

The versions of a key do not overlap, and the last one is open as long as the row lives. Times that contradict this are
adjusted: an interval may be empty, but never negative.

A MERGE selects the versions to change in its ON clause, because the local Snowflake stand-in changes all rows that ON
joins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_provider.load.identifiers import quoted
from backlog_provider.load.sql import merge as merge_sql
from backlog_provider.model.endpoint import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backlog_provider.load.identifiers import TableName
    from backlog_provider.model.endpoint import Endpoint

# The columns that a history has instead of _DELETED_AT.
INTERVAL = {"VALID_FROM": Kind.INSTANT, "VALID_TO": Kind.INSTANT}


def history_of(target: TableName) -> TableName:
    """Return the name of a table's history table.

    :param target: the table.
    """
    return target.sibling(f"{target.table}_HISTORY")


def create(endpoint: Endpoint, target: TableName) -> str:
    """Return the DDL of the history of an endpoint's table.

    :param endpoint: the endpoint.
    :param target: the endpoint's table, not its history.
    """
    return merge_sql.create(history_of(target), table_columns(endpoint))


def table_columns(endpoint: Endpoint) -> dict[str, Kind]:
    """Return the types of the history's columns, by column name.

    :param endpoint: the endpoint of the table.
    """
    kinds = merge_sql.table_columns(endpoint)
    return {name: kinds[name] for name in _names(endpoint)} | INTERVAL


def staged_versions(endpoint: Endpoint, target: TableName, staging: str) -> str:
    """Return the query for all staged copies of the rows that this transaction wrote. Bind its time and run ID.

    :param endpoint: the endpoint of the table.
    :param target: the table, after the merge.
    :param staging: the staging table.
    """
    names = _list(_names(endpoint), "c.")
    return (
        f'SELECT {names}, c."N", {_began(endpoint, "c.")} AS "BEGAN", NULL::TIMESTAMP_TZ AS "ENDED"\n'
        f"FROM ({merge_sql.staged(endpoint, staging)}) c JOIN {target.sql} t ON {_same_key(endpoint, 'c')} "
        'AND t."_SYNCED_AT" = c."_SYNCED_AT" AND t."_RUN_ID" = c."_RUN_ID"'
    )


def table_versions(endpoint: Endpoint, target: TableName) -> str:
    """Return the query for all rows of a table as versions. Bind the current time and the run ID.

    :param endpoint: the endpoint of the table.
    :param target: the table.
    """
    names = _list([*endpoint.kinds, "RAW"], "t.")
    return (
        f'SELECT {names}, %s::TIMESTAMP_TZ AS "_SYNCED_AT", %s AS "_RUN_ID", 0 AS "N", '
        f'{_began(endpoint, "t.")} AS "BEGAN", t."_DELETED_AT" AS "ENDED" FROM {target.sql} t'
    )


def add(endpoint: Endpoint, target: TableName, versions: str, among: str | None = None) -> str:
    """Return the INSERT of the versions that the history lacks. Bind the values of ``versions``.

    A version begins when its record was updated, or when it was loaded if the endpoint has no update times. It never
    begins before the last version in the history began or ended. It ends when the next version begins.

    :param endpoint: the endpoint of the table.
    :param target: the table, not its history.
    :param versions: a query as ``staged_versions`` or ``table_versions`` returns.
    :param among: a query for the keys of these versions, so that only their history is read; None reads all of it.
    """
    keys, names = _list(endpoint.key, "v."), _names(endpoint)
    order = f"v.{quoted(endpoint.version)} NULLS FIRST, " if endpoint.version else ""
    in_order = f'(PARTITION BY {keys} ORDER BY {order}v."N")'
    no_older = (
        f"WHERE l.{quoted(endpoint.version)} IS NULL OR v.{quoted(endpoint.version)} >= l.{quoted(endpoint.version)}\n"
        if endpoint.version
        else ""
    )
    # A restored record needs a new version even if it did not change.
    before = 'CASE WHEN l."VALID_TO" IS NULL OR v."ENDED" IS NOT NULL THEN TO_JSON(l."RAW") END'
    at_least = 'COALESCE(l."VALID_TO", l."VALID_FROM", v."BEGAN")'
    in_turn = f'(PARTITION BY {_list(endpoint.key)} ORDER BY "TURN")'
    return (
        f"INSERT INTO {history_of(target).sql} ({_list(names)}, {_list(INTERVAL)})\n"
        f'SELECT {_list(names)}, "BEGINS", COALESCE(LEAD("BEGINS") OVER {in_turn}, GREATEST("BEGINS", "ENDED"))\n'
        f'FROM (SELECT c.*, MAX("AT_LEAST") OVER {in_turn[:-1]} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) '
        'AS "BEGINS" FROM (\n'
        f'SELECT {_list(names, "v.")}, v."ENDED", GREATEST(v."BEGAN", {at_least}) AS "AT_LEAST", '
        f'ROW_NUMBER() OVER {in_order} AS "TURN"\n'
        f"FROM ({versions}) v LEFT JOIN ({_last(endpoint, target, among)}) l "
        f"ON {_same_key(endpoint, 'v', 'l')}\n{no_older}"
        f'QUALIFY TO_JSON(v."RAW") IS DISTINCT FROM COALESCE(LAG(TO_JSON(v."RAW")) OVER {in_order}, {before})\n'
        ") c) d"
    )


def supersede(endpoint: Endpoint, target: TableName) -> str:
    """Return the MERGE that closes the previous versions of keys with new ones. Bind the current time and the run ID.

    :param endpoint: the endpoint of the table.
    :param target: the table, not its history.
    """
    history = history_of(target)
    return (
        f'MERGE INTO {history.sql} t USING (\nSELECT {_list(endpoint.key)}, MIN("VALID_FROM") AS "AT", '
        f'MAX("_SYNCED_AT") AS "_SYNCED_AT", MAX("_RUN_ID") AS "_RUN_ID"\nFROM {history.sql} '
        f'WHERE "_SYNCED_AT" = %s::TIMESTAMP_TZ AND "_RUN_ID" = %s GROUP BY {_list(endpoint.key)}\n'
        f') s ON {_same_key(endpoint, "s")} AND t."VALID_TO" IS NULL '
        'AND (t."_SYNCED_AT" <> s."_SYNCED_AT" OR t."_RUN_ID" <> s."_RUN_ID")\n'
        'WHEN MATCHED THEN UPDATE SET "VALID_TO" = s."AT", "_SYNCED_AT" = s."_SYNCED_AT", "_RUN_ID" = s."_RUN_ID"'
    )


def deleted_now(endpoint: Endpoint, target: TableName) -> str:
    """Return the query for the rows that this transaction marked as deleted. Bind its time and run ID.

    It returns the key columns and ``AT``, the time of deletion.

    :param endpoint: the endpoint of the table.
    :param target: the table, not its history.
    """
    return (
        f'SELECT {_list(endpoint.key)}, "_DELETED_AT" AS "AT" FROM {target.sql} '
        'WHERE "_SYNCED_AT" = %s::TIMESTAMP_TZ AND "_RUN_ID" = %s AND "_DELETED_AT" IS NOT NULL'
    )


def deleted_ever(endpoint: Endpoint, target: TableName) -> str:
    """Return the query for all soft-deleted rows and all open versions without a row. Bind the current time.

    It returns the key columns and ``AT``, the time of deletion. For versions without a row, this is the bound time.

    :param endpoint: the endpoint of the table.
    :param target: the table, not its history.
    """
    key = quoted(endpoint.key[0])
    return (
        f'SELECT {_list(endpoint.key)}, "_DELETED_AT" AS "AT" FROM {target.sql} WHERE "_DELETED_AT" IS NOT NULL\n'
        f'UNION ALL\nSELECT {_list(endpoint.key, "h.")}, %s::TIMESTAMP_TZ AS "AT" FROM {history_of(target).sql} h '
        f"LEFT JOIN {target.sql} t ON {_same_key(endpoint, 'h')} "
        f'WHERE h."VALID_TO" IS NULL AND t.{key} IS NULL'
    )


def end(endpoint: Endpoint, target: TableName, gone: str) -> str:
    """Return the MERGE that closes the versions of deleted records at their time of deletion.

    Bind the current time, the run ID, then the values of ``gone``.

    :param endpoint: the endpoint of the table.
    :param target: the table, not its history.
    :param gone: a query for the key columns and ``AT``, the time of deletion.
    """
    return (
        f"MERGE INTO {history_of(target).sql} t USING (\n"
        f'SELECT {_list(endpoint.key)}, "AT", %s::TIMESTAMP_TZ AS "_SYNCED_AT", %s AS "_RUN_ID"\nFROM ({gone}) g\n'
        f') s ON {_same_key(endpoint, "s")} AND (t."VALID_TO" IS NULL OR t."VALID_TO" > s."AT")\n'
        'WHEN MATCHED THEN UPDATE SET "VALID_TO" = GREATEST(t."VALID_FROM", s."AT"), '
        '"_SYNCED_AT" = s."_SYNCED_AT", "_RUN_ID" = s."_RUN_ID"'
    )


def _last(endpoint: Endpoint, target: TableName, among: str | None) -> str:
    """Return the query for the last version of each key: the open one, or the one that ended last."""
    keys = _list(endpoint.key, "t.")
    what = _list([*endpoint.key, *([endpoint.version] if endpoint.version else []), "RAW", *INTERVAL], "t.")
    those = f" JOIN ({among}) k ON {_same_key(endpoint, 'k')}" if among else ""
    return (
        f"SELECT {what} FROM {history_of(target).sql} t{those} QUALIFY ROW_NUMBER() OVER "
        f'(PARTITION BY {keys} ORDER BY t."VALID_TO" DESC NULLS FIRST, t."VALID_FROM" DESC) = 1'
    )


def _began(endpoint: Endpoint, prefix: str) -> str:
    loaded = f'{prefix}"_SYNCED_AT"'
    return f"COALESCE({prefix}{quoted(endpoint.version)}, {loaded})" if endpoint.version else loaded


def _same_key(endpoint: Endpoint, one: str, other: str = "t") -> str:
    return " AND ".join(f"{other}.{quoted(key)} = {one}.{quoted(key)}" for key in endpoint.key)


def _names(endpoint: Endpoint) -> list[str]:
    return [*endpoint.kinds, "RAW", "_SYNCED_AT", "_RUN_ID"]


def _list(names: Iterable[str], prefix: str = "") -> str:
    return ", ".join(prefix + quoted(name) for name in names)

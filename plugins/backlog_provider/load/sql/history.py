"""The statements about histories: beside a table, every version that was seen of its rows, with when it held.

A history follows its table. What a transaction has changed there, it has written with its own moment and run; so the
same transaction finds it again, adds what is new, and ends what no longer holds: three statements at most, whatever
it was that changed the rows. Of each key the versions follow one another without overlap, and the last one is open as
long as the row lives. A moment that would contradict that gives way: an interval may be empty, never negative.

Which of a key's versions a MERGE means, its ON says: the local stand-in changes every row that ON joins.
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

# What a history has in place of the table's _DELETED_AT.
INTERVAL = {"VALID_FROM": Kind.INSTANT, "VALID_TO": Kind.INSTANT}


def history_of(target: TableName) -> TableName:
    """Return the history of a table."""
    return target.sibling(f"{target.table}_HISTORY")


def create(endpoint: Endpoint, target: TableName) -> str:
    """Return the DDL of the history of the endpoint's table."""
    return merge_sql.create(history_of(target), table_columns(endpoint))


def table_columns(endpoint: Endpoint) -> dict[str, Kind]:
    """Return the columns of the history of the endpoint's table."""
    kinds = merge_sql.table_columns(endpoint)
    return {name: kinds[name] for name in _names(endpoint)} | INTERVAL


def staged_versions(endpoint: Endpoint, target: TableName, staging: str) -> str:
    """Return the query for all staged copies of the rows just written; two values to bind, the moment and the run."""
    names = _list(_names(endpoint), "c.")
    return (
        f'SELECT {names}, c."N", {_began(endpoint, "c.")} AS "BEGAN", NULL::TIMESTAMP_TZ AS "ENDED"\n'
        f"FROM ({merge_sql.staged(endpoint, staging)}) c JOIN {target.sql} t ON {_same_key(endpoint, 'c')} "
        'AND t."_SYNCED_AT" = c."_SYNCED_AT" AND t."_RUN_ID" = c."_RUN_ID"'
    )


def table_versions(endpoint: Endpoint, target: TableName) -> str:
    """Return the query for the rows of the whole table, written now; two values to bind, the moment and the run."""
    names = _list([*endpoint.kinds, "RAW"], "t.")
    return (
        f'SELECT {names}, %s::TIMESTAMP_TZ AS "_SYNCED_AT", %s AS "_RUN_ID", 0 AS "N", '
        f'{_began(endpoint, "t.")} AS "BEGAN", t."_DELETED_AT" AS "ENDED" FROM {target.sql} t'
    )


def add(endpoint: Endpoint, target: TableName, versions: str, among: str | None = None) -> str:
    """Return the insert of what the history lacks of some versions.

    A version begins when its record was updated, or where that is not known, when it was loaded; never before the last
    one in the history began or ended. It ends where the next one begins.

    :param versions: the query for them; the values to bind are its own.
    :param among: a query for the keys that they have, which spares looking at all the others.
    """
    keys, names = _list(endpoint.key, "v."), _names(endpoint)
    order = f"v.{quoted(endpoint.version)} NULLS FIRST, " if endpoint.version else ""
    in_order = f'(PARTITION BY {keys} ORDER BY {order}v."N")'
    no_older = (
        f"WHERE l.{quoted(endpoint.version)} IS NULL OR v.{quoted(endpoint.version)} >= l.{quoted(endpoint.version)}\n"
        if endpoint.version
        else ""
    )
    # A record that comes back is new, though it is what it was.
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
    """Return the MERGE that ends what was open before the versions just added; two values to bind, moment and run."""
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
    """Return the query for the rows just marked as deleted, with when; two values to bind, the moment and the run."""
    return (
        f'SELECT {_list(endpoint.key)}, "_DELETED_AT" AS "AT" FROM {target.sql} '
        'WHERE "_SYNCED_AT" = %s::TIMESTAMP_TZ AND "_RUN_ID" = %s AND "_DELETED_AT" IS NOT NULL'
    )


def deleted_ever(endpoint: Endpoint, target: TableName) -> str:
    """Return the query for all rows marked as deleted, and for what the table no longer has; a moment to bind."""
    key = quoted(endpoint.key[0])
    return (
        f'SELECT {_list(endpoint.key)}, "_DELETED_AT" AS "AT" FROM {target.sql} WHERE "_DELETED_AT" IS NOT NULL\n'
        f'UNION ALL\nSELECT {_list(endpoint.key, "h.")}, %s::TIMESTAMP_TZ AS "AT" FROM {history_of(target).sql} h '
        f"LEFT JOIN {target.sql} t ON {_same_key(endpoint, 'h')} "
        f'WHERE h."VALID_TO" IS NULL AND t.{key} IS NULL'
    )


def end(endpoint: Endpoint, target: TableName, gone: str) -> str:
    """Return the MERGE that ends versions with their record: nothing of it holds after the moment at which it went.

    :param gone: the query for keys and moments; its values to bind come last, after the moment and the run.
    """
    return (
        f"MERGE INTO {history_of(target).sql} t USING (\n"
        f'SELECT {_list(endpoint.key)}, "AT", %s::TIMESTAMP_TZ AS "_SYNCED_AT", %s AS "_RUN_ID"\nFROM ({gone}) g\n'
        f') s ON {_same_key(endpoint, "s")} AND (t."VALID_TO" IS NULL OR t."VALID_TO" > s."AT")\n'
        'WHEN MATCHED THEN UPDATE SET "VALID_TO" = GREATEST(t."VALID_FROM", s."AT"), '
        '"_SYNCED_AT" = s."_SYNCED_AT", "_RUN_ID" = s."_RUN_ID"'
    )


def _last(endpoint: Endpoint, target: TableName, among: str | None) -> str:
    """Return the query for the last version of each key: the open one, or what ended last."""
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

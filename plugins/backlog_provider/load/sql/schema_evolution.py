"""SQL for schema evolution: list, add and backfill columns of tables that an earlier release created.

Columns are backfilled from the RAW record of each row. Values that an SQL cast converts like a load are cast in place.
All other values, and columns with their own conversion, are converted in Python: each distinct value is fetched once,
converted as in a load, and merged back. So an added column holds the same values as after a full reload. Rows of
deleted records are backfilled too.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson

from backlog_provider.load.identifiers import quoted
from backlog_provider.load.sql import merge as merge_sql
from backlog_provider.model.endpoint import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backlog_provider.load.identifiers import TableName
    from backlog_provider.model.endpoint import Column, Endpoint

# The type that SHOW COLUMNS reports for each kind; FIXED has a scale too.
SHOWN = {
    Kind.INTEGER: "FIXED",
    Kind.DECIMAL: "REAL",
    Kind.TEXT: "TEXT",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.INSTANT: "TIMESTAMP_TZ",
    Kind.DATE: "DATE",
    Kind.JSON: "VARIANT",
}
# A condition on the JSON text of a value: a cast gives the same result as the conversion of a load. No cast matches the
# load for dates, because a load rounds them to the nearest midnight.
ALIKE = {
    Kind.INTEGER: "REGEXP_LIKE({0}, '^-?[0-9]{{1,18}}$')",
    Kind.DECIMAL: "REGEXP_LIKE({0}, '^-?[0-9]{{1,15}}([.][0-9]{{1,9}})?$')",
    Kind.TEXT: "LEFT({0}, 1) = '\"'",
    Kind.BOOLEAN: "{0} IN ('true', 'false')",
    Kind.INSTANT: "REGEXP_LIKE({0}, '^\"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}Z\"$')",
    Kind.DATE: "1 = 0",
    Kind.JSON: "{0} <> 'null'",
}


def definitions(endpoint: Endpoint) -> dict[str, str]:
    """Return the definition of each column in this release, by column name, and the list of the ledger's columns.

    The ledger's columns are under the key BACKLOG_SYNC_RUNS, separated by spaces.

    :param endpoint: the endpoint of the table.
    """
    own = {column.name: _definition(column) for column in endpoint.columns}
    tail = {name: kind.value for name, kind in merge_sql.TAIL}
    return {**own, **tail, merge_sql.RUNS_TABLE: " ".join(merge_sql.RUNS_COLUMNS)}


def beyond_records(endpoint: Endpoint, noted: Mapping[str, str]) -> list[str]:
    """Return the names of missing or changed columns that cannot be backfilled: their values are not in the records.

    :param endpoint: the endpoint of the table.
    :param noted: the definitions of the table's columns, by column name, from its state.
    """
    current = definitions(endpoint)
    return [c.name for c in endpoint.columns if c.is_of_parent and noted.get(c.name) != current[c.name]]


def noted(endpoint: Endpoint) -> str:
    """Return the definitions of the columns as JSON text, as the state stores them.

    :param endpoint: the endpoint of the table.
    """
    return orjson.dumps(definitions(endpoint), option=orjson.OPT_SORT_KEYS).decode()


def shape_of(endpoint: Endpoint) -> str:
    """Return a digest of the definitions of the columns, in hexadecimal. High-water marks contain it.

    :param endpoint: the endpoint of the table.
    """
    return blake2b(noted(endpoint).encode(), digest_size=8).hexdigest()


def _definition(column: Column) -> str:
    convert: Any = column.convert
    by = f" by {getattr(convert, '__qualname__', type(convert).__name__)}" if convert else ""
    return f"{column.kind.value} {column.path}{by}"


def show(target: TableName) -> str:
    """Return the statement that lists a table's columns. It needs no warehouse.

    :param target: the table.
    """
    return f"SHOW COLUMNS IN TABLE {target.sql}"


def add(target: TableName, name: str, kind: Kind) -> str:
    """Return the DDL that adds a column unless it exists.

    :param target: the table to change.
    :param name: the name of the column.
    :param kind: the type of the column.
    """
    return f"ALTER TABLE {target.sql} ADD COLUMN IF NOT EXISTS {quoted(name)} {kind.value}"


def fill(target: TableName, columns: Iterable[Column]) -> str:
    """Return the UPDATE that backfills columns by casts of the record's values. It writes only rows that differ.

    :param target: the table to change.
    :param columns: the columns to backfill.
    """
    values = {column: _cast(column) for column in columns}
    assignments = ", ".join(f"{quoted(column.name)} = {value}" for column, value in values.items())
    condition = " OR ".join(_differs(column.kind, quoted(column.name), value) for column, value in values.items())
    return f'UPDATE {target.sql} SET {assignments}\nWHERE "RAW" IS NOT NULL AND ({condition})'


def other_values(target: TableName, columns: Iterable[Column]) -> str:
    """Return the query for the distinct values that need a conversion in Python: ``NAME`` and ``VALUE``, JSON text.

    :param target: the table to read.
    :param columns: the columns to backfill.
    """
    return "\nUNION ALL ".join(
        f'SELECT DISTINCT {_text(column.name)} AS "NAME", {_json(column)} AS "VALUE" FROM {target.sql} '
        f"WHERE {_json(column)} <> 'null' AND NOT ({_alike(column)})"
        for column in columns
    )


def fill_converted(target: TableName, column: Column, staging: str) -> str:
    """Return the MERGE of converted values into one column.

    :param target: the table to change.
    :param column: the column to backfill.
    :param staging: the staging table of the conversions, with NAME, VALUE and CONVERTED.
    """
    cast = "" if column.kind is Kind.JSON else f"::{column.kind.value}"
    name = quoted(column.name)
    differs = _differs(column.kind, f"t.{name}", 's."CONVERTED"')
    return (
        f'MERGE INTO {target.sql} t USING (\nSELECT R:"VALUE"::VARCHAR AS "VALUE", R:"CONVERTED"{cast} AS "CONVERTED"\n'
        f'FROM {quoted(staging)} WHERE R:"NAME"::VARCHAR = {_text(column.name)}\n'
        f') s ON {_json(column, "t.")} = s."VALUE" AND {differs}\n'
        f'WHEN MATCHED THEN UPDATE SET {name} = s."CONVERTED"'
    )


def note(state: TableName) -> str:
    """Return the UPDATE of TABLE_COLUMNS. Bind the definitions as JSON text, the table's name and the version read.

    :param state: the full name of BACKLOG_SYNC_STATE.
    """
    return (
        f'UPDATE {state.sql} SET "TABLE_COLUMNS" = PARSE_JSON(%s) '
        'WHERE "TABLE_NAME" = %s AND "VERSION" = %s::NUMBER(38,0)'
    )


def unlike(shown: Mapping[str, object], kind: Kind) -> bool:
    """Return whether a column's type differs from a kind.

    :param shown: the column's ``data_type`` from SHOW COLUMNS, parsed.
    :param kind: the wanted type.
    """
    return shown.get("type") != SHOWN[kind] or (kind is Kind.INTEGER and shown.get("scale") != 0)


def _cast(column: Column) -> str:
    cast = "" if column.kind is Kind.JSON else f"::{column.kind.value}"
    return (
        f"CASE WHEN {_alike(column)} THEN {_value(column)}{cast} "
        f"WHEN COALESCE({_json(column)}, 'null') = 'null' THEN NULL ELSE {quoted(column.name)} END"
    )


def _alike(column: Column) -> str:
    return "1 = 0" if column.convert else ALIKE[column.kind].format(_json(column))


def _differs(kind: Kind, one: str, other: str) -> str:
    if kind is Kind.JSON:
        one, other = f"TO_JSON({one})", f"TO_JSON({other})"
    return f"{one} IS DISTINCT FROM {other}"


def _json(column: Column, prefix: str = "") -> str:
    return f"TO_JSON({_value(column, prefix)})"


def _value(column: Column, prefix: str = "") -> str:
    return f'{prefix}"RAW":' + ".".join(map(quoted, column.path.split(".")))


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

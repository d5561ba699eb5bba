"""The statements about tables that were made for other columns: what they have, what to add, and how to fill it.

A column is filled from the record that each row carries. A value that SQL reads as a load does is cast where it is; any
other, and all of a column with a conversion of its own, are fetched once each, converted as a load converts them, and
merged back. So a column that came later holds what a fresh load would have written, rows of deleted records included.
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

# What SHOW COLUMNS calls the type of each kind; FIXED has a scale, too.
SHOWN = {
    Kind.INTEGER: "FIXED",
    Kind.DECIMAL: "REAL",
    Kind.TEXT: "TEXT",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.INSTANT: "TIMESTAMP_TZ",
    Kind.DATE: "DATE",
    Kind.JSON: "VARIANT",
}
# The JSON of those values of which a cast makes the same as ``shaping.values``, as a condition on J. Days are read by
# the nearest midnight, which is no cast.
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
    """Return how this release makes each column of the endpoint's table, and which columns its ledger has."""
    made = {column.name: _definition(column) for column in endpoint.columns}
    tail = {name: kind.value for name, kind in merge_sql.TAIL}
    return {**made, **tail, merge_sql.RUNS_TABLE: " ".join(merge_sql.RUNS_COLUMNS)}


def beyond_records(endpoint: Endpoint, noted: Mapping[str, str]) -> list[str]:
    """Return the columns that a table lacks, or has otherwise, and whose values are not in the rows' records.

    :param noted: how the table's columns are made.
    """
    made = definitions(endpoint)
    return [c.name for c in endpoint.columns if c.is_of_parent and noted.get(c.name) != made[c.name]]


def noted(endpoint: Endpoint) -> str:
    """Return these definitions as the state of a table has them, JSON."""
    return orjson.dumps(definitions(endpoint), option=orjson.OPT_SORT_KEYS).decode()


def shape_of(endpoint: Endpoint) -> str:
    """Return the digest of these definitions, which marks carry."""
    return blake2b(noted(endpoint).encode(), digest_size=8).hexdigest()


def _definition(column: Column) -> str:
    convert: Any = column.convert
    by = f" by {getattr(convert, '__qualname__', type(convert).__name__)}" if convert else ""
    return f"{column.kind.value} {column.path}{by}"


def show(target: TableName) -> str:
    """Return the statement that lists a table's columns; it takes no warehouse."""
    return f"SHOW COLUMNS IN TABLE {target.sql}"


def add(target: TableName, name: str, kind: Kind) -> str:
    """Return the DDL that adds a column, where it is not there yet."""
    return f"ALTER TABLE {target.sql} ADD COLUMN IF NOT EXISTS {quoted(name)} {kind.value}"


def fill(target: TableName, columns: Iterable[Column]) -> str:
    """Return the update of columns from the records, as far as casts read them; of rows that differ, and no others."""
    values = {column: _cast(column) for column in columns}
    sets = ", ".join(f"{quoted(column.name)} = {value}" for column, value in values.items())
    differ = " OR ".join(_differs(column.kind, quoted(column.name), value) for column, value in values.items())
    return f'UPDATE {target.sql} SET {sets}\nWHERE "RAW" IS NOT NULL AND ({differ})'


def other_values(target: TableName, columns: Iterable[Column]) -> str:
    """Return the query for the values that no cast reads, each once: the column's name, and the value as JSON."""
    return "\nUNION ALL ".join(
        f'SELECT DISTINCT {_text(column.name)} AS "NAME", {_json(column)} AS "VALUE" FROM {target.sql} '
        f"WHERE {_json(column)} <> 'null' AND NOT ({_alike(column)})"
        for column in columns
    )


def fill_converted(target: TableName, column: Column, staging: str) -> str:
    """Return the MERGE of staged conversions, rows of NAME, VALUE and CONVERTED, into one column."""
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
    """Return the note that a table has its columns; to bind: them as JSON, its name, the version of its state."""
    return (
        f'UPDATE {state.sql} SET "TABLE_COLUMNS" = PARSE_JSON(%s) '
        'WHERE "TABLE_NAME" = %s AND "VERSION" = %s::NUMBER(38,0)'
    )


def unlike(shown: Mapping[str, object], kind: Kind) -> bool:
    """Return whether a column is of another type than a kind's; its ``data_type`` as SHOW COLUMNS tells it."""
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

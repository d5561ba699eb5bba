"""Every statement that a load sends, made from the endpoint's columns. Values are bound, names are quoted.

The texts keep to what Snowflake and the local stand-in read alike: a staging table of a single VARIANT, casts in the
source of a MERGE and plain columns in its branches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_provider.load.identifiers import quoted
from backlog_provider.model.endpoint import OF_PARENT, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backlog_provider.load.identifiers import TableName
    from backlog_provider.model.endpoint import Endpoint

STATE_TABLE = "BACKLOG_SYNC_STATE"
# One row per table: how far it is loaded, which table that was, when a load last changed rows of it, whether it has a
# history (null where it has none, false where that is not whole yet), and how its columns are made.
STATE_COLUMNS = {
    "TABLE_NAME": Kind.TEXT,
    "ENDPOINT": Kind.TEXT,
    "SPACE": Kind.TEXT,
    "HIGH_WATER_MARK": Kind.TEXT,
    "READ_CURSOR": Kind.JSON,
    "VERSION": Kind.INTEGER,
    "TABLE_CREATED": Kind.TEXT,
    "ROWS_AT": Kind.INSTANT,
    "HISTORY": Kind.BOOLEAN,
    "TABLE_COLUMNS": Kind.JSON,
    "_SYNCED_AT": Kind.INSTANT,
    "_RUN_ID": Kind.TEXT,
}
RUNS_TABLE = "BACKLOG_SYNC_RUNS"
# One row per load that wrote something.
RUNS_COLUMNS = {
    "RUN_ID": Kind.TEXT,
    "DAG_ID": Kind.TEXT,
    "TASK_ID": Kind.TEXT,
    "ENDPOINT": Kind.TEXT,
    "TABLE_NAME": Kind.TEXT,
    "MODE": Kind.TEXT,
    "STARTED_AT": Kind.INSTANT,
    "FINISHED_AT": Kind.INSTANT,
    "REQUESTS": Kind.INTEGER,
    "ROWS_READ": Kind.INTEGER,
    "ROWS_INSERTED": Kind.INTEGER,
    "ROWS_UPDATED": Kind.INTEGER,
    "ROWS_DELETED": Kind.INTEGER,
    "COUNT_DIFFERENCE": Kind.INTEGER,
    "MARK_BEFORE": Kind.TEXT,
    "MARK_AFTER": Kind.TEXT,
    "QUERY_IDS": Kind.JSON,
}
# How many lines came before this one: of two copies of a record the later one wins.
SEQUENCE = "_SEQ"
# The record, in a staged row as in a table; in a staged row, columns are taken out of it, and where that takes another
# value than was sent, the record as it was sent is there, too.
RAW, SENT = "RAW", "_SENT"
# What every table ends with.
TAIL = (
    (RAW, Kind.JSON),
    ("_SYNCED_AT", Kind.INSTANT),
    ("_RUN_ID", Kind.TEXT),
    ("_DELETED_AT", Kind.INSTANT),
)


def create_table(endpoint: Endpoint, target: TableName) -> str:
    """Return the DDL of the endpoint's table."""
    return create(target, table_columns(endpoint))


def table_columns(endpoint: Endpoint) -> dict[str, Kind]:
    """Return the columns of the endpoint's table."""
    return {**endpoint.kinds, **dict(TAIL)}


def create_state_table(state: TableName) -> str:
    """Return the DDL of the table of marks."""
    return create(state, STATE_COLUMNS)


def create_runs_table(runs: TableName) -> str:
    """Return the DDL of the ledger of loads."""
    return create(runs, RUNS_COLUMNS)


def insert_run(runs: TableName) -> str:
    """Return the insert of a load into the ledger; a value to bind for each column, JSON as text."""
    values = ", ".join("PARSE_JSON(%s)" if kind is Kind.JSON else f"%s{_cast(kind)}" for kind in RUNS_COLUMNS.values())
    return f"INSERT INTO {runs.sql} ({_list(RUNS_COLUMNS)}) SELECT {values}"


def use_schema(target: TableName) -> str:
    """Return the statement that makes the table's schema the current one: that is where temporary things live."""
    return f"USE SCHEMA {quoted(target.database)}.{quoted(target.schema)}"


def show_table(target: TableName) -> str:
    """Return the statement that lists tables of about this name; one value to bind, the name."""
    return f"SHOW TABLES LIKE %s IN SCHEMA {quoted(target.database)}.{quoted(target.schema)}"


def select_state(state: TableName) -> str:
    """Return the query for a table's state; one value to bind, its name.

    It names no columns, and so tells which ones a table of an earlier release lacks.
    """
    return f'SELECT * FROM {state.sql} WHERE "TABLE_NAME" = %s'


def select_since(target: TableName) -> str:
    """Return the query for a row written at a moment or later; one value to bind, the moment."""
    return f'SELECT 1 AS "FOUND" FROM {target.sql} WHERE "_SYNCED_AT" >= %s::TIMESTAMP_TZ LIMIT 1'


def select_tables(state: TableName) -> str:
    """Return the query for the tables of a space; one value to bind, the space."""
    return f'SELECT "TABLE_NAME", "ENDPOINT", "HISTORY" FROM {state.sql} WHERE "SPACE" = %s ORDER BY "TABLE_NAME"'


def touch_state(state: TableName) -> str:
    """Return the update of the moment at which rows of a table last changed; two values to bind, moment and table."""
    return f'UPDATE {state.sql} SET "ROWS_AT" = %s::TIMESTAMP_TZ WHERE "TABLE_NAME" = %s'


def update_state(state: TableName) -> str:
    """Return the compare-and-set of a state row: it changes one row, or none where another run was first."""
    return (
        f'UPDATE {state.sql} SET "SPACE" = %s, "HIGH_WATER_MARK" = %s, "READ_CURSOR" = PARSE_JSON(%s), '
        '"VERSION" = %s, "TABLE_CREATED" = %s, "ROWS_AT" = COALESCE(%s::TIMESTAMP_TZ, "ROWS_AT"), '
        '"HISTORY" = %s::BOOLEAN, "TABLE_COLUMNS" = PARSE_JSON(%s), "_SYNCED_AT" = %s::TIMESTAMP_TZ, "_RUN_ID" = %s '
        'WHERE "TABLE_NAME" = %s AND "ENDPOINT" = %s AND "VERSION" = %s::NUMBER(38,0)'
    )


def insert_state(state: TableName) -> str:
    """Return the first write of a state row: it inserts one row, or none where another run was first."""
    return (
        f'INSERT INTO {state.sql} ("SPACE", "HIGH_WATER_MARK", "READ_CURSOR", "VERSION", "TABLE_CREATED", "ROWS_AT", '
        '"HISTORY", "TABLE_COLUMNS", "_SYNCED_AT", "_RUN_ID", "TABLE_NAME", "ENDPOINT") '
        "SELECT %s, %s, PARSE_JSON(%s), %s, %s, %s::TIMESTAMP_TZ, %s::BOOLEAN, PARSE_JSON(%s), "
        "%s::TIMESTAMP_TZ, %s, %s, %s "
        f'WHERE NOT EXISTS (SELECT 1 FROM {state.sql} WHERE "TABLE_NAME" = %s)'
    )


def forget_state(state: TableName) -> str:
    """Return the update that takes a table's mark away; two values to bind, its name and the version to change."""
    return (
        f'UPDATE {state.sql} SET "HIGH_WATER_MARK" = NULL, "READ_CURSOR" = NULL, "ROWS_AT" = NULL, '
        '"HISTORY" = CASE WHEN "HISTORY" IS NULL THEN NULL ELSE FALSE END, '
        '"VERSION" = "VERSION" + 1 WHERE "TABLE_NAME" = %s AND "VERSION" = %s::NUMBER(38,0)'
    )


def write_history(state: TableName) -> str:
    """Return the compare-and-set of whether a table has a history; to bind: that, its name, the version to change."""
    return (
        f'UPDATE {state.sql} SET "HISTORY" = %s::BOOLEAN, "VERSION" = "VERSION" + 1 '
        'WHERE "TABLE_NAME" = %s AND "VERSION" = %s::NUMBER(38,0)'
    )


def create_stage(name: str) -> str:
    """Return the DDL of the internal stage of one session; its name is our own, and goes without quotes."""
    return f"CREATE TEMPORARY STAGE IF NOT EXISTS {name} FILE_FORMAT = (TYPE = JSON)"


def create_staging_table(name: str) -> str:
    """Return the DDL of an empty staging table; unqualified, it lives and dies with the session."""
    return f"CREATE OR REPLACE TEMPORARY TABLE {quoted(name)} (R VARIANT)"


def put(path: str, stage: str, folder: str) -> str:
    """Return the upload of one compressed file into a folder of the stage."""
    source = path.replace("\\", "\\\\").replace("'", "\\'")
    return f"PUT 'file://{source}' @{stage}/{folder}/ AUTO_COMPRESS = FALSE SOURCE_COMPRESSION = GZIP OVERWRITE = TRUE"


def copy(stage: str, folder: str, staging: str) -> str:
    """Return the COPY of a folder of the stage, all of it or nothing."""
    return f"COPY INTO {quoted(staging)} FROM @{stage}/{folder}/ FILE_FORMAT = (TYPE = JSON) ON_ERROR = ABORT_STATEMENT"


def merge(endpoint: Endpoint, target: TableName, staging: str) -> str:
    """Return the MERGE of the staging table; two values to bind, the moment and the id of the run.

    Of several copies of a record the newest version wins, then the latest read. A row is touched only if its record
    differs, and never by an older version.
    """
    names = [c.name for c in endpoint.columns] + [RAW, "_SYNCED_AT", "_RUN_ID"]
    keys = " AND ".join(f"t.{quoted(k)} = s.{quoted(k)}" for k in endpoint.key)
    updates = ", ".join(f"{quoted(n)} = s.{quoted(n)}" for n in names if n not in endpoint.key)
    return (
        f"MERGE INTO {target.sql} t USING (\n{_source(endpoint, staging)}\n) s ON {keys}\n"
        f'WHEN MATCHED AND {_is_news(endpoint)} THEN UPDATE SET {updates}, "_DELETED_AT" = NULL\n'
        f"WHEN NOT MATCHED THEN INSERT ({_list(names)}) VALUES ({_list(names, 's.')})"
    )


def staged(endpoint: Endpoint, staging: str) -> str:
    """Return the query for all staged copies of rows, numbered as read, to be written now.

    Two values to bind, the moment and the id of the run.
    """
    return f'SELECT {_casts(endpoint)}, R:"{SEQUENCE}"::NUMBER(38,0) AS "N"\nFROM {quoted(staging)}'


def value(endpoint: Endpoint, name: str) -> str:
    """Return the value of a column in a staged row: what stands in the record is taken from there."""
    column = next(column for column in endpoint.columns if column.name == name)
    path = f'"{RAW}".{".".join(map(quoted, column.path.split(".")))}' if column.is_in_record else quoted(name)
    return f"R:{path}{_cast(column.kind)}"


def _casts(endpoint: Endpoint) -> str:
    casts = [f"{value(endpoint, c.name)} AS {quoted(c.name)}" for c in endpoint.columns]
    casts += [f'COALESCE(R:"{SENT}", R:"{RAW}") AS "{RAW}"', '%s::TIMESTAMP_TZ AS "_SYNCED_AT"', '%s AS "_RUN_ID"']
    return ", ".join(casts)


def _source(endpoint: Endpoint, staging: str) -> str:
    keys = ", ".join(value(endpoint, key) for key in endpoint.key)
    newest = f"{value(endpoint, endpoint.version)} DESC NULLS LAST, " if endpoint.version else ""
    return (
        f"SELECT {_casts(endpoint)}\nFROM {quoted(staging)}\n"
        f'QUALIFY ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY {newest}R:"{SEQUENCE}"::NUMBER(38,0) DESC) = 1'
    )


def _is_news(endpoint: Endpoint) -> str:
    # What comes from the parent changes without the record: an attachment moves with its issue.
    of_parent = [
        quoted(c.name) for c in endpoint.columns if c.path.startswith(OF_PARENT) and c.name not in endpoint.key
    ]
    moved = "".join(f" OR t.{name} IS DISTINCT FROM s.{name}" for name in of_parent)
    differs = f'(TO_JSON(t."RAW") IS DISTINCT FROM TO_JSON(s."RAW") OR t."_DELETED_AT" IS NOT NULL{moved})'
    if endpoint.version is None:
        return differs
    version = quoted(endpoint.version)
    return f"(t.{version} IS NULL OR s.{version} >= t.{version}) AND {differs}"


def create(target: TableName, columns: Mapping[str, Kind]) -> str:
    """Return the DDL of a table, where it is not there yet."""
    lines = ",\n  ".join(f"{quoted(name)} {kind.value}" for name, kind in columns.items())
    return f"CREATE TABLE IF NOT EXISTS {target.sql} (\n  {lines}\n)"


def _cast(kind: Kind) -> str:
    return "" if kind is Kind.JSON else f"::{kind.value}"


def _list(names: Iterable[str], prefix: str = "") -> str:
    return ", ".join(prefix + quoted(name) for name in names)

"""SQL of a load, generated from the endpoint's columns. Values are bound, names are quoted.

The statements use only SQL that both Snowflake and its local stand-in accept. So a staging table has a single VARIANT
column, and a MERGE casts in its source and uses plain columns in its branches.
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
# One row per table. READ_CURSOR is the position of the load. TABLE_CREATED identifies the table. ROWS_AT is the time of
# the last change to its rows. HISTORY is null without a history, and false until the history is complete. TABLE_COLUMNS
# holds the definitions of the columns.
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
# The number of rows that the load staged before this one. Of two copies of a record, the later one wins.
SEQUENCE = "_SEQ"
# RAW is the record, both in a staged row and in a table. The columns of a staged row are read from it. If a conversion
# changed a value in it, SENT holds the original record too.
RAW, SENT = "RAW", "_SENT"
# The last columns of every table.
TAIL = (
    (RAW, Kind.JSON),
    ("_SYNCED_AT", Kind.INSTANT),
    ("_RUN_ID", Kind.TEXT),
    ("_DELETED_AT", Kind.INSTANT),
)


def create_table(endpoint: Endpoint, target: TableName) -> str:
    """Return the DDL of an endpoint's table.

    :param endpoint: the endpoint.
    :param target: the table to create.
    """
    return create(target, table_columns(endpoint))


def table_columns(endpoint: Endpoint) -> dict[str, Kind]:
    """Return the types of the columns of an endpoint's table, by column name.

    :param endpoint: the endpoint.
    """
    return {**endpoint.kinds, **dict(TAIL)}


def create_state_table(state: TableName) -> str:
    """Return the DDL of BACKLOG_SYNC_STATE.

    :param state: its full name.
    """
    return create(state, STATE_COLUMNS)


def create_runs_table(runs: TableName) -> str:
    """Return the DDL of BACKLOG_SYNC_RUNS, the ledger of loads.

    :param runs: its full name.
    """
    return create(runs, RUNS_COLUMNS)


def insert_run(runs: TableName) -> str:
    """Return the INSERT of a load into the ledger. Bind a value for each of RUNS_COLUMNS, JSON as text.

    :param runs: the full name of BACKLOG_SYNC_RUNS.
    """
    values = ", ".join("PARSE_JSON(%s)" if kind is Kind.JSON else f"%s{_cast(kind)}" for kind in RUNS_COLUMNS.values())
    return f"INSERT INTO {runs.sql} ({_list(RUNS_COLUMNS)}) SELECT {values}"


def use_schema(target: TableName) -> str:
    """Return the statement that makes a table's schema the current one. Temporary tables and stages are created there.

    :param target: the table.
    """
    return f"USE SCHEMA {quoted(target.database)}.{quoted(target.schema)}"


def show_table(target: TableName) -> str:
    """Return the statement that lists tables by a name pattern. Bind the table's name.

    The result may contain other tables: LIKE ignores case and reads ``_`` as a wildcard.

    :param target: the table to look for, in its schema.
    """
    return f"SHOW TABLES LIKE %s IN SCHEMA {quoted(target.database)}.{quoted(target.schema)}"


def select_state(state: TableName) -> str:
    """Return the query for the state of a table. Bind the table's name.

    It selects all columns, so that the result shows which ones a state table of an earlier release lacks.

    :param state: the full name of BACKLOG_SYNC_STATE.
    """
    return f'SELECT * FROM {state.sql} WHERE "TABLE_NAME" = %s'


def select_since(target: TableName) -> str:
    """Return the query that finds one row written at a given time or later. Bind the time.

    :param target: the table to search.
    """
    return f'SELECT 1 AS "FOUND" FROM {target.sql} WHERE "_SYNCED_AT" >= %s::TIMESTAMP_TZ LIMIT 1'


def select_tables(state: TableName) -> str:
    """Return the query for the tables that hold a space. Bind the space.

    :param state: the full name of BACKLOG_SYNC_STATE.
    """
    return f'SELECT "TABLE_NAME", "ENDPOINT", "HISTORY" FROM {state.sql} WHERE "SPACE" = %s ORDER BY "TABLE_NAME"'


def touch_state(state: TableName) -> str:
    """Return the UPDATE of the time at which rows of a table last changed. Bind the time and the table's name.

    :param state: the full name of BACKLOG_SYNC_STATE.
    """
    return f'UPDATE {state.sql} SET "ROWS_AT" = %s::TIMESTAMP_TZ WHERE "TABLE_NAME" = %s'


def update_state(state: TableName) -> str:
    """Return the compare-and-set of a state row. It updates no row if another run changed the version first.

    :param state: the full name of BACKLOG_SYNC_STATE.
    """
    return (
        f'UPDATE {state.sql} SET "SPACE" = %s, "HIGH_WATER_MARK" = %s, "READ_CURSOR" = PARSE_JSON(%s), '
        '"VERSION" = %s, "TABLE_CREATED" = %s, "ROWS_AT" = COALESCE(%s::TIMESTAMP_TZ, "ROWS_AT"), '
        '"HISTORY" = %s::BOOLEAN, "TABLE_COLUMNS" = PARSE_JSON(%s), "_SYNCED_AT" = %s::TIMESTAMP_TZ, "_RUN_ID" = %s '
        'WHERE "TABLE_NAME" = %s AND "ENDPOINT" = %s AND "VERSION" = %s::NUMBER(38,0)'
    )


def insert_state(state: TableName) -> str:
    """Return the first INSERT of a state row. It inserts no row if another run inserted one first.

    :param state: the full name of BACKLOG_SYNC_STATE.
    """
    return (
        f'INSERT INTO {state.sql} ("SPACE", "HIGH_WATER_MARK", "READ_CURSOR", "VERSION", "TABLE_CREATED", "ROWS_AT", '
        '"HISTORY", "TABLE_COLUMNS", "_SYNCED_AT", "_RUN_ID", "TABLE_NAME", "ENDPOINT") '
        "SELECT %s, %s, PARSE_JSON(%s), %s, %s, %s::TIMESTAMP_TZ, %s::BOOLEAN, PARSE_JSON(%s), "
        "%s::TIMESTAMP_TZ, %s, %s, %s "
        f'WHERE NOT EXISTS (SELECT 1 FROM {state.sql} WHERE "TABLE_NAME" = %s)'
    )


def forget_state(state: TableName) -> str:
    """Return the UPDATE that resets a table's high-water mark and cursor. Bind the table's name and the version read.

    :param state: the full name of BACKLOG_SYNC_STATE.
    """
    return (
        f'UPDATE {state.sql} SET "HIGH_WATER_MARK" = NULL, "READ_CURSOR" = NULL, "ROWS_AT" = NULL, '
        '"HISTORY" = CASE WHEN "HISTORY" IS NULL THEN NULL ELSE FALSE END, '
        '"VERSION" = "VERSION" + 1 WHERE "TABLE_NAME" = %s AND "VERSION" = %s::NUMBER(38,0)'
    )


def write_history(state: TableName) -> str:
    """Return the compare-and-set of HISTORY. Bind the new value, the table's name and the version read.

    :param state: the full name of BACKLOG_SYNC_STATE.
    """
    return (
        f'UPDATE {state.sql} SET "HISTORY" = %s::BOOLEAN, "VERSION" = "VERSION" + 1 '
        'WHERE "TABLE_NAME" = %s AND "VERSION" = %s::NUMBER(38,0)'
    )


def create_stage(name: str) -> str:
    """Return the DDL of the session's temporary stage.

    :param name: a generated name, which needs no quotes.
    """
    return f"CREATE TEMPORARY STAGE IF NOT EXISTS {name} FILE_FORMAT = (TYPE = JSON)"


def create_staging_table(name: str) -> str:
    """Return the DDL of an empty temporary staging table.

    :param name: its name, unqualified: the table is created in the current schema and dropped with the session.
    """
    return f"CREATE OR REPLACE TEMPORARY TABLE {quoted(name)} (R VARIANT)"


def put(path: str, stage: str, folder: str) -> str:
    """Return the PUT of one gzip file into a folder of the stage.

    :param path: the local path of the file.
    :param stage: the name of the stage.
    :param folder: the folder in the stage.
    """
    source = path.replace("\\", "\\\\").replace("'", "\\'")
    return f"PUT 'file://{source}' @{stage}/{folder}/ AUTO_COMPRESS = FALSE SOURCE_COMPRESSION = GZIP OVERWRITE = TRUE"


def copy(stage: str, folder: str, staging: str) -> str:
    """Return the COPY of all files in a folder of the stage. One bad row aborts the whole statement.

    :param stage: the name of the stage.
    :param folder: the folder in the stage.
    :param staging: the staging table to fill.
    """
    return f"COPY INTO {quoted(staging)} FROM @{stage}/{folder}/ FILE_FORMAT = (TYPE = JSON) ON_ERROR = ABORT_STATEMENT"


def merge(endpoint: Endpoint, target: TableName, staging: str) -> str:
    """Return the MERGE of the staging table into the target. Bind the current time and the run ID.

    Of several copies of a record, the newest version wins, then the one read last. A row is updated only if its record
    differs, and never with an older version.

    :param endpoint: the endpoint of the table.
    :param target: the table to write.
    :param staging: the staging table.
    """
    names = [c.name for c in endpoint.columns] + [RAW, "_SYNCED_AT", "_RUN_ID"]
    keys = " AND ".join(f"t.{quoted(k)} = s.{quoted(k)}" for k in endpoint.key)
    updates = ", ".join(f"{quoted(n)} = s.{quoted(n)}" for n in names if n not in endpoint.key)
    return (
        f"MERGE INTO {target.sql} t USING (\n{_source(endpoint, staging)}\n) s ON {keys}\n"
        f'WHEN MATCHED AND {_has_changed(endpoint)} THEN UPDATE SET {updates}, "_DELETED_AT" = NULL\n'
        f"WHEN NOT MATCHED THEN INSERT ({_list(names)}) VALUES ({_list(names, 's.')})"
    )


def staged(endpoint: Endpoint, staging: str) -> str:
    """Return the query for all staged copies of rows, with their order of reading as ``N``.

    Bind the current time and the run ID.

    :param endpoint: the endpoint of the rows.
    :param staging: the staging table.
    """
    return f'SELECT {_casts(endpoint)}, R:"{SEQUENCE}"::NUMBER(38,0) AS "N"\nFROM {quoted(staging)}'


def value(endpoint: Endpoint, name: str) -> str:
    """Return the SQL expression for a column of a staged row. It reads from the record if the value is there.

    :param endpoint: the endpoint of the rows.
    :param name: the name of the column.
    """
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


def _has_changed(endpoint: Endpoint) -> str:
    # Parent columns can change while the record does not: an attachment moves with its issue.
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
    """Return the DDL that creates a table unless it exists.

    :param target: the table to create.
    :param columns: the types of its columns, by column name.
    """
    lines = ",\n  ".join(f"{quoted(name)} {kind.value}" for name, kind in columns.items())
    return f"CREATE TABLE IF NOT EXISTS {target.sql} (\n  {lines}\n)"


def _cast(kind: Kind) -> str:
    return "" if kind is Kind.JSON else f"::{kind.value}"


def _list(names: Iterable[str], prefix: str = "") -> str:
    return ", ".join(prefix + quoted(name) for name in names)

"""Schema evolution: add columns to tables of an earlier release, backfill them, and record that in the state.

BACKLOG_SYNC_STATE is updated in the same transaction as the backfill. If a run fails before its commit, the next run
backfills the columns again. This is idempotent and cheap, because only rows that differ are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from backlog_provider.exceptions import ConfigurationError, ResponseError
from backlog_provider.load.sql import schema_evolution as schema_sql
from backlog_provider.load.stage_file import StageFile, stage_folder
from backlog_provider.load.staging import Staging
from backlog_provider.transform.convert import converter

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from backlog_provider.load.identifiers import TableName
    from backlog_provider.load.session import Session
    from backlog_provider.model.endpoint import Column, Endpoint, Kind


def add_columns(session: Session, target: TableName, wanted: Mapping[str, Kind]) -> None:
    """Add the columns that a table lacks. Additional columns of users are kept.

    :param session: an open Snowflake session.
    :param target: the table to change.
    :param wanted: the types of the columns it needs, by column name.
    :raises ConfigurationError: if a column exists with another type.
    :raises LoadError: if a statement fails.
    """
    shown = session.run(f"list the columns of {target}", schema_sql.show(target))
    if not shown.rows:
        # In a dry run the table may not exist yet; the run would create it with all columns.
        return
    name, kind = shown.columns.index("column_name"), shown.columns.index("data_type")
    existing = {row[name]: orjson.loads(row[kind]) for row in shown.rows}
    for column in wanted:
        if column in existing and schema_sql.unlike(existing[column], wanted[column]):
            raise ConfigurationError(
                f"table: {target} has a column {column} of type {existing[column]['type']}, where "
                f"{wanted[column].value} is needed; rename or drop that column, or name another table"
            )
    add_missing(session, target, wanted, existing)


def add_missing(session: Session, target: TableName, wanted: Mapping[str, Kind], there: Collection[str]) -> None:
    """Add the columns that a table lacks, without a check of types.

    :param session: an open Snowflake session.
    :param target: the table to change.
    :param wanted: the types of the columns it needs, by column name.
    :param there: the names of its existing columns.
    :raises LoadError: if a statement fails.
    """
    for column in wanted:
        if column not in there:
            session.run(f"add a column to {target}", schema_sql.add(target, column, wanted[column]))


def evolve(
    session: Session,
    endpoint: Endpoint,
    tables: Mapping[TableName, Mapping[str, Kind]],
    *,
    noted: Mapping[str, str],
    note: Callable[[], None] | None = None,
) -> None:
    """Add and backfill the columns that tables of an endpoint lack.

    :param session: an open Snowflake session.
    :param endpoint: the endpoint of the tables.
    :param tables: for each table, the types of the columns it needs, by column name.
    :param noted: the definitions of the columns at their last backfill, by column name, as far as known.
    :param note: called in the transaction of the backfill, to record the new definitions.
    :raises ConfigurationError: if a column exists with another type.
    :raises ResponseError: if a column cannot hold the value of a record.
    :raises LoadError: if a statement fails.
    """
    for target, wanted in tables.items():
        add_columns(session, target, wanted)
    backfills = [ColumnBackfill(session, endpoint, target, noted) for target in tables]
    for backfill in backfills:
        backfill.convert()
    with session.transaction():
        for backfill in backfills:
            backfill.write()
        if note:
            note()


class ColumnBackfill:
    """The backfill of one table's columns whose definitions differ from this release.

    :param session: an open Snowflake session.
    :param endpoint: the endpoint of the table.
    :param target: the table to change.
    :param noted: the definitions of the columns at their last backfill, by column name, as far as known.
    """

    def __init__(self, session: Session, endpoint: Endpoint, target: TableName, noted: Mapping[str, str]) -> None:
        current = schema_sql.definitions(endpoint)
        self._session = session
        self._target = target
        self._columns = [
            column
            for column in endpoint.columns
            if column.name not in endpoint.key
            and not column.is_of_parent
            and noted.get(column.name) != current[column.name]
        ]
        self._staging = Staging(session)
        self._converted: list[Column] = []

    def convert(self) -> None:
        """Convert the values that SQL cannot cast, and upload the results.

        Call this before the transaction: the DDL of the staging table would commit it.

        :raises ResponseError: if a column cannot hold the value of a record.
        :raises LoadError: if a statement fails.
        """
        if not self._columns:
            return
        query = schema_sql.other_values(self._target, self._columns)
        rows = self._session.run(f"read {self._target}", query).rows
        by_name = {column.name: column for column in self._columns}
        conversions = [_convert(by_name[name], value) for name, value in rows]
        if not conversions:
            return
        self._converted = [column for column in self._columns if column.name in {row["NAME"] for row in conversions}]
        with stage_folder() as folder:
            file = StageFile(folder, "columns", 0)
            file.write(conversions)
            file.close()
            self._staging.upload(file)
            self._staging.create_table()

    def write(self) -> None:
        """Backfill the columns, inside the caller's transaction.

        :raises LoadError: if a statement fails.
        """
        run, what = self._session.run, f"fill columns of {self._target}"
        if self._columns:
            run(what, schema_sql.fill(self._target, self._columns))
        self._staging.copy()
        for column in self._converted:
            run(what, schema_sql.fill_converted(self._target, column, self._staging.table))


def _convert(column: Column, value: str) -> dict[str, Any]:
    try:
        converted = converter(column)(orjson.loads(value))
    except (ValueError, TypeError, OverflowError) as error:
        raise ResponseError(
            f"{column.path!r} is {value[:100]} in a record that is loaded, which cannot become {column.name} "
            f"{column.kind.value}: {error}"
        ) from None
    return {"NAME": column.name, "VALUE": value, "CONVERTED": converted}

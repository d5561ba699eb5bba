"""A table of an earlier release becomes one of this release: columns are added, then filled, then noted as filled.

The note, in BACKLOG_SYNC_STATE, is written in the transaction that fills. Whatever ends a run before that, the next one
finds columns that are not noted, and fills them; as only rows that differ are written, that costs no more than it must.
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
    """Add the columns that a table lacks; those that are nobody's here are left alone.

    :raises ConfigurationError: where one of them is there with another type.
    :raises LoadError: where Snowflake refuses.
    """
    shown = session.run(f"list the columns of {target}", schema_sql.show(target))
    if not shown.rows:
        # A rehearsal: the table is still to be made, with everything.
        return
    name, kind = shown.columns.index("column_name"), shown.columns.index("data_type")
    there = {row[name]: orjson.loads(row[kind]) for row in shown.rows}
    for column in wanted:
        if column in there and schema_sql.unlike(there[column], wanted[column]):
            raise ConfigurationError(
                f"table: {target} has a column {column} of type {there[column]['type']}, where "
                f"{wanted[column].value} is needed; rename or drop that column, or name another table"
            )
    add_missing(session, target, wanted, there)


def add_missing(session: Session, target: TableName, wanted: Mapping[str, Kind], there: Collection[str]) -> None:
    """Add the columns that are not among those that are there."""
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
    """Add and fill what tables of an endpoint lack.

    :param tables: the columns that each of them should have.
    :param noted: how their columns were made when they were last filled, as far as that is known.
    :param note: called in the transaction that fills them, to note that.
    :raises ConfigurationError: where a column is there with another type.
    :raises ResponseError: for a value in a record that a column cannot hold.
    :raises LoadError: where Snowflake refuses.
    """
    for target, wanted in tables.items():
        add_columns(session, target, wanted)
    fillings = [ColumnBackfill(session, endpoint, target, noted) for target in tables]
    for filling in fillings:
        filling.convert()
    with session.transaction():
        for filling in fillings:
            filling.write()
        if note:
            note()


class ColumnBackfill:
    """The columns of one table whose values are not known to be those of this release, on their way there.

    :param noted: what is known of the table's columns: how each was made when it was last filled.
    """

    def __init__(self, session: Session, endpoint: Endpoint, target: TableName, noted: Mapping[str, str]) -> None:
        made = schema_sql.definitions(endpoint)
        self._session = session
        self._target = target
        self._columns = [
            column
            for column in endpoint.columns
            if column.name not in endpoint.key
            and not column.is_of_parent
            and noted.get(column.name) != made[column.name]
        ]
        self._staging = Staging(session)
        self._converted: list[Column] = []

    def convert(self) -> None:
        """Convert what SQL cannot, and upload it: before the transaction, which a staging table would end.

        :raises ResponseError: for a value that the column's type cannot hold.
        :raises LoadError: where Snowflake refuses.
        """
        if not self._columns:
            return
        query = schema_sql.other_values(self._target, self._columns)
        rows = self._session.run(f"read {self._target}", query).rows
        by_name = {column.name: column for column in self._columns}
        found = [_converted(by_name[name], value) for name, value in rows]
        if not found:
            return
        self._converted = [column for column in self._columns if column.name in {row["NAME"] for row in found}]
        with stage_folder() as folder:
            file = StageFile(folder, "columns", 0)
            file.write(found)
            file.close()
            self._staging.upload(file)
            self._staging.create_table()

    def write(self) -> None:
        """Fill the columns.

        :raises LoadError: where Snowflake refuses.
        """
        run, what = self._session.run, f"fill columns of {self._target}"
        if self._columns:
            run(what, schema_sql.fill(self._target, self._columns))
        self._staging.copy()
        for column in self._converted:
            run(what, schema_sql.fill_converted(self._target, column, self._staging.table))


def _converted(column: Column, value: str) -> dict[str, Any]:
    try:
        made = converter(column)(orjson.loads(value))
    except (ValueError, TypeError, OverflowError) as error:
        raise ResponseError(
            f"{column.path!r} is {value[:100]} in a record that is loaded, which cannot become {column.name} "
            f"{column.kind.value}: {error}"
        ) from None
    return {"NAME": column.name, "VALUE": value, "CONVERTED": made}

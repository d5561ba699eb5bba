"""Columns that come later hold what a load would have written, whatever stands in the records."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlglot

from backlog_provider.catalogue import ACTIVITIES, CATALOGUE, Column, Endpoint, Kind
from backlog_provider.exceptions import ConfigurationError, ResponseError
from backlog_provider.load.identifiers import TableName
from backlog_provider.load.loader import Loader
from backlog_provider.load.session import Session
from backlog_provider.load.sql import schema_evolution as schema_sql
from backlog_provider.load.stage_file import StageFile
from backlog_provider.load.sync_state import Run
from backlog_provider.transform.staged_rows import staged_maker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Warehouse

TARGET = TableName("DB", 'odd "schema"', "T")


def load(folder: Path, warehouse: Warehouse, endpoint: Endpoint, table: str, *records: dict[str, Any]) -> None:
    """Prepare a table for an endpoint, and load records into it."""
    with closing(Session(warehouse.account.connect(schema=warehouse.schema))) as session:
        target = TableName("BACKLOG", warehouse.schema, table)
        loader = Loader(session, endpoint, target, space="example.backlog.com", run=Run("run", "dag", "task"))
        state = loader.prepare()
        if records:
            file = StageFile(folder, table, 0)
            file.write([staged_maker(endpoint)(record) for record in records])
            file.close()
            loader.stage(file)
            loader.merge(state, {"value": "a"}, lambda *_: None)


def rows(warehouse: Warehouse, table: str) -> list[str]:
    """All rows, by name of the column; without what differs by run."""
    names = sorted(row[2] for row in warehouse.query(f"SHOW COLUMNS IN TABLE {table}") if row[2] != "_SYNCED_AT")
    found = warehouse.query(f"SELECT {', '.join(names)} FROM {table}")
    return [repr(sorted(zip(names, row, strict=True))) for row in found]


def test_every_conversion_comes_out_as_a_load_makes_it(warehouse: Warehouse, tmp_path: Path) -> None:
    """Values that no cast reads as shaping does: days in two forms, milliseconds, numbers as text, text as numbers."""
    values = {
        "D1": (Kind.DATE, "2026-01-05T00:00:00Z"),
        "D2": (Kind.DATE, "2026-01-04T15:00:00Z"),
        "I1": (Kind.INSTANT, 1_767_225_600_123),
        "I2": (Kind.INSTANT, "2026-01-01T09:00:00+09:00"),
        "I3": (Kind.INSTANT, "2026-01-01T09:00:00Z"),
        "N1": (Kind.INTEGER, "12"),
        "N2": (Kind.INTEGER, 12.0),
        "N3": (Kind.INTEGER, 2**60 + 1),
        "F1": (Kind.DECIMAL, "1.5"),
        "F2": (Kind.DECIMAL, 1e21),
        "F3": (Kind.DECIMAL, 0.1),
        "T1": (Kind.TEXT, 1.0),
        "T2": (Kind.TEXT, True),
        "T3": (Kind.TEXT, "a'b\"c\\d\n課題 🎉 %s"),
        "T4": (Kind.TEXT, ""),
        "B1": (Kind.BOOLEAN, False),
        "J1": (Kind.JSON, {"a": [1, "x", None]}),
        "J2": (Kind.JSON, None),
        "J3": (Kind.JSON, ""),
        "C1": (Kind.TEXT, None),
    }
    made = tuple(Column(name, kind, f"odd.{name}") for name, (kind, _) in values.items())
    converted = Column("C2", Kind.JSON, "odd.J1", convert=lambda value: [value])
    later = replace(ACTIVITIES, columns=(*ACTIVITIES.columns, *made, converted))
    record = {"id": 1, "type": 1, "odd": {name: value for name, (_, value) in values.items()}}
    load(tmp_path, warehouse, ACTIVITIES, "T", record)
    load(tmp_path, warehouse, later, "T")
    load(tmp_path, warehouse, later, "FRESH", record)
    assert rows(warehouse, "T") == rows(warehouse, "FRESH") != []


def test_value_that_the_column_cannot_hold_is_one_error_that_shows_it(warehouse: Warehouse, tmp_path: Path) -> None:
    later = replace(ACTIVITIES, columns=(*ACTIVITIES.columns, Column("NUMBER", Kind.INTEGER, "odd")))
    load(tmp_path, warehouse, ACTIVITIES, "T", {"id": 1, "type": 1, "odd": "seven"})
    with pytest.raises(
        ResponseError, match="'odd' is \"seven\" in a record that is loaded, which cannot become NUMBER"
    ):
        load(tmp_path, warehouse, later, "T")


@pytest.mark.parametrize(
    ("column", "type_"),
    [("ACTIVITY_ID", "NUMBER(38,2)"), ("CREATED_AT", "TIMESTAMP_NTZ"), ("RAW", "VARCHAR"), ("PROJECT_NAME", "DATE")],
)
def test_column_of_another_type_is_refused(warehouse: Warehouse, tmp_path: Path, column: str, type_: str) -> None:
    warehouse.query(f"CREATE TABLE T ({column} {type_})")
    with pytest.raises(ConfigurationError, match=f"T has a column {column} of type .* rename or drop that column"):
        load(tmp_path, warehouse, ACTIVITIES, "T")


def test_table_that_somebody_has_made_with_some_of_the_columns_gets_the_others(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    warehouse.query("CREATE TABLE T (ACTIVITY_ID NUMBER(38,0), MINE VARCHAR)")
    record = {"id": 1, "type": 1}
    load(tmp_path, warehouse, ACTIVITIES, "T", record)
    assert warehouse.query("SELECT ACTIVITY_ID, ACTIVITY_TYPE, MINE FROM T") == [(1, "Issue Created", None)]


@pytest.mark.parametrize("endpoint", CATALOGUE.values(), ids=str)
def test_statements_are_one_statement_each(endpoint: Endpoint) -> None:
    of_convert = replace(endpoint.columns[-1], name='it\'s "odd"', convert=str)
    for sql in (
        schema_sql.show(TARGET),
        schema_sql.add(TARGET, 'odd "name"', Kind.TEXT),
        schema_sql.fill(TARGET, endpoint.columns),
        schema_sql.other_values(TARGET, [*endpoint.columns, of_convert]),
        schema_sql.fill_converted(TARGET, of_convert, "STAGING"),
        schema_sql.note(TARGET).replace("%s", "'x'"),
    ):
        assert len(sqlglot.parse(sql, read="snowflake")) == 1

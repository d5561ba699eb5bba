"""What version 0.1.0 has left behind is continued: columns, marks, cursors, names that users import.

``data/version-0.1.0.json`` was written by that version: for each endpoint the definitions of its columns, as the state
row has them, and the XCom of a run against the emulated space.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from backlog_emulator.server import running
from backlog_provider.catalogue import CATALOGUE
from backlog_provider.extract.stream import Reader
from backlog_provider.load.sql import schema_evolution
from backlog_provider.model.state import mark_from_xcom
from backlog_provider.operators.backlog_to_snowflake import BacklogToSnowflakeOperator
from backlog_provider.sync.run_mode import decide, may_start_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_emulator.emulator import Emulator
    from backlog_provider.api.client import Client

LEFT: dict[str, Any] = json.loads((Path(__file__).parent / "data/version-0.1.0.json").read_text())
LEDGER = "BACKLOG_SYNC_RUNS"
IMPORTS = {
    "airflow_dag": ("backlog_dag", "backlog_census_dag", "backlog_views_dag"),
    "airflow_spaces": ("backlog_space_dags",),
    "assets": ("table_alias",),
    "catalogue": ("CATALOGUE", "HOURLY", "Column", "Endpoint", "Kind", "Snapshot"),
    "exceptions": ("BacklogError",),
    "hooks.backlog": ("BacklogHook",),
    "operators.backlog_census": ("BacklogCensusOperator",),
    "operators.backlog_to_snowflake": ("BacklogToSnowflakeOperator",),
    "operators.backlog_views": ("BacklogViewsOperator",),
}


@pytest.fixture
def space() -> Iterator[Emulator]:
    with running(issues=60, seed=7, limit_read=100_000, limit_search=100_000) as emulator:
        yield emulator


@pytest.mark.parametrize("name", LEFT)
def test_columns_are_made_as_before_so_that_none_is_filled_again(name: str) -> None:
    before = LEFT[name]["columns"]
    now = json.loads(schema_evolution.noted(CATALOGUE[name]))
    assert {column: now.get(column) for column in before if column != LEDGER} == {
        column: how for column, how in before.items() if column != LEDGER
    }
    assert set(before[LEDGER].split()) <= set(now[LEDGER].split())


@pytest.mark.parametrize("name", LEFT)
def test_mark_is_believed_and_the_run_is_incremental(name: str) -> None:
    xcom = LEFT[name]["xcom"]
    mark = mark_from_xcom(xcom, {part: xcom[part] for part in ("endpoint", "table", "database", "schema", "space")})
    assert mark is not None
    assert may_start_from(mark, window=False, full_refresh=False)
    assert decide(mark.state, window=False, full_refresh=False).name == "incremental"


@pytest.mark.parametrize("name", LEFT)
def test_cursor_is_read_on_from(name: str, space: Emulator, client: Client) -> None:
    cursor = LEFT[name]["xcom"]["cursor"]
    for page in Reader(client, CATALOGUE[name]).pages(cursor):
        assert page.cursor.keys() >= {"value"}
        cursor = page.cursor
    assert cursor["value"] is not None


@pytest.mark.parametrize("module", IMPORTS)
def test_names_can_be_imported_from_where_the_documents_showed_them(module: str) -> None:
    found = importlib.import_module(f"backlog_provider.{module}")
    assert [name for name in IMPORTS[module] if not hasattr(found, name)] == []


def test_deferred_run_comes_back_to_the_method_that_its_trigger_names() -> None:
    assert callable(BacklogToSnowflakeOperator.resume)

"""Which assets a task tells of, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk import Asset, AssetAlias
from tests.conftest import Runs, edit

from backlog_provider.assets import table_alias, table_asset
from backlog_provider.exceptions import ConfigurationError
from backlog_provider.load.identifiers import TableName
from backlog_provider.operators.backlog_census import BacklogCensusOperator
from backlog_provider.operators.backlog_to_snowflake import BacklogToSnowflakeOperator

if TYPE_CHECKING:
    from tests.conftest import Warehouse

    from backlog_emulator.emulator import Emulator


def told(run: Runs) -> dict[str, dict[str, Any]]:
    """The events of the last run: table to extra, after checking alias and address."""
    found = {}
    for alias in run.events:
        for event in run.events[alias].asset_alias_events:
            start, _, table = event.dest_asset_key.uri.rpartition("/")
            assert start.startswith("snowflake://local/BACKLOG/T_")
            assert event.source_alias_name == alias.name == f"{table}@snowflake_default"
            found[table] = event.extra
    return found


def test_load_that_writes_rows_tells_of_its_table_and_one_that_finds_nothing_does_not(
    run: Runs, warehouse: Warehouse
) -> None:
    done = run("issues")
    assert told(run) == {
        "BACKLOG_ISSUES": {
            "endpoint": "issues",
            "mode": "full",
            "rows_inserted": done["rows_inserted"],
            "rows_updated": 0,
            "rows_deleted": 0,
            "mark_after": done["mark_after"],
        }
    }
    [event] = run.events[table_alias("issues")].asset_alias_events
    assert event.dest_asset_key.uri == f"snowflake://local/BACKLOG/{warehouse.schema}/BACKLOG_ISSUES"
    assert run("issues")["mode"] == "noop"
    assert told(run) == {}
    # It reads, and finds every record as it is.
    assert run("issues", full_refresh=True)["rows_read"] > 0
    assert told(run) == {}


def test_window_tells_of_what_it_has_written_and_a_plan_of_nothing(run: Runs) -> None:
    run("issues", plan_only=True)
    assert told(run) == {}
    assert run("issues", since="2020-01-01")["mode"] == "window"
    assert told(run)["BACKLOG_ISSUES"]["mode"] == "window"


def test_activities_tell_of_the_tables_in_which_they_have_marked_rows(run: Runs, space: Emulator) -> None:
    for endpoint in ("issues", "activities"):
        run(endpoint)
    edit(space, op="delete_issue", id="oldest")
    assert run("activities")["rows_deleted"] == 1
    assert set(told(run)) == {"BACKLOG_ACTIVITIES", "BACKLOG_ISSUES"}
    assert told(run)["BACKLOG_ISSUES"] == {"endpoint": "activities", "mode": "incremental"}


def test_census_tells_of_what_it_has_marked(run: Runs, space: Emulator) -> None:
    run("issues")
    run("issues", operator=BacklogCensusOperator)
    assert told(run) == {}
    edit(space, op="delete_issue", id="oldest")
    assert run("issues", operator=BacklogCensusOperator)["rows_deleted"] == 1
    assert told(run)["BACKLOG_ISSUES"]["rows_deleted"] == 1


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({}, "BACKLOG_ISSUES@snowflake_default"),
        ({"schema": "other"}, "OTHER.BACKLOG_ISSUES@snowflake_default"),
        ({"schema": "s", "database": "d", "table": "t"}, "D.S.T@snowflake_default"),
        ({"database": "d"}, "D..BACKLOG_ISSUES@snowflake_default"),
        ({"snowflake_conn_id": "b", "schema": "{{ params.schema }}"}, "*.BACKLOG_ISSUES@b"),
    ],
)
def test_alias_is_named_by_what_the_dag_file_says_and_is_among_the_outlets(
    arguments: dict[str, Any], name: str
) -> None:
    own = Asset("mine")
    task = BacklogToSnowflakeOperator(task_id="t", endpoint="issues", outlets=[own], **arguments)
    assert task.outlets == [own, AssetAlias(name)] == [own, table_alias("issues", **arguments)]


def test_alias_of_what_is_no_endpoint_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="issue"):
        table_alias("issue")


def test_address_of_a_table_is_one_that_airflow_takes_whatever_its_name() -> None:
    assert (
        table_asset("org-acc", TableName("D", "a/b c", "é?#$")).uri == "snowflake://org-acc/D/a%2Fb%20c/%C3%A9%3F%23$"
    )

"""The operator, from an emulated space into a local Snowflake: what a run loads, and what mark it leaves."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest
from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException, AirflowSkipException
from tests.conftest import CORE, Runs, edit

from backlog_provider.catalogue import Column, Endpoint, Kind, Snapshot
from backlog_provider.load.loader import Loader

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Warehouse

    from backlog_emulator.emulator import Emulator
    from backlog_provider.load.stage_file import StageFile

SUMMARY = {
    "endpoint",
    "table",
    "mode",
    "requests",
    "rows_read",
    "count_difference",
    "rows_inserted",
    "rows_updated",
    "rows_deleted",
    "started_at",
    "finished_at",
    "mark_before",
    "mark_after",
    "query_ids",
}


@pytest.mark.parametrize("endpoint", CORE)
def test_first_run_loads_everything(run: Runs, endpoint: str, assert_equal_to_truth: Callable[..., None]) -> None:
    summary = run(endpoint)
    assert set(summary) == SUMMARY
    assert summary["mode"] == "full"
    assert summary["rows_read"] == summary["rows_inserted"] > 0
    assert (summary["mark_before"], summary["rows_updated"], summary["rows_deleted"]) == (None, 0, 0)
    assert_equal_to_truth(endpoint)


@pytest.mark.parametrize("endpoint", CORE)
def test_run_that_finds_nothing_new_sends_nothing_that_needs_a_warehouse(
    run: Runs, warehouse: Warehouse, endpoint: str
) -> None:
    first = run(endpoint)
    warehouse.account.clear_statements()
    second = run(endpoint)
    assert second["mode"] == "noop"
    assert second["mark_before"] == second["mark_after"] == first["mark_after"]
    statements = [sql.split()[0] for _, sql in warehouse.account.statements()]
    # Snowflake answers both from its metadata.
    assert statements == ["ALTER", "SHOW"]


def test_increment_reads_only_what_changed(
    run: Runs, space: Emulator, assert_equal_to_truth: Callable[..., None]
) -> None:
    for endpoint in CORE:
        run(endpoint)
    done = space.space.advance(days=5)
    issues, activities = run("issues"), run("activities")
    assert issues["mode"] == activities["mode"] == "incremental"
    assert issues["rows_inserted"] == done["issues_created"]
    assert issues["rows_read"] == issues["rows_inserted"] + issues["rows_updated"]
    assert activities["rows_read"] == activities["rows_inserted"]
    # The list of projects, and one page.
    assert issues["requests"] == activities["requests"] == 2
    assert_equal_to_truth()


def test_mark_in_xcom_names_endpoint_table_and_value(run: Runs, warehouse: Warehouse) -> None:
    summary = run("issues")
    mark = run.mark("issues")
    assert (mark["endpoint"], mark["table"], mark["value"]) == ("issues", "BACKLOG_ISSUES", summary["mark_after"])
    assert warehouse.state("BACKLOG_ISSUES") == (summary["mark_after"], mark["version"])


def test_run_without_xcoms_goes_on_from_the_state(run: Runs, space: Emulator) -> None:
    first = run("issues")
    run.xcoms.clear()
    space.space.advance(days=1)
    second = run("issues")
    assert second["mode"] == "incremental"
    assert second["mark_before"] == first["mark_after"]


def test_stale_xcom_gives_way_to_the_state(
    run: Runs, space: Emulator, assert_equal_to_truth: Callable[..., None]
) -> None:
    run("issues")
    stale = dict(run.xcoms)
    space.space.advance(days=1)
    newer = run("issues")
    run.xcoms = stale
    space.space.advance(days=1)
    assert run("issues")["mark_before"] == newer["mark_after"]
    assert_equal_to_truth("issues")


@pytest.mark.parametrize("days", [0, 1])
@pytest.mark.parametrize("endpoint", CORE)
def test_dropped_table_is_read_again_whole_whether_or_not_anything_changed(
    run: Runs,
    space: Emulator,
    warehouse: Warehouse,
    endpoint: str,
    days: int,
    assert_equal_to_truth: Callable[..., None],
) -> None:
    run(endpoint)
    warehouse.query(f"DROP TABLE BACKLOG_{endpoint.upper()}")
    space.space.advance(days=days)
    assert run(endpoint)["mode"] == "full"
    assert_equal_to_truth(endpoint)


def test_table_restored_to_a_day_before_is_read_again(
    run: Runs, space: Emulator, warehouse: Warehouse, assert_equal_to_truth: Callable[..., None]
) -> None:
    run("issues")
    warehouse.query("CREATE TABLE YESTERDAY CLONE BACKLOG_ISSUES")
    space.space.advance(days=3)
    run("issues")
    warehouse.query("DROP TABLE BACKLOG_ISSUES")
    warehouse.query("ALTER TABLE YESTERDAY RENAME TO BACKLOG_ISSUES")
    space.space.advance(days=1)
    assert run("issues")["mode"] == "full"
    assert_equal_to_truth("issues")


def test_another_schema_is_another_table_with_a_mark_of_its_own(run: Runs, warehouse: Warehouse) -> None:
    run("issues")
    assert run("issues", schema=f"{warehouse.schema}_OTHER")["mode"] == "full"
    assert run("issues")["mode"] == "noop"


def test_ledger_has_a_row_for_each_load_that_wrote_something(run: Runs, space: Emulator, warehouse: Warehouse) -> None:
    first = run("issues")
    run("issues")
    space.space.advance(days=2)
    second = run("issues")
    window = run("issues", since="2025-11-01", until="2025-11-05")
    rows = warehouse.query(
        "SELECT TASK_ID, MODE, REQUESTS, ROWS_READ, ROWS_INSERTED, ROWS_UPDATED, MARK_BEFORE, MARK_AFTER "
        "FROM BACKLOG_SYNC_RUNS ORDER BY STARTED_AT"
    )
    names = ("endpoint", "mode", "requests", "rows_read", "rows_inserted", "rows_updated", "mark_before", "mark_after")
    assert rows == [tuple(summary[name] for name in names) for summary in (first, second, window)]


def test_full_refresh_reads_everything_again_and_sets_the_mark_anew(run: Runs, space: Emulator) -> None:
    run("issues")
    again = run("issues", full_refresh=True)
    assert again["mode"] == "full"
    assert again["rows_read"] == len(space.space.issues)
    # Nothing differs, so no row is touched.
    assert again["rows_inserted"] == again["rows_updated"] == 0
    assert run("issues")["mode"] == "noop"


def test_window_loads_its_part_and_leaves_the_mark_alone(run: Runs, space: Emulator, warehouse: Warehouse) -> None:
    since, until = "2025-10-01", "2025-11-01T00:00:00Z"
    summary = run("issues", since=since, until=until)
    expected = {
        issue.id
        for issue in space.space.issues.values()
        if datetime(2025, 10, 1, tzinfo=timezone.utc) <= issue.updated < datetime(2025, 11, 1, tzinfo=timezone.utc)
    }
    assert summary["mode"] == "window"
    assert summary["mark_before"] is summary["mark_after"] is None
    assert set(warehouse.records("BACKLOG_ISSUES")) == expected != set()
    assert run.mark("issues") is None
    assert warehouse.query("SELECT * FROM BACKLOG_SYNC_STATE") == []


def test_window_of_activities_is_found_without_reading_up_to_it(
    run: Runs, space: Emulator, warehouse: Warehouse
) -> None:
    since, until = datetime(2025, 12, 20, tzinfo=timezone.utc), datetime(2025, 12, 27, tzinfo=timezone.utc)
    summary = run("activities", since=since, until=until)
    expected = {a.id for a in space.space.activities if since <= a.created < until}
    assert set(warehouse.records("BACKLOG_ACTIVITIES")) == expected != set()
    assert summary["requests"] < 40


def test_run_after_a_window_continues_from_the_last_ordinary_run(
    run: Runs, space: Emulator, assert_equal_to_truth: Callable[..., None]
) -> None:
    run("issues")
    mark = run.mark("issues")
    space.space.advance(days=3)
    run("issues", since="2025-01-01", until="2025-03-01")
    assert run.mark("issues") == mark
    assert run("issues")["mark_before"] == mark["value"]
    assert_equal_to_truth("issues")


def test_backfill_loads_its_data_interval(run: Runs, space: Emulator, warehouse: Warehouse) -> None:
    start, end = datetime(2025, 12, 1, tzinfo=timezone.utc), datetime(2025, 12, 8, tzinfo=timezone.utc)
    summary = run("issues", run_type="backfill", interval=(start, end))
    expected = {issue.id for issue in space.space.issues.values() if start <= issue.updated < end}
    assert summary["mode"] == "window"
    assert set(warehouse.records("BACKLOG_ISSUES")) == expected
    assert run.mark("issues") is None


def test_backfill_skips_what_has_no_times(run: Runs) -> None:
    moment = datetime(2025, 12, 1, tzinfo=timezone.utc)
    with pytest.raises(AirflowSkipException, match="projects have no times"):
        run("projects", run_type="backfill", interval=(moment, moment))


def test_project_keys_narrow_what_is_read(run: Runs, space: Emulator, warehouse: Warehouse) -> None:
    project = next(iter(space.space.projects.values()))
    for endpoint in ("projects", "issues", "activities"):
        run(endpoint, project_keys=[project.key])
    assert set(warehouse.records("BACKLOG_PROJECTS")) == {project.id}
    issues = {issue.id for issue in space.space.issues.values() if issue.project is project}
    assert set(warehouse.records("BACKLOG_ISSUES")) == issues
    activities = {a.id for a in space.space.activities if a.project is project}
    assert set(warehouse.records("BACKLOG_ACTIVITIES")) == activities


def test_project_that_comes_into_sight_is_read_from_its_beginning(
    run: Runs, space: Emulator, assert_equal_to_truth: Callable[..., None]
) -> None:
    first = next(iter(space.space.projects.values()))
    for endpoint in ("issues", "activities"):
        run(endpoint, project_keys=[first.key])
    for endpoint in ("issues", "activities"):
        assert run(endpoint)["mode"] == "incremental"
    assert_equal_to_truth("issues", "activities")


def test_endpoint_of_the_users_own(run: Runs, space: Emulator, warehouse: Warehouse) -> None:
    priorities = Endpoint(
        name="priorities",
        path="/priorities",
        style=Snapshot(),
        key=("PRIORITY_ID",),
        columns=(Column("PRIORITY_ID", Kind.INTEGER, "id"), Column("NAME", Kind.TEXT, "name")),
    )
    run("priorities", endpoint=priorities, table='"urgency"')
    rows = warehouse.query('SELECT PRIORITY_ID, NAME FROM "urgency" ORDER BY 1')
    assert rows == [(2, "高"), (3, "中"), (4, "低")]


def test_table_of_another_endpoint_is_refused(run: Runs) -> None:
    run("projects")
    with pytest.raises(AirflowFailException, match="holds the endpoint 'projects', not 'users'; name another table"):
        run("users", table="BACKLOG_PROJECTS")


def test_activities_begin_with_the_thirteen_columns(run: Runs, warehouse: Warehouse) -> None:
    run("activities")
    rows = warehouse.query(
        "SELECT COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'BACKLOG_ACTIVITIES' "
        f"AND TABLE_SCHEMA = '{warehouse.schema}' ORDER BY ORDINAL_POSITION"
    )
    names = [name for (name,) in rows]
    assert names[:13] == [
        "ACTIVITY_ID",
        "ACTIVITY_TYPE",
        "ACTIVITY_TYPE_ID",
        "PROJECT_ID",
        "PROJECT_KEY",
        "PROJECT_NAME",
        "CONTENT",
        "CREATOR_ID",
        "CREATOR_NAME",
        "CREATOR_EMAIL_ADDRESS",
        "CREATOR_NULAB_ACCOUNT_ID",
        "CREATOR_NULAB_UNIQUE_ID",
        "CREATED_AT",
    ]
    assert names[13:] == ["RAW", "_SYNCED_AT", "_RUN_ID", "_DELETED_AT"]


def test_typed_columns_hold_what_the_record_says(run: Runs, space: Emulator, warehouse: Warehouse) -> None:
    run("issues")
    rows = warehouse.query(
        "SELECT ISSUE_ID, ISSUE_KEY, SUMMARY, CREATED_AT, UPDATED_AT, CREATOR_NAME FROM BACKLOG_ISSUES"
    )
    for row in rows:
        issue = space.space.issues[row[0]]
        assert row[1:5] == (issue.key, issue.summary, issue.created, issue.updated)
        assert row[5] == (issue.created_user.name if issue.created_user else None)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("endpoint", ["issues", "activities"])
def test_long_load_is_kept_batch_by_batch(
    run: Runs, warehouse: Warehouse, endpoint: str, assert_equal_to_truth: Callable[..., None]
) -> None:
    summary = run(endpoint)
    assert warehouse.state(summary["table"])[1] > 1
    assert summary["rows_inserted"] == summary["rows_read"]
    assert run.mark(endpoint)["value"] == summary["mark_after"] is not None
    assert_equal_to_truth(endpoint)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize(("endpoint", "path", "after"), [("issues", "issues", 4), ("activities", "space", 4)])
def test_load_cut_short_goes_on_behind_its_last_batch(
    run: Runs,
    space: Emulator,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    assert_equal_to_truth: Callable[..., None],
    endpoint: str,
    path: str,
    after: int,
) -> None:
    monkeypatch.setattr("backlog_provider.api.client.ATTEMPTS", 1)
    monkeypatch.setattr("backlog_provider.sync.batches.FILES_PER_BATCH", 1)
    space.faults.replace([{"kind": "status", "status": 500, "match": f"/api/v2/{path}", "after": after}])
    with pytest.raises(AirflowException):
        run(endpoint)
    kept = warehouse.records(f"BACKLOG_{endpoint.upper()}")
    assert kept
    space.space.advance(hours=5)
    rest = run(endpoint)
    assert rest["rows_inserted"] + len(kept) == len(getattr(space.space, endpoint))
    run(endpoint)
    assert_equal_to_truth(endpoint)


@pytest.mark.parametrize("loaded", [False, True])
def test_of_two_runs_that_meet_on_one_table_the_slower_keeps_nothing_and_its_next_try_goes_on(
    run: Runs,
    space: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    assert_equal_to_truth: Callable[..., None],
    loaded: bool,
) -> None:
    if loaded:
        run("issues")
        space.space.advance(days=3)
    stage = Loader.stage
    met: list[bool] = []

    def stage_after_another_run(loader: Loader, file: StageFile) -> None:
        if not met:
            met.append(True)
            # Of another Airflow, which knows nothing of this one's XComs.
            Runs()("issues")
        stage(loader, file)

    monkeypatch.setattr(Loader, "stage", stage_after_another_run)
    with pytest.raises(AirflowException, match="StateConflictError: another run has loaded .* goes on from where"):
        run("issues")
    assert_equal_to_truth("issues")
    space.space.advance(days=1)
    assert run("issues")["mode"] == "incremental"
    assert_equal_to_truth("issues")


def test_second_change_in_the_second_of_the_mark_is_loaded(
    run: Runs, space: Emulator, assert_equal_to_truth: Callable[..., None]
) -> None:
    run("issues")
    for summary in ("one", "another"):
        edit(space, op="update_issue", id="newest", fields={"summary": summary})
        assert run("issues")["rows_updated"] == 1
        assert_equal_to_truth("issues")
    assert run("issues")["mode"] == "noop"

"""Histories: every version that was seen, one after the other, the last one open as long as its row lives."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import PROJECT, edit, truth
from tests.test_any_order import CRASH, killed_at

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.exceptions import ConfigurationError
from backlog_provider.operators.backlog_census import BacklogCensusOperator
from backlog_provider.operators.backlog_to_snowflake import BacklogToSnowflakeOperator

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator

HISTORY = "BACKLOG_ISSUES_HISTORY"


def versions(warehouse: Warehouse, issue: int) -> list[tuple[str, str, str | None]]:
    """Summary and interval of an issue's versions, in order."""
    rows = warehouse.query(
        f"SELECT SUMMARY, VALID_FROM, VALID_TO FROM {HISTORY} WHERE ISSUE_ID = {issue} "
        "ORDER BY VALID_FROM, VALID_TO NULLS LAST"
    )
    return [(text, written(start), written(end)) for text, start, end in rows]  # type: ignore[misc]


def written(moment: Any) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def change(space: Emulator, issue: int, summary: str) -> str:
    """Change an issue an hour later; returns when that was."""
    edit(space, op="advance", hours=1)
    now: str = edit(space, op="update_issue", id=issue, fields={"summary": summary})["now"]
    return now


def assert_sound(warehouse: Warehouse, endpoint: str = "issues") -> None:
    """Each key's versions are in order and do not overlap; what is open is what lives."""
    table, key = CATALOGUE[endpoint].table, CATALOGUE[endpoint].key[0]
    intervals = defaultdict(list)
    for number, start, end in warehouse.query(
        f"SELECT {key}, VALID_FROM, VALID_TO FROM {table}_HISTORY ORDER BY VALID_FROM, VALID_TO NULLS LAST"
    ):
        intervals[number].append((start, end))
    for each in intervals.values():
        assert all(end is not None for _, end in each[:-1]), "two versions are open, or one that is not the last"
        assert all(end is None or start <= end for start, end in each), "a version ends before it begins"
        assert all(end <= start for (_, end), (start, _) in pairwise(each)), "versions overlap"
    columns = ", ".join(f'"{name}"' for name in CATALOGUE[endpoint].kinds if name != "CONTENT")
    living, opened = (
        sorted(map(str, warehouse.query(f"SELECT {columns}, TO_JSON(RAW) FROM {source}")))
        for source in (f"{table} WHERE _DELETED_AT IS NULL", f"{table}_HISTORY WHERE VALID_TO IS NULL")
    )
    assert opened == living


def count(warehouse: Warehouse) -> int:
    [(rows,)] = warehouse.query(f"SELECT COUNT(*) FROM {HISTORY}")
    return int(rows)


@pytest.fixture
def issue(space: Emulator) -> int:
    """The oldest issue without children, which its deletion would change."""
    issues = truth(space, "issues")
    return min(set(issues) - {each["parentIssueId"] for each in issues.values()})


def test_every_version_seen_follows_the_one_before(
    space: Emulator, run: Runs, warehouse: Warehouse, issue: int
) -> None:
    run("issues", history=True)
    assert count(warehouse) == 250
    first = change(space, issue, "first")
    run("issues", history=True)
    second = change(space, issue, "second")
    run("issues", history=True)
    (_, start, end), *later = versions(warehouse, issue)
    assert start < first == end
    assert later == [("first", first, second), ("second", second, None)]
    assert_sound(warehouse)


def test_history_has_the_columns_of_the_table_and_an_interval_in_place_of_the_deletion(
    run: Runs, warehouse: Warehouse
) -> None:
    run("mine", endpoint="issues", table="MY_ISSUES", history=True)
    names = {
        table: [row[2] for row in warehouse.query(f"SHOW COLUMNS IN TABLE {table}")]
        for table in ("MY_ISSUES", "MY_ISSUES_HISTORY")
    }
    assert names["MY_ISSUES"][-1] == "_DELETED_AT"
    assert names["MY_ISSUES_HISTORY"] == [*names["MY_ISSUES"][:-1], "VALID_FROM", "VALID_TO"]


def test_without_it_there_is_no_table_and_no_statement_more(run: Runs, warehouse: Warehouse) -> None:
    run("issues")
    assert not [sql for _, sql in warehouse.account.statements() if "_HISTORY" in sql and warehouse.schema in sql]


def test_batch_with_a_history_takes_two_statements_more(
    space: Emulator, run: Runs, warehouse: Warehouse, issue: int
) -> None:
    run("issues", history=True)
    change(space, issue, "changed")
    warehouse.account.clear_statements()
    run("issues", history=True)
    sent = [sql.split()[0] for _, sql in warehouse.account.statements() if HISTORY in sql]
    # The first two look whether it is there: when a run finds nothing new, and before it writes.
    assert [verb for verb in sent if verb != "SHOW"] == ["CREATE", "INSERT", "MERGE"]


def test_deletion_that_another_endpoints_run_finds_ends_the_last_version(
    space: Emulator, run: Runs, warehouse: Warehouse, issue: int
) -> None:
    run("issues", history=True)
    run("activities")
    edit(space, op="advance", hours=1)
    gone = edit(space, op="delete_issue", id=issue)["now"]
    run("activities")
    assert versions(warehouse, issue)[-1][2] == gone
    assert_sound(warehouse)


def test_record_that_comes_back_opens_a_new_version(
    space: Emulator, run: Runs, warehouse: Warehouse, issue: int
) -> None:
    run("issues", history=True)
    run("activities")
    edit(space, op="advance", hours=1)
    gone = edit(space, op="delete_issue", id=issue)["now"]
    run("activities")
    edit(space, op="advance", hours=1)
    edit(space, op="restore_issue", id=issue)
    back = change(space, issue, "back")
    run("issues", history=True)
    (_, _, end), (text, start, still) = versions(warehouse, issue)
    assert (end, text, start, still) == (gone, "back", back, None)
    assert_sound(warehouse)


def test_deletion_that_the_census_finds_ends_the_last_version(
    space: Emulator, run: Runs, warehouse: Warehouse, issue: int
) -> None:
    run("issues", history=True)
    edit(space, op="delete_issue", id=issue)
    run("census", operator=BacklogCensusOperator, endpoint="issues")
    assert versions(warehouse, issue)[-1][2] is not None
    assert_sound(warehouse)


def test_deleted_project_ends_the_versions_of_its_issues(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    for endpoint in ("projects", "issues"):
        run(endpoint, history=True)
    edit(space, op="delete_project", project=min(truth(space, "projects")))
    run("projects")
    for endpoint in ("projects", "issues"):
        assert_sound(warehouse, endpoint)


def test_endpoint_without_a_version_column_dates_changes_by_the_load(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("users", history=True)
    user = max(truth(space, "users"))
    edit(space, op="delete_user", user=user)
    run("users", history=True)
    [(start, end)] = warehouse.query(f"SELECT VALID_FROM, VALID_TO FROM BACKLOG_USERS_HISTORY WHERE USER_ID = {user}")
    [(moment,)] = warehouse.query("SELECT MIN(_SYNCED_AT) FROM BACKLOG_USERS WHERE _DELETED_AT IS NULL")
    assert start == moment < end
    assert_sound(warehouse, "users")


def test_windows_and_full_refreshes_bring_nothing_twice(
    space: Emulator, run: Runs, warehouse: Warehouse, issue: int
) -> None:
    run("issues", history=True)
    change(space, issue, "changed")
    run("issues", history=True, since="2025-12-01")
    run("issues", history=True)
    run("issues", history=True, full_refresh=True)
    assert count(warehouse) == 251
    assert_sound(warehouse)


def test_switched_on_later_it_begins_with_the_rows_of_the_table_though_nothing_is_new(
    space: Emulator, run: Runs, warehouse: Warehouse, issue: int
) -> None:
    run("issues")
    run("activities")
    edit(space, op="delete_issue", id=issue)
    run("activities")
    assert run("issues", history=True)["mode"] == "noop"
    assert count(warehouse) == 250
    [(_, start, end)] = versions(warehouse, issue)
    assert start < end  # type: ignore[operator]
    assert_sound(warehouse)
    assert run("issues", history=True)["mode"] == "noop"


def test_switched_off_it_stops_and_switched_on_again_it_goes_on_without_a_gap(
    space: Emulator, run: Runs, warehouse: Warehouse, issue: int
) -> None:
    run("issues", history=True)
    run("activities")
    run("issues", history=False)
    change(space, issue, "not seen")
    run("issues")
    other = edit(space, op="delete_issue", id="newest")
    run("activities")
    found = change(space, issue, "found")
    run("issues")
    assert count(warehouse) == 250
    run("issues", history=True)
    (_, _, end), last = versions(warehouse, issue)
    assert (end, last) == (found, ("found", found, None))
    assert versions(warehouse, other["id"])[-1][2] == other["now"]
    assert_sound(warehouse)


def test_run_that_does_not_say_leaves_it_as_it_is(space: Emulator, run: Runs, warehouse: Warehouse, issue: int) -> None:
    run("issues", history=True)
    change(space, issue, "changed")
    run("issues")
    assert count(warehouse) == 251
    assert_sound(warehouse)


def test_history_of_a_table_that_is_loaded_again_loses_nothing_and_ends_what_went_meanwhile(
    space: Emulator, run: Runs, warehouse: Warehouse, issue: int
) -> None:
    run("issues", history=True)
    change(space, issue, "changed")
    run("issues")
    warehouse.query("DROP TABLE BACKLOG_ISSUES")
    edit(space, op="delete_issue", id=issue)
    run("issues")
    assert count(warehouse) == 251
    assert versions(warehouse, issue)[-1][2] is not None
    assert_sound(warehouse)


def test_history_that_was_dropped_begins_again(run: Runs, warehouse: Warehouse) -> None:
    run("issues", history=True)
    warehouse.query(f"DROP TABLE {HISTORY}")
    assert run("issues", history=True)["mode"] == "noop"
    assert_sound(warehouse)


def test_readmes_query_tells_how_long_an_issue_was_in_each_status(
    space: Emulator, run: Runs, warehouse: Warehouse, issue: int
) -> None:
    run("issues", history=True)
    change(space, issue, "changed")
    run("issues")
    [query] = re.findall(
        r"```sql\n(SELECT ISSUE_ID, STATUS_NAME,.*?);\n```", (PROJECT / "docs/guides/history.md").read_text(), re.DOTALL
    )
    [(_, status, days)] = [row for row in warehouse.query(query) if row[0] == issue]
    [(expected,)] = warehouse.query(
        f"SELECT MIN(DATEDIFF(SECOND, VALID_FROM, CURRENT_TIMESTAMP())) / 86400 FROM {HISTORY} "
        f"WHERE ISSUE_ID = {issue} AND STATUS_NAME = '{status}' "
        f"AND VALID_FROM = (SELECT MIN(VALID_FROM) FROM {HISTORY} WHERE ISSUE_ID = {issue})"
    )
    assert float(days) == pytest.approx(float(expected), abs=0.01)


def test_endpoint_whose_records_never_change_is_refused_when_the_dag_is_parsed() -> None:
    with pytest.raises(ConfigurationError, match="history: records of activities never change"):
        BacklogToSnowflakeOperator(task_id="activities", endpoint="activities", history=True)


STEPS = st.one_of(
    st.tuples(st.just("edit"), st.sampled_from(["oldest", "newest", "random"])),
    st.tuples(st.just("delete"), st.sampled_from(["oldest", "newest", "random"])),
    st.tuples(st.just("come back"), st.none()),
    st.tuples(st.just("run"), CRASH),
    st.tuples(st.just("feed"), CRASH),
    st.tuples(st.just("window"), CRASH),
    st.tuples(st.just("full refresh"), CRASH),
    st.tuples(st.just("census"), CRASH),
    st.tuples(st.just("switch off"), CRASH),
    st.tuples(st.just("drop table"), st.none()),
)
RUNS: dict[str, tuple[str, dict[str, Any]]] = {
    "run": ("issues", {"history": True}),
    "feed": ("activities", {}),
    "window": ("issues", {"since": "2025-12-01", "until": "2026-06-01"}),
    "full refresh": ("issues", {"full_refresh": True}),
    "census": (
        "census",
        {"operator": BacklogCensusOperator, "endpoint": "issues", "allow_mass_deletion": True},
    ),
    "switch off": ("issues", {"history": False}),
}


def take(step: str, value: Any, space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    """Do a step, an hour after the one before."""
    edit(space, op="advance", hours=1)
    match step:
        case "edit":
            edit(space, op="update_issue", id=value, fields={"summary": f"changed at {space.space.now}"})
        case "delete":
            edit(space, op="delete_issue", id=value)
        case "come back":
            buried = space.space.graves.listed("issues")
            if buried and buried[-1]["id"] not in space.space.issues:
                edit(space, op="restore_issue", id=buried[-1]["id"])
        case "drop table":
            warehouse.query("DROP TABLE IF EXISTS BACKLOG_ISSUES")
        case _:
            task, arguments = RUNS[step]
            with killed_at(value, run):
                run(task, **arguments)


def is_in_step(warehouse: Warehouse) -> bool:
    """Whether the history is on and whole, and the table there."""
    [(history,)] = warehouse.query("SELECT HISTORY FROM BACKLOG_SYNC_STATE WHERE TABLE_NAME = 'BACKLOG_ISSUES'")
    return bool(history) and "BACKLOG_ISSUES" in {row[1] for row in warehouse.query("SHOW TABLES")}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("small_batches")
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, min_size=4, max_size=10))
def test_after_every_step_of_any_life_the_versions_are_sound(make_space: Any, steps: list[tuple[str, Any]]) -> None:
    with make_space() as (space, run, warehouse):
        run("issues", history=True)
        run("activities")
        for step, value in steps:
            take(step, value, space, run, warehouse)
            if is_in_step(warehouse):
                assert_sound(warehouse)
        for step in ("edit", "feed", "run", "census", "run"):
            take(step, "newest" if step == "edit" else None, space, run, warehouse)
        assert_sound(warehouse)
        assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")

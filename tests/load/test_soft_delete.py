"""Records that go: marked with the moment at which they went, whoever tells of it, and never for being hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import edit, truth

from backlog_provider.operators.backlog_census import BacklogCensusOperator

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


def dead(warehouse: Warehouse, table: str, key: str) -> dict[int, str]:
    """Key and moment of rows that are marked."""
    rows = warehouse.query(f"SELECT {key}, _DELETED_AT FROM {table} WHERE _DELETED_AT IS NOT NULL")
    return {int(number): at.strftime("%Y-%m-%dT%H:%M:%SZ") for number, at in rows}


def load(run: Runs) -> dict[str, dict[str, Any]]:
    return {endpoint: run(endpoint) for endpoint in ("projects", "users", "issues", "activities")}


def test_deleted_issue_keeps_its_row_with_the_moment_that_the_feed_tells(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    load(run)
    edit(space, op="advance", hours=1)
    gone = [edit(space, op="delete_issue", id=which) for which in ("oldest", "newest", "random")]
    summaries = load(run)
    assert summaries["activities"]["rows_deleted"] == 3
    assert dead(warehouse, "BACKLOG_ISSUES", "ISSUE_ID") == {each["id"]: each["now"] for each in gone}
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")
    [(row,)] = warehouse.query(f"SELECT SUMMARY FROM BACKLOG_ISSUES WHERE ISSUE_ID = {gone[0]['id']}")
    assert row


def test_deletion_is_found_in_every_table_of_the_schema_that_has_the_issue(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issues")
    run("mine", endpoint="issues", table="MY_ISSUES")
    run("activities")
    gone = edit(space, op="delete_issue", id="oldest")
    assert run("activities")["rows_deleted"] == 2
    for table in ("BACKLOG_ISSUES", "MY_ISSUES"):
        assert dead(warehouse, table, "ISSUE_ID") == {gone["id"]: gone["now"]}


def test_feed_that_tells_of_a_deletion_is_loaded_though_the_table_it_concerns_was_dropped(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    load(run)
    warehouse.query("DROP TABLE BACKLOG_ISSUES")
    gone = edit(space, op="delete_issue", id="oldest")
    assert run("activities")["rows_deleted"] == 0
    assert warehouse.records("BACKLOG_ACTIVITIES") == truth(space, "activities")
    assert run("issues")["mode"] == "full"
    assert gone["id"] not in warehouse.records("BACKLOG_ISSUES")
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


def test_census_is_taken_though_the_table_of_activities_was_dropped(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    load(run)
    warehouse.query("DROP TABLE BACKLOG_ACTIVITIES")
    gone = edit(space, op="delete_issue", id="oldest")
    run("census", operator=BacklogCensusOperator, endpoint="issues")
    assert dead(warehouse, "BACKLOG_ISSUES", "ISSUE_ID") == {gone["id"]: gone["now"]}


@pytest.mark.parametrize("told", ["2", "4 and 1"])
def test_issue_that_moves_to_another_project_lives(space: Emulator, run: Runs, warehouse: Warehouse, told: str) -> None:
    load(run)
    edit(space, op="advance", hours=1)
    if told != "2":
        space.space.switches.change(move_in_feed="deleted_and_created")
    projects = {issue["projectId"] for issue in truth(space, "issues").values()}
    first, second = sorted(projects)[:2]
    edit(space, op="move_issue", id="oldest", project=second, **{"from": first})
    load(run)
    assert dead(warehouse, "BACKLOG_ISSUES", "ISSUE_ID") == {}
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


def test_issues_deleted_while_everything_is_read_are_settled_before_the_mark_is_kept(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    space.script.replace([{"before_request": 5, "do": {"op": "delete_issues", "ids": "newest", "count": 7}}])
    summary = run("issues")
    assert (summary["mode"], summary["rows_deleted"]) == ("full", 7)
    assert set(warehouse.records("BACKLOG_ISSUES")) == set(truth(space, "issues"))
    # Those that had one of the seven as their parent have changed with it: after the mark, so in the next run.
    run("issues")
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


def test_record_put_before_others_while_everything_is_read_hides_none_of_them(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    """What an import dates back moves a record from a page that is still to come to one that has been read."""

    def put(request: Any) -> None:
        if "offset=100" in str(request.url) and not imported:
            oldest = min(space.space.issues.values(), key=lambda issue: issue.created)
            issue = space.space.create_issue(oldest.project, {"summary": "imported"}, by=space.space.owner)
            issue.created = issue.updated = oldest.created
            space.space.altered(issue)
            imported.append(issue.id)

    imported: list[int] = []
    space.space.before_request = put
    run("issues")
    space.space.before_request = None
    assert imported
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


def test_table_brought_back_from_yesterday_loses_what_was_deleted_since(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    load(run)
    warehouse.query("CREATE TABLE YESTERDAY CLONE BACKLOG_ISSUES")
    edit(space, op="advance", hours=24)
    gone = edit(space, op="delete_issue", id="oldest")
    edit(space, op="update_issue", id="newest", fields={"summary": "changed"})
    load(run)
    warehouse.query("DROP TABLE BACKLOG_ISSUES")
    warehouse.query("ALTER TABLE YESTERDAY RENAME TO BACKLOG_ISSUES")
    edit(space, op="update_issue", id="newest", fields={"summary": "changed again"})
    assert run("issues")["mode"] == "full"
    assert dead(warehouse, "BACKLOG_ISSUES", "ISSUE_ID") == {gone["id"]: gone["now"]}
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


def test_deletions_that_no_table_tells_of_are_found_by_a_second_pass(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issues")
    edit(space, op="delete_issues", ids="random", count=5)
    space.space.switches.change(feed_days=1)
    edit(space, op="advance", hours=24 * 30)
    summary = run("issues", full_refresh=True)
    assert summary["rows_deleted"] == 5
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


def test_count_that_cannot_be_reached_is_an_error_with_numbers_and_leaves_no_mark(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    space.faults.replace([{"kind": "json", "match": "/api/v2/issues/count", "body": {"count": 9999}, "times": None}])
    with pytest.raises(
        Exception, match=r"IncompleteError: issues: the space counts 9,999 records and lists 250, twice"
    ):
        run("issues")
    assert run.mark("issues") is None
    space.faults.replace([])
    assert run("issues")["mark_after"]


def test_user_who_left_the_space_is_marked_and_lives_again_when_back(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("users")
    user = max(truth(space, "users"))
    edit(space, op="delete_user", user=user)
    assert run("users")["rows_deleted"] == 1
    assert set(dead(warehouse, "BACKLOG_USERS", "USER_ID")) == {user}
    assert warehouse.records("BACKLOG_USERS") == truth(space, "users")


def test_lost_membership_deletes_nothing(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    load(run)
    project = min(truth(space, "projects"))
    edit(space, op="remove_member", project=project, user=space.space.owner.id)
    edit(space, op="advance", hours=12)
    summaries = load(run)
    assert [summary["rows_deleted"] for summary in summaries.values()] == [0, 0, 0, 0]
    assert dead(warehouse, "BACKLOG_PROJECTS", "PROJECT_ID") == dead(warehouse, "BACKLOG_ISSUES", "ISSUE_ID") == {}


def test_deleted_project_takes_its_issues_with_it(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    load(run)
    issues = truth(space, "issues")
    project = min(truth(space, "projects"))
    edit(space, op="delete_project", project=project)
    assert run("projects")["rows_deleted"] == 1 + sum(issue["projectId"] == project for issue in issues.values())
    assert set(dead(warehouse, "BACKLOG_PROJECTS", "PROJECT_ID")) == {project}
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")

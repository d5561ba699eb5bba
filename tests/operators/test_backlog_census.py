"""The census: what a table has and the space no longer lists, classed, and marked only where it has gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import edit, truth
from tests.support.gateway import Asked, Reply, gateway

from backlog_provider.exceptions import ConfigurationError
from backlog_provider.operators.backlog_census import BacklogCensusOperator

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator

CLASSES = ("unknown", "outdated", "deleted", "unobserved", "project_archived", "access_lost")


def census(run: Runs, **arguments: Any) -> dict[str, Any]:
    return run("census", operator=BacklogCensusOperator, endpoint="issues", **arguments)


def classed(summary: dict[str, Any]) -> dict[str, int]:
    return {name: summary[name] for name in CLASSES if summary[name]}


def orphans_as_they_were(space: Emulator) -> None:
    """Let a deletion change nothing else: an issue that loses its parent would count as outdated."""
    space.space.switches.change(parent_loss_moves_updated=False)


def forget(space: Emulator) -> None:
    """Let the feed no longer tell of what has happened until now."""
    space.space.switches.change(feed_days=1)
    edit(space, op="advance", days=30)


def living(warehouse: Warehouse) -> int:
    return len(warehouse.records("BACKLOG_ISSUES"))


def project_of_most(space: Emulator) -> tuple[int, int]:
    """A project with many issues, and how many."""
    projects = [issue["projectId"] for issue in truth(space, "issues").values()]
    biggest = max(set(projects), key=projects.count)
    return biggest, projects.count(biggest)


def test_nothing_to_find_costs_a_listing_of_keys_and_writes_nothing(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issues")
    warehouse.account.clear_statements()
    summary = census(run)
    assert (summary["mode"], summary["listed"], classed(summary)) == ("census", 250, {})
    # The projects, the count before and after, three pages.
    assert summary["requests"] == 6
    verbs = {sql.split()[0] for _, sql in warehouse.account.statements()}
    assert not verbs & {"MERGE", "INSERT", "UPDATE", "DELETE"}


def test_before_the_first_load_there_is_nothing_to_compare(run: Runs) -> None:
    summary = census(run)
    assert (summary["mode"], summary["listed"], summary["requests"]) == ("noop", 0, 0)


def test_what_is_gone_without_a_word_is_marked_with_the_moment_of_the_census(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issues")
    mark = warehouse.state("BACKLOG_ISSUES")
    edit(space, op="delete_issues", ids="random", count=4)
    forget(space)
    summary = census(run)
    assert (classed(summary), summary["rows_deleted"]) == ({"unobserved": 4}, 4)
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")
    assert warehouse.state("BACKLOG_ISSUES") == mark
    [(mode, deleted)] = warehouse.query(
        "SELECT MODE, ROWS_DELETED FROM BACKLOG_SYNC_RUNS ORDER BY FINISHED_AT DESC LIMIT 1"
    )
    assert (mode, deleted) == ("census", 4)
    assert classed(census(run)) == {}


def test_what_the_table_of_activities_tells_of_counts_as_deleted(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    orphans_as_they_were(space)
    run("issues")
    gone = edit(space, op="delete_issue", id="oldest")
    # Loaded before the table of issues is where it looks.
    run("activities")
    warehouse.query(f"UPDATE BACKLOG_ISSUES SET _DELETED_AT = NULL WHERE ISSUE_ID = {gone['id']}")
    assert classed(census(run)) == {"deleted": 1}
    [(at,)] = warehouse.query(f"SELECT _DELETED_AT FROM BACKLOG_ISSUES WHERE ISSUE_ID = {gone['id']}")
    assert at.strftime("%Y-%m-%dT%H:%M:%SZ") == gone["now"]


def test_what_the_feed_tells_of_is_marked_with_its_moment_however_much_it_is(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    orphans_as_they_were(space)
    run("issues")
    gone = edit(space, op="delete_issues", ids="oldest", count=120)
    edit(space, op="advance", days=60)
    assert classed(census(run)) == {"deleted": 120}
    moments = warehouse.query("SELECT DISTINCT _DELETED_AT FROM BACKLOG_ISSUES WHERE _DELETED_AT IS NOT NULL")
    assert [at.strftime("%Y-%m-%dT%H:%M:%SZ") for (at,) in moments] == [gone["now"]]


def test_records_that_the_table_lacks_are_loaded_and_those_that_came_back_live(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issues")
    ids = sorted(truth(space, "issues"))
    warehouse.query(f"DELETE FROM BACKLOG_ISSUES WHERE ISSUE_ID IN ({ids[0]}, {ids[1]})")
    warehouse.query(
        f"UPDATE BACKLOG_ISSUES SET _DELETED_AT = '2025-01-01T00:00:00Z'::TIMESTAMP_TZ WHERE ISSUE_ID = {ids[2]}"
    )
    summary = census(run)
    assert (classed(summary), summary["rows_inserted"], summary["rows_updated"]) == ({"unknown": 3}, 2, 1)
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


def test_change_that_every_increment_missed_is_loaded(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("issues")
    edit(space, op="advance", hours=1)
    changed = edit(space, op="update_issue", id="oldest", fields={"summary": "seen late"})["id"]
    edit(space, op="advance", hours=1)
    edit(space, op="update_issue", id="newest", fields={"summary": "seen at once"})

    def hide(asked: Asked, reply: Reply) -> None:
        if asked.path == "/issues":
            reply.body = [each for each in reply.body if each["id"] != changed]

    with gateway(space, after=hide):
        run("issues")
    edit(space, op="advance", hours=1)
    assert run("issues")["rows_read"] == 0
    summary = census(run)
    assert (classed(summary), summary["rows_updated"]) == ({"outdated": 1}, 1)
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")
    assert classed(census(run)) == {}


def test_more_than_a_tenth_of_a_project_is_marked_only_when_told_that_it_is_right(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    orphans_as_they_were(space)
    run("issues")
    project, size = project_of_most(space)
    edit(space, op="delete_issues", ids="oldest", project=project, count=size // 10 + 1)
    forget(space)
    message = (
        rf"{size // 10 + 1} of the {size} living rows of project {project} are no longer listed, more than a tenth"
    )
    with pytest.raises(Exception, match=message):
        census(run)
    assert living(warehouse) == 250
    assert classed(census(run, allow_mass_deletion=True)) == {"unobserved": size // 10 + 1}
    assert set(warehouse.records("BACKLOG_ISSUES")) == set(truth(space, "issues"))


def test_full_load_that_would_mark_so_much_goes_on_after_a_census_that_may(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issues")
    edit(space, op="delete_issues", ids="oldest", count=100)
    forget(space)
    with pytest.raises(Exception, match="MassDeletionError: issues: .* more than a tenth; nothing was marked"):
        run("issues", full_refresh=True)
    assert census(run, allow_mass_deletion=True)["unobserved"] == 100
    summary = run("issues")
    assert (summary["mode"], summary["rows_deleted"]) == ("full", 0)
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


def test_rows_of_a_project_out_of_sight_are_left_alone(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("issues")
    project, size = project_of_most(space)
    edit(space, op="remove_member", project=project, user=space.space.owner.id)
    assert classed(census(run)) == {"access_lost": size}
    assert living(warehouse) == 250


def test_rows_of_an_archived_project_that_is_no_longer_listed_are_left_alone(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issues")
    project, size = project_of_most(space)
    edit(space, op="archive_project", project=project)
    space.space.switches.change(archived_listed=False)
    found = classed(census(run))
    assert found in ({}, {"project_archived": size})
    assert living(warehouse) == 250


def test_rows_of_a_deleted_project_are_marked(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("issues")
    project, size = project_of_most(space)
    edit(space, op="delete_project", project=project)
    assert classed(census(run)) == {"deleted": size}
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


def test_list_shorter_than_its_count_marks_nothing(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("issues")
    space.faults.replace([{"kind": "json", "match": "/api/v2/issues$", "times": None, "body": []}])
    with pytest.raises(
        Exception, match="IncompleteError: issues: the space counts 250 records and lists 0, twice; nothing"
    ):
        census(run)
    assert living(warehouse) == 250


def test_record_that_the_list_left_out_is_asked_for_before_it_is_marked(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issues")
    # Behind the reader's back: two issues that are created last hide, in numbers, that two are not listed.
    gap = sorted(truth(space, "issues").values(), key=lambda record: record["created"])[-3:-1]
    shorter = [
        record
        for record in sorted(truth(space, "issues").values(), key=lambda r: r["created"])[200:]
        if record not in gap
    ]
    space.faults.replace(
        [
            {"kind": "json", "match": "/api/v2/issues$", "times": 1, "body": shorter},
            {"kind": "json", "match": "/api/v2/issues/count", "times": 2, "body": {"count": 248}},
        ]
    )
    summary = census(run)
    assert (classed(summary), summary["rows_deleted"]) == ({"unknown": 2}, 0)
    assert living(warehouse) == 250


def test_endpoint_without_a_census_is_refused_when_the_dag_is_parsed() -> None:
    with pytest.raises(ConfigurationError, match="endpoint: users have no census, which is for issues"):
        BacklogCensusOperator(task_id="census", endpoint="users")

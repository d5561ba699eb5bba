"""The questions that people ask first, answered as the space would."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from tests.conftest import PROJECT, Runs, edit, truth
from tests.views.conftest import RECORDS, by_hand, fill, instant, records_of, rows_of
from tests.views.test_changes import ADDED, changes_of, comment, entry

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.model.endpoint import at
from backlog_provider.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


def test_current_issues_are_the_living_ones_with_their_project(
    run: Runs, space: Emulator, warehouse: Warehouse, views: Any
) -> None:
    run("projects")
    run("issues")
    edit(space, op="delete_issues", ids="random", count=3)
    run("activities")
    views()
    projects = truth(space, "projects")
    columns = "ISSUE_ID, PROJECT_KEY, PROJECT_NAME, STATUS_NAME, ASSIGNEE_NAME, PARENT_ISSUE_KEY, UPDATED_AT"
    issues = truth(space, "issues")
    assert rows_of(warehouse, "current_issues", columns) == sorted(
        (
            (
                issue["id"],
                projects[issue["projectId"]]["projectKey"],
                projects[issue["projectId"]]["name"],
                issue["status"]["name"],
                at(issue, "assignee.name"),
                issues[issue["parentIssueId"]]["issueKey"] if issue["parentIssueId"] in issues else None,
                instant(issue["updated"]),
            )
            for issue in issues.values()
        ),
        key=repr,
    )


SETTINGS = ("issue_types", "statuses", "priorities", "resolutions")
NAMES = "STATUS_NAME, STATUS_NAME_SENT, ISSUE_TYPE_NAME, ISSUE_TYPE_NAME_SENT"


def test_current_issues_have_the_names_of_settings_as_they_are_now_and_as_they_were_sent(
    run: Runs, space: Emulator, warehouse: Warehouse, views: Any
) -> None:
    for name in ("projects", "issues", *SETTINGS):
        run(name)
    issue = next(iter(space.space.issues.values()))
    project, status, kind = issue.project.key, issue.status, issue.issue_type
    before = status.name, kind.name
    edit(space, op="rename", project=project, setting="status", id=status.id, name="Now")
    edit(space, op="rename", project=project, setting="issue_type", id=kind.id, name="Then")
    for name in SETTINGS:
        run(name)
    views()
    [names] = warehouse.query(f"SELECT {NAMES} FROM BACKLOG_CURRENT_ISSUES WHERE ISSUE_ID = {issue.id}")
    assert names == ("Now", before[0], "Then", before[1])
    assert len(warehouse.query("SELECT ISSUE_ID FROM BACKLOG_CURRENT_ISSUES")) == len(space.space.issues)


def test_current_issues_do_not_wait_for_settings_and_take_their_names_once_they_are_loaded(
    run: Runs, space: Emulator, warehouse: Warehouse, views: Any
) -> None:
    counted = "SELECT COUNT(*), COUNT(STATUS_NAME), COUNT(DISTINCT ISSUE_ID) FROM BACKLOG_CURRENT_ISSUES"
    all_of_them = [(len(space.space.issues),) * 3]
    for name in ("projects", "issues"):
        run(name)
    assert "BACKLOG_CURRENT_ISSUES" in views()["created"]
    assert warehouse.query(counted) == all_of_them
    for name in SETTINGS:
        run(name)
    assert views()["replaced"] == ["BACKLOG_CURRENT_ISSUES"]
    assert warehouse.query(counted) == all_of_them
    warehouse.query("UPDATE BACKLOG_STATUSES SET _DELETED_AT = CURRENT_TIMESTAMP(), NAME = 'gone'")
    assert warehouse.query(counted) == all_of_them
    assert warehouse.query("SELECT COUNT(*) FROM BACKLOG_CURRENT_ISSUES WHERE STATUS_NAME = 'gone'") == [(0,)]
    warehouse.query("DROP TABLE BACKLOG_STATUSES")
    assert views()["replaced"] == ["BACKLOG_CURRENT_ISSUES"]
    assert warehouse.query(counted) == all_of_them


def histories_of(issues: Iterable[dict[str, Any]], comments: Iterable[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What held of each field that was ever changed: from the issue's creation to the first change, and so on."""
    created = {issue["id"]: issue["created"] for issue in issues}
    logs = defaultdict(list)
    for each in changes_of(comments):
        if each["field"] not in ADDED:
            logs[each["of"]["issueId"], each["field"], at(each, "attributeInfo.id")].append(each)
    rows = []
    for (issue, *field), log in logs.items():
        ends = [each["of"]["created"] for each in log]
        values = [log[0]["originalValue"], *(each["newValue"] for each in log)]
        for value, start, end in zip(values, [created[issue], *ends], [*ends, None], strict=True):
            rows.append((issue, *field, value or None, instant(start), end and instant(end), end is None))
    return sorted(rows, key=repr)


def test_history_of_a_field_is_what_held_from_when_to_when(
    run: Runs, space: Emulator, warehouse: Warehouse, views: Any
) -> None:
    run("issues")
    comments = records_of(space, "issue_comments")
    fill(warehouse, RECORDS["issue_comments"], comments)
    views()
    columns = "ISSUE_ID, FIELD, CUSTOM_FIELD_ID, VALUE, VALID_FROM, VALID_TO, IS_CURRENT"
    found = rows_of(warehouse, "issue_field_history", columns)
    assert found == histories_of(truth(space, "issues").values(), comments)
    assert {"status", "assigner", "milestone"} <= {row[1] for row in found}


def test_histories_of_fields_of_one_name_and_of_deleted_issues_are_apart(warehouse: Warehouse) -> None:
    fill(warehouse, CATALOGUE["issues"], [{"id": 1, "created": "2026-01-01T00:00:00Z"}], deleted="2026-01-09T00:00:00Z")
    own = {"attributeInfo": {"id": 9, "typeId": 1}}
    log = [
        comment(11, "2026-01-02T00:00:00Z", entry("status", "Open", "Closed"), entry("status", "a", "b", **own)),
        # In one second, and in one comment: the order is that of ids and places.
        comment(13, "2026-01-03T00:00:00Z", entry("status", "Open", "Doing")),
        comment(12, "2026-01-03T00:00:00Z", entry("status", "Closed", "Open")),
        comment(14, "2026-01-04T00:00:00Z", entry("attachment", None, "a", attachmentInfo={"id": 1, "name": "a"})),
        comment(15, "2026-01-04T00:00:00Z", entry("attachment", "a", "b", **own | {"attributeInfo": {"id": 8}})),
    ]
    fill(warehouse, RECORDS["issue_comments"], log)
    by_hand(warehouse)
    columns = "FIELD, CUSTOM_FIELD_ID, VALUE, DAY(VALID_FROM), DAY(VALID_TO), IS_CURRENT, CHANGED_BY_NAME"
    assert rows_of(warehouse, "issue_field_history", columns) == sorted(
        [
            ("status", None, "Open", 1, 2, False, None),
            ("status", None, "Closed", 2, 3, False, "Kay"),
            ("status", None, "Open", 3, 3, False, "Kay"),
            ("status", None, "Doing", 3, 9, False, "Kay"),
            ("status", 9, "a", 1, 2, False, None),
            ("status", 9, "b", 2, 9, False, "Kay"),
            ("attachment", 8, "a", 1, 4, False, None),
            ("attachment", 8, "b", 4, 9, False, "Kay"),
        ],
        key=repr,
    )


def test_time_in_each_status_lasts_until_now(run: Runs, space: Emulator, warehouse: Warehouse, views: Any) -> None:
    run("issues")
    comments = records_of(space, "issue_comments")
    fill(warehouse, RECORDS["issue_comments"], comments)
    views()
    [(now,)] = warehouse.query("SELECT CURRENT_TIMESTAMP()")
    issues = truth(space, "issues")
    logged = [row for row in histories_of(issues.values(), comments) if row[1:3] == ("status", None)]
    changed = {row[0] for row in logged}
    spans = [(i, issues[i]["status"]["name"] if current else name, *when) for i, _, _, name, *when, current in logged]
    spans += [(i, b["status"]["name"], instant(b["created"]), None) for i, b in issues.items() if i not in changed]
    seconds: dict[tuple[int, str], float] = defaultdict(float)
    for issue, status, start, end in spans:
        seconds[issue, status] += ((end or now) - start).total_seconds()
    found = {
        row[:2]: row[2:]
        for row in rows_of(warehouse, "issue_status_times", "ISSUE_ID, STATUS_NAME, SECONDS, IS_CURRENT")
    }
    assert set(found) == set(seconds)
    assert all(abs(found[each][0] - seconds[each]) < 120 for each in seconds)
    assert {i: name for (i, name), (_, current) in found.items() if current} == {
        i: b["status"]["name"] for i, b in issues.items()
    }


def test_time_in_a_status_is_added_up_and_ends_with_a_deletion(warehouse: Warehouse) -> None:
    born = {"created": "2026-01-01T00:00:00Z", "status": {"id": 1, "name": "Open"}}
    fill(warehouse, CATALOGUE["issues"], [{"id": 1, **born}, {"id": 2, **born}], deleted="2026-01-11T00:00:00Z")
    log = [
        comment(1, "2026-01-02T00:00:00Z", entry("status", "Open", "Closed")),
        comment(2, "2026-01-04T00:00:00Z", entry("status", "Closed", "Open")),
        comment(3, "2026-01-05T00:00:00Z", entry("summary", "a", "b"), issue=2),
    ]
    fill(warehouse, RECORDS["issue_comments"], log)
    by_hand(warehouse)
    columns = "ISSUE_ID, STATUS_NAME, SECONDS / 86400, TIMES, DAY(FIRST_AT), IS_CURRENT"
    assert rows_of(warehouse, "issue_status_times", columns) == [
        (1, "Closed", 2, 1, 2, False),
        (1, "Open", 8, 2, 1, False),
        (2, "Open", 10, 1, 1, False),
    ]


def test_last_week_is_what_happened_in_the_seven_days_until_now(
    run: Runs, space: Emulator, warehouse: Warehouse, views: Any
) -> None:
    issue = next(iter(space.space.issues.values()))
    until_now = datetime.now(timezone.utc) - space.space.now
    edit(space, op="advance", seconds=(until_now - timedelta(days=8)).total_seconds())
    edit(space, op="update_issue", id=issue.id, fields={"summary": "too long ago"})
    edit(space, op="advance", days=2)
    fields = {"summary": "just now", "statusId": 3 if issue.status.id != 3 else 2}
    done = edit(space, op="update_issue", id=issue.id, fields=fields, comment="here you are")
    edit(space, op="create_wiki", project=issue.project.id, name="Minutes", content="")
    edit(space, op="delete_issue", id=issue.id)
    run("activities")
    views()
    columns = "ACTIVITY_TYPE, ISSUE_KEY, TITLE, FIELDS, COMMENT"
    assert rows_of(warehouse, "changes_last_week", columns) == [
        ("Issue Deleted", issue.key, None, None, None),
        ("Issue Updated", issue.key, "just now", "summary, status", "here you are"),
        ("Wiki Created", None, "Minutes", None, None),
    ]
    assert {row[0] for row in rows_of(warehouse, "changes_last_week", "MIN(CREATED_AT)")} == {instant(done["now"])}


def test_queries_of_the_guide_work(warehouse: Warehouse) -> None:
    section = (PROJECT / "docs/guides/views.md").read_text()
    queries = [query for query in section.split("```sql\n")[1].split("```")[0].split(";") if query.strip()]
    born = {"id": 1, "created": "2026-01-01T00:00:00Z", "status": {"id": 1, "name": "Open"}, "projectId": 3}
    fill(warehouse, CATALOGUE["issues"], [born])
    fill(warehouse, CATALOGUE["projects"], [{"id": 3, "name": "P"}])
    now = datetime.now(timezone.utc).isoformat()
    fill(warehouse, CATALOGUE["activities"], [{"id": 5, "type": 1, "created": now, "project": {"projectKey": "P"}}])
    log = [entry("status", "New", "Open"), entry("assigner", None, "Kay")]
    fill(warehouse, RECORDS["issue_comments"], [comment(2, "2026-01-03T00:00:00Z", *log)])
    by_hand(warehouse)
    current, history, times, week = map(warehouse.query, queries)
    assert current == [("P", "Open", 1)]
    assert [row[:4] for row in history] == [(1, "assigner", None, None), (1, "assigner", None, "Kay")]
    assert times == [("New", 2)]
    assert week == [("P", "Issue Created", 1)]
    for view in VIEWS.values():
        assert f"`{view.view.removeprefix('BACKLOG_')}`" in section or view.view in section

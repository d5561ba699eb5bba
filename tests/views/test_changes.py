"""Change logs, as one row per changed field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.conftest import Runs, edit
from tests.views.conftest import RECORDS, by_hand, fill, instant, records_of, rows_of

from backlog_emulator.server import running as emulator_running
from backlog_provider.model.endpoint import at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


ADDED = {"attachment", "commit", "notification", "relatedIssue", "sharedFile"}


def changes_of(comments: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every entry of the comments' change logs in order, with the comment as ``of``."""
    ordered = sorted(comments, key=lambda comment: (comment["created"], comment["id"]))
    return [{**entry, "of": c, "at": n} for c in ordered for n, entry in enumerate(c["changeLog"] or [])]


def test_a_change_is_a_row_with_who_and_when(run: Runs, space: Emulator, warehouse: Warehouse, views: Any) -> None:
    made, field = next((i, f) for i in space.space.issues.values() for f in i.custom if f.type_id == 1)
    edit(space, op="update_issue", id=made.id, fields={f"customField_{field.id}": "changed", "summary": "It's new"})
    edit(space, op="attach_file", id=made.id, name="a.txt")
    run("issues")
    comments = records_of(space, "issue_comments")
    fill(warehouse, RECORDS["issue_comments"], comments)
    assert "BACKLOG_ISSUE_CHANGES" in views()["created"]
    found = rows_of(warehouse, "issue_changes")
    assert found == sorted(
        (
            (
                entry["of"]["id"],
                entry["of"]["issueId"],
                entry["at"],
                entry["field"],
                entry["originalValue"] or None,
                entry["newValue"] or None,
                at(entry, "attributeInfo.id"),
                at(entry, "attributeInfo.typeId"),
                at(entry, "attachmentInfo.id"),
                at(entry, "attachmentInfo.name"),
                None,
                at(entry, "of.createdUser.id"),
                at(entry, "of.createdUser.name"),
                instant(entry["of"]["created"]),
                None,
            )
            for entry in changes_of(comments)
        ),
        key=repr,
    )
    of_it = {row[3:7] for row in found if row[1] == made.id}
    assert {("attachment", None, "a.txt", None)} <= of_it
    assert any(row[0] == field.name and row[3] == field.id for row in of_it)


def test_changes_of_pull_requests_are_the_same(warehouse: Warehouse) -> None:
    with emulator_running(issues=150, seed=7) as space:
        request = next(iter(space.space.pull_requests.values()))
        edit(space, op="update_pull_request", pull_request=request.id, fields={"summary": "Another title"})
        comments = records_of(space, "pull_request_comments")
    fill(warehouse, RECORDS["pull_request_comments"], comments)
    by_hand(warehouse)
    found = rows_of(warehouse, "pull_request_changes", "COMMENT_ID, PULL_REQUEST_ID, FIELD, OLD_VALUE, NEW_VALUE")
    assert found == sorted(
        (
            (each["of"]["id"], 5, each["field"], each["originalValue"] or None, each["newValue"] or None)
            for each in changes_of(comments)
        ),
        key=repr,
    )
    assert "summary" in {row[2] for row in found}


def entry(field: str, old: Any, new: Any, **more: Any) -> dict[str, Any]:
    return {"field": field, "originalValue": old, "newValue": new, **more}


def comment(number: int, created: str, *log: Any, issue: int = 1) -> dict[str, Any]:
    somebody = {"id": 7, "name": "Kay"}
    return {"id": number, "issueId": issue, "created": created, "createdUser": somebody, "changeLog": list(log)}


def test_odd_change_logs_are_read_as_far_as_they_make_sense(warehouse: Warehouse) -> None:
    odd = [
        comment(1, "2026-01-01T00:00:00Z") | {"changeLog": None},
        comment(2, "2026-01-01T00:00:00Z") | {"changeLog": "text"},
        {"id": 3, "issueId": 1},
        comment(4, "2026-01-01T00:00:00Z", None, {}, entry("x", "", 5, attributeInfo={"id": 9, "typeId": "3"})),
    ]
    fill(warehouse, RECORDS["issue_comments"], odd)
    by_hand(warehouse)
    columns = "COMMENT_ID, FIELD, OLD_VALUE, NEW_VALUE, CUSTOM_FIELD_ID, CUSTOM_FIELD_TYPE_ID, CHANGED_BY_NAME"
    assert rows_of(warehouse, "issue_changes", columns) == [(4, "x", None, "5", 9, 3, "Kay")]

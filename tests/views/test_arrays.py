"""Arrays of records, as one row per record and item."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import edit
from tests.views.conftest import RECORDS, by_hand, fill, instant, records_of, rows_of

from backlog_emulator.server import running as emulator_running
from backlog_provider.catalogue import CATALOGUE
from backlog_provider.model.endpoint import at
from backlog_provider.model.instants import day_text
from backlog_provider.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conftest import Warehouse

    from backlog_emulator.emulator import Emulator


_FILE = {
    "ATTACHMENT_ID": "id",
    "NAME": "name",
    "SIZE": "size",
    "CREATOR_ID": "createdUser.id",
    "CREATOR_NAME": "createdUser.name",
    "CREATED_AT": "created",
}
_STAR = {
    "STAR_ID": "id",
    "COMMENT": "comment",
    "PRESENTER_ID": "presenter.id",
    "PRESENTER_NAME": "presenter.name",
    "CREATED_AT": "created",
}
_TOLD = {
    "NOTIFICATION_ID": "id",
    "REASON": "reason",
    "ALREADY_READ": "alreadyRead",
    "RESOURCE_ALREADY_READ": "resourceAlreadyRead",
    "USER_ID": "user.id",
    "USER_NAME": "user.name",
}
_TAG = {"TAG_ID": "id", "TAG_NAME": "name"}
_DAYS = {"START_DATE": "startDate", "RELEASE_DUE_DATE": "releaseDueDate", "ARCHIVED": "archived"}
# View: whose array, where it is, and where each column stands in an item.
ARRAYS: dict[str, tuple[str, str, dict[str, str]]] = {
    "issue_categories": ("issues", "category", {"CATEGORY_ID": "id", "CATEGORY_NAME": "name"}),
    "issue_milestones": ("issues", "milestone", {"MILESTONE_ID": "id", "MILESTONE_NAME": "name", **_DAYS}),
    "issue_versions": ("issues", "versions", {"VERSION_ID": "id", "VERSION_NAME": "name", **_DAYS}),
    "issue_attached_files": ("issues", "attachments", _FILE),
    "issue_linked_files": (
        "issues",
        "sharedFiles",
        {"SHARED_FILE_ID": "id", "TYPE": "type", "DIR": "dir", "NAME": "name", "SIZE": "size"},
    ),
    "issue_external_links": (
        "issues",
        "externalFileLinks",
        {"LINK_ID": "id", "TYPE": "type", "TITLE": "title", "URL": "url"},
    ),
    "issue_stars": ("issues", "stars", _STAR),
    "issue_comment_stars": ("issue_comments", "stars", _STAR),
    "issue_comment_notifications": ("issue_comments", "notifications", _TOLD),
    "pull_request_comment_notifications": ("pull_request_comments", "notifications", _TOLD),
    "team_members": (
        "teams",
        "members",
        {"USER_ID": "id", "USER_NAME": "name", "LOGIN_ID": "userId", "EMAIL_ADDRESS": "mailAddress"},
    ),
    "wiki_tags": ("wikis", "tags", _TAG),
    "wiki_stars": ("wikis", "stars", _STAR),
    "wiki_linked_files": (
        "wikis",
        "sharedFiles",
        {"SHARED_FILE_ID": "id", "TYPE": "type", "DIR": "dir", "NAME": "name", "SIZE": "size"},
    ),
    "document_tags": ("documents", "tags", _TAG),
    "document_attached_files": ("documents", "attachments", _FILE),
    "document_comment_replies": (
        "document_comments",
        "replies",
        {
            "REPLY_ID": "id",
            "PLAIN": "plain",
            "CREATOR_ID": "createdUser.id",
            "CREATOR_NAME": "createdUser.name",
            "CREATED_AT": "created",
            "UPDATED_AT": "updated",
        },
    ),
    "custom_field_items": (
        "custom_fields",
        "items",
        {"ITEM_ID": "id", "ITEM_NAME": "name", "DISPLAY_ORDER": "displayOrder"},
    ),
}
DAYS, MOMENTS = {"START_DATE", "RELEASE_DUE_DATE"}, {"CREATED_AT", "UPDATED_AT"}


def held(column: str, value: Any) -> Any:
    """A value of a record as its column has it."""
    if value is None:
        return None
    if column in DAYS:
        return date.fromisoformat(day_text(value))
    return instant(value) if column in MOMENTS else value


def expected(records: Iterable[dict[str, Any]], view: str) -> list[tuple[Any, ...]]:
    """What a view of an array has to have: the key, and what is known of each item."""
    _, path, columns = ARRAYS[view]
    return sorted(
        (
            (record["id"], *(held(column, at(item, where)) for column, where in columns.items()))
            for record in records
            for item in at(record, path) or []
        ),
        key=repr,
    )


def items(warehouse: Warehouse, view: str) -> list[tuple[Any, ...]]:
    endpoint, _, columns = ARRAYS[view]
    return rows_of(warehouse, view, ", ".join([RECORDS[endpoint].key[0], *columns]))


def test_every_view_of_an_array_is_tested_here() -> None:
    others = {"issue_custom_fields", "issue_changes", "pull_request_changes", "current_issues", "changes_last_week"}
    others |= {"issue_field_history", "issue_status_times", "issue_child_summaries", "project_wiki_tags"}
    assert set(VIEWS) == {*ARRAYS, *others}


def make_some_of_everything(space: Emulator) -> None:
    """Let every array that the API has, but links to outside files, be somewhere in the space."""
    issue = next(iter(space.space.issues.values()))
    file = edit(space, op="add_file", project=issue.project.id, name="plan.txt")["id"]
    versions = [version.id for version in issue.project.versions[:2]]
    edit(space, op="update_issue", id=issue.id, fields={"versionId": versions, "milestoneId": versions})
    edit(space, op="link_file", id=issue.id, file=file)
    wiki = next(each for each in space.space.wikis.values() if each.project is issue.project)
    edit(space, op="give_star", wiki=wiki.id, words="well written")
    edit(space, op="link_file", wiki=wiki.id, file=file)
    comment = edit(space, op="add_comment", id=issue.id, content="look at this")["id"]
    edit(space, op="give_star", comment=comment, words="well said")
    document = next(iter(space.space.documents.values()))
    edit(space, op="attach_to_document", document=document.id, name="plan.pdf")
    said = edit(space, op="add_document_comment", document=document.id, plain="a question")["id"]
    edit(space, op="add_document_reply", comment=said, plain="an answer\nin two lines")


@pytest.mark.parametrize("encoding", ["utc", "japan"])
def test_arrays_of_all_records_are_a_row_per_item(encoding: str, warehouse: Warehouse) -> None:
    with emulator_running(issues=150, seed=7, day_encoding=encoding) as space:
        make_some_of_everything(space)
        records = {endpoint: records_of(space, endpoint) for endpoint, _, _ in ARRAYS.values()}
    for endpoint, these in records.items():
        fill(warehouse, RECORDS[endpoint], these)
    assert by_hand(warehouse, [VIEWS[name] for name in ARRAYS]) == dict.fromkeys(ARRAYS, "created")
    found = {view: items(warehouse, view) for view in ARRAYS}
    assert found == {view: expected(records[ARRAYS[view][0]], view) for view in ARRAYS}
    # The emulated space has no links to outside files.
    assert [view for view, rows in found.items() if not rows] == ["issue_external_links"]


# What the API is not known to send, and what it is: null, nothing at all, numbers as text, the same item twice.
ODD: dict[int, dict[str, Any]] = {
    1: {"category": None, "milestone": [], "customFields": None},
    2: {},
    3: {"category": [{"id": "31", "name": 7}, {"id": 31, "name": "again"}, None, "text", {"name": "without id"}]},
    4: {"category": "text", "milestone": {"id": 41, "name": "no list"}, "stars": 5},
    5: {"milestone": [{"id": 51, "name": "M", "startDate": "2026-01-04T15:00:00Z", "releaseDueDate": "soon"}]},
}


def issues(*bodies: dict[str, Any], **all_of_them: Any) -> list[dict[str, Any]]:
    return [{"id": number, **all_of_them, **body} for number, body in enumerate(bodies, start=1)]


def test_odd_arrays_are_read_as_far_as_they_make_sense(warehouse: Warehouse) -> None:
    fill(warehouse, CATALOGUE["issues"], issues(*ODD.values()))
    by_hand(warehouse)
    assert rows_of(warehouse, "issue_categories") == [(3, 31, "7")]
    assert rows_of(warehouse, "issue_milestones") == [(5, 51, "M", date(2026, 1, 5), None, None)]
    assert rows_of(warehouse, "issue_stars") == rows_of(warehouse, "issue_custom_fields") == []


def test_items_of_deleted_records_are_left_out(warehouse: Warehouse) -> None:
    of_one = {"category": [{"id": 1, "name": "a"}], "customFields": [{"id": 1, "fieldTypeId": 1, "name": "f"}]}
    fill(warehouse, CATALOGUE["issues"], [{"id": 1, **of_one}], deleted="2026-01-05T00:00:00Z")
    fill(warehouse, CATALOGUE["issues"], [{"id": 2, **of_one}])
    by_hand(warehouse)
    assert rows_of(warehouse, "issue_categories", "ISSUE_ID") == [(2,)]
    assert rows_of(warehouse, "issue_custom_fields", "ISSUE_ID") == [(2,)]

"""Every body has the fields of the API reference, in its order, with values of the right kinds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import requests

    from backlog_emulator.emulator import Emulator

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

FIELDS = {
    "user": "id userId name roleType lang nulabAccount mailAddress lastLoginTime",
    "project": """id projectKey name chartEnabled useResolvedForChart subtaskingEnabled grandchildIssueEnabled
        projectLeaderCanEditProjectLeader useWiki useDocument useFileSharing useWikiTreeView useSubversion useGit
        useOriginalImageSizeAtWiki textFormattingRule archived displayOrder useDevAttributes""",
    "status": "id projectId name color displayOrder",
    "issueType": "id projectId name color displayOrder templateSummary templateDescription",
    "category": "id projectId name displayOrder",
    "version": "id projectId name description startDate releaseDueDate archived displayOrder",
    "choice": "id name",
    "issue": """id projectId issueKey keyId issueType summary description resolution priority status assignee category
        versions milestone startDate dueDate estimatedHours actualHours parentIssueId createdUser created updatedUser
        updated customFields attachments sharedFiles stars externalFileLinks""",
    "comment": "id projectId issueId content changeLog createdUser created updated stars notifications",
    "change": "field newValue originalValue attachmentInfo attributeInfo notificationInfo",
    "attachment": "id name size createdUser created",
    "star": "id comment url title presenter created",
    "notification": "id alreadyRead reason user resourceAlreadyRead",
    "activity": "id project type content notifications createdUser created",
    "space": "spaceKey name ownerId lang timezone reportSendTime textFormattingRule created updated",
}
LISTS = {
    "/users": "user",
    "/projects": "project",
    "/projects/WEB/users": "user",
    "/projects/WEB/statuses": "status",
    "/projects/WEB/issueTypes": "issueType",
    "/projects/WEB/categories": "category",
    "/projects/WEB/versions": "version",
    "/priorities": "choice",
    "/resolutions": "choice",
    "/issues": "issue",
    "/space/activities": "activity",
}


def has_fields(body: dict[str, object], kind: str) -> bool:
    return list(body) == FIELDS[kind].split()


@pytest.mark.parametrize(("path", "kind"), LISTS.items())
def test_every_record_of_a_list_has_the_documented_fields_in_order(api: requests.Session, path: str, kind: str) -> None:
    body = api.get(f"/api/v2{path}").json()
    assert body
    assert all(has_fields(record, kind) for record in body)


def test_the_space_and_myself_are_single_objects(api: requests.Session, emulator: Emulator) -> None:
    assert has_fields(api.get("/api/v2/space").json(), "space")
    assert api.get("/api/v2/users/myself").json()["id"] == emulator.space.owner.id


def test_bodies_are_utf8_json_with_the_charset_named(api: requests.Session) -> None:
    response = api.get("/api/v2/priorities")
    assert response.headers["Content-Type"] == "application/json;charset=utf-8"
    assert "高".encode() in response.content


def test_what_an_issue_contains_has_the_shape_of_its_own_kind(emulator: Emulator, api: requests.Session) -> None:
    issues = api.get("/control/truth/issues").json()
    assert len(issues) == 200
    for issue in issues:
        assert has_fields(issue["issueType"], "issueType")
        assert has_fields(issue["status"], "status")
        assert has_fields(issue["createdUser"], "user")
        assert issue["assignee"] is None or has_fields(issue["assignee"], "user")
        assert all(has_fields(each, "version") for each in issue["milestone"])
        assert all(has_fields(each, "attachment") for each in issue["attachments"])
        assert all(has_fields(each, "star") for each in issue["stars"])
        assert INSTANT.fullmatch(issue["created"])
        assert INSTANT.fullmatch(issue["updated"])
        assert issue["created"] <= issue["updated"]


def test_all_eight_kinds_of_custom_fields_hold_values_of_their_kind(api: requests.Session) -> None:
    kinds = {
        1: str, 2: str, 3: float, 4: str, 5: dict, 6: list, 7: list, 8: dict,
    }  # fmt: skip
    seen = set()
    for issue in api.get("/control/truth/issues").json():
        for field in issue["customFields"]:
            kind = field["fieldTypeId"]
            others = ["otherValue"] if kind in (7, 8) else []
            assert list(field) == ["id", "fieldTypeId", "name", "value", *others]
            assert field["value"] is None or isinstance(field["value"], kinds[kind])
            seen.add(kind) if field["value"] else None
    assert seen == set(range(1, 9))


def test_custom_field_definitions_carry_what_their_kind_needs(api: requests.Session) -> None:
    common = ["id", "projectId", "typeId", "name", "description", "required", "applicableIssueTypes"]
    own = {
        3: ["min", "max", "initialValue", "unit"],
        4: ["min", "max", "initialDate"],
        5: ["allowAddItem", "items"],
        6: ["allowAddItem", "items"],
        7: ["allowAddItem", "items", "allowInput"],
        8: ["allowAddItem", "items", "allowInput"],
    }
    definitions = api.get("/api/v2/projects/WEB/customFields").json()
    assert [each["typeId"] for each in definitions] == list(range(1, 9))
    for each in definitions:
        assert list(each) == common + own.get(each["typeId"], [])


def test_a_comment_carries_its_change_log(emulator: Emulator, api: requests.Session) -> None:
    issue = next(i for i in emulator.space.issues.values() if any(c.change_log for c in i.comments))
    comments = api.get(f"/api/v2/issues/{issue.id}/comments").json()
    assert all(has_fields(comment, "comment") for comment in comments)
    assert all(has_fields(change, "change") for comment in comments for change in comment["changeLog"])
    assert api.get(f"/api/v2/issues/{issue.key}/comments/count").json() == {"count": len(issue.comments)}
    assert api.get(f"/api/v2/issues/{issue.id}/comments/{comments[0]['id']}").json() == comments[0]


def test_notifications_of_an_activity_are_told_by_its_own_page_only(emulator: Emulator, api: requests.Session) -> None:
    activity = next(each for each in emulator.space.activities if each.notified)
    single = api.get(f"/api/v2/activities/{activity.id}").json()
    listed = api.get("/api/v2/space/activities", params={"maxId": activity.id + 1, "count": 1}).json()[0]
    assert all(has_fields(each, "notification") for each in single["notifications"])
    assert single["notifications"]
    assert listed == single | {"notifications": []}


def test_expanding_adds_the_summary_of_children_at_the_end(emulator: Emulator, api: requests.Session) -> None:
    parent = next(issue for issue in emulator.space.issues.values() if issue.children)
    body = api.get(f"/api/v2/issues/{parent.id}", params={"expand[]": "childIssueSummary"}).json()
    assert list(body) == [*FIELDS["issue"].split(), "childIssueSummary"]
    assert body["childIssueSummary"]["total"] == len(parent.children)

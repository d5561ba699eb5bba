"""What goes, what only vanishes from sight, what moves and what comes back: in lists, feed and truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import requests

from backlog_emulator.server import running

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator
    from backlog_emulator.records import Issue, Project

Connect = Callable[..., requests.Session]


@pytest.fixture
def api(fresh: Emulator, connect: Connect) -> requests.Session:
    """A session on a space to change."""
    return connect(fresh)


@pytest.fixture
def web(fresh: Emulator) -> Project:
    """The first project of that space."""
    return next(iter(fresh.space.projects.values()))


def edit(api: requests.Session, **given: Any) -> Any:
    response = api.post("/control/edit", json=given)
    assert response.status_code == 200, response.text
    return response.json()["id"]


def buried(api: requests.Session, endpoint: str) -> list[dict[str, Any]]:
    response = api.get(f"/control/truth/{endpoint}", params={"deleted": "true"})
    assert response.status_code == 200, response.text
    records: list[dict[str, Any]] = response.json()
    return records


def listed(api: requests.Session, path: str, **params: Any) -> set[int]:
    return {each["id"] for each in api.get(f"/api/v2{path}", params={"count": 100, **params}).json()}


def newest(api: requests.Session) -> dict[str, Any]:
    body: dict[str, Any] = api.get("/api/v2/space/activities", params={"count": 1}).json()[0]
    return body


def family(api: requests.Session, emulator: Emulator) -> tuple[Issue, Issue]:
    """A new parent in WEB and its child."""
    parent = edit(api, op="create_issue", project="WEB")
    child = edit(api, op="create_issue", project="WEB", fields={"parentIssueId": parent})
    return emulator.space.issues[parent], emulator.space.issues[child]


def with_comments(emulator: Emulator) -> Issue:
    return next(issue for issue in emulator.space.issues.values() if issue.comments)


def test_a_deleted_issue_is_told_with_its_moment_and_its_children_with_it(
    fresh: Emulator, api: requests.Session
) -> None:
    issue = with_comments(fresh)
    edit(api, op="advance", hours=1)
    edit(api, op="delete_issue", id=issue.id)
    moment, project = "2026-01-05T01:00:00Z", issue.project.id
    assert buried(api, "issues") == [{"id": issue.id, "projectId": project, "deletedAt": moment, "why": "deleted"}]
    beside = {"projectId": project, "issueId": issue.id, "deletedAt": moment, "why": "issue deleted"}
    assert buried(api, "issue_comments") == [{"id": comment.id, **beside} for comment in issue.comments]
    assert newest(api)["created"] == moment


def test_a_deleted_comment_is_told_though_the_feed_is_silent(fresh: Emulator, api: requests.Session) -> None:
    comment, before = with_comments(fresh).comments[-1], newest(api)
    edit(api, op="delete_comment", comment=comment.id)
    assert [(each["id"], each["why"]) for each in buried(api, "issue_comments")] == [(comment.id, "deleted")]
    assert newest(api) == before


def test_an_issue_that_comes_back_is_deleted_no_more(fresh: Emulator, api: requests.Session) -> None:
    issue = with_comments(fresh)
    edit(api, op="delete_issue", id=issue.id)
    edit(api, op="advance", minutes=1)
    edit(api, op="restore_issue", id=issue.id)
    assert buried(api, "issues") == buried(api, "issue_comments") == []
    assert (newest(api)["type"], newest(api)["content"]["id"]) == (1, issue.id)
    body = api.get(f"/api/v2/issues/{issue.key}").json()
    assert (body["id"], body["updated"]) == (issue.id, "2026-01-05T00:01:00Z")
    ids = [each["id"] for each in api.get("/control/truth/issues").json()]
    assert ids == sorted(ids)


@pytest.mark.parametrize(("switch", "types"), [("updated", [2]), ("deleted_and_created", [4, 1])])
def test_an_issue_that_moves_keeps_its_id_and_takes_another_key(
    connect: Connect, switch: str, types: list[int]
) -> None:
    with running(issues=60, move_in_feed=switch) as served:
        api, space = connect(served), served.space
        issue, _ = family(api, served)
        old_key, child, comments = issue.key, issue.children[0], len(issue.comments)
        edit(api, op="move_issue", id=issue.id, project="APP")
        body = api.get(f"/api/v2/issues/{issue.id}").json()
        app = next(project for project in space.projects.values() if project.key == "APP")
        assert body["projectId"] == app.id
        assert body["issueKey"] == f"APP-{app.last_key_id}" != old_key
        assert body["issueType"]["projectId"] == body["status"]["projectId"] == app.id
        assert (body["milestone"], body["customFields"], body["updated"]) == ([], [], "2026-01-05T00:00:00Z")
        assert api.get(f"/api/v2/issues/{old_key}").status_code == 404
        assert api.get(f"/api/v2/issues/{child.id}").json()["parentIssueId"] is None
        assert len(issue.comments) == comments + 1
        assert [each.type for each in space.activities[-len(types) :]] == types
        assert buried(api, "issues") == []


def test_a_deleted_project_takes_everything_with_it(fresh: Emulator, api: requests.Session, web: Project) -> None:
    issues = {issue.id for issue in fresh.space.issues.values() if issue.project is web}
    edit(api, op="delete_project", project="WEB")
    assert web.id not in listed(api, "/projects", all="true")
    assert api.get(f"/api/v2/projects/{web.id}").status_code == 404
    assert issues
    assert not issues & listed(api, "/issues")
    assert web.id not in {each["project"]["id"] for each in api.get("/api/v2/space/activities?count=100").json()}
    assert [each["id"] for each in buried(api, "projects")] == [web.id]
    gone = {each["id"]: each["why"] for each in buried(api, "issues")}
    assert gone == dict.fromkeys(issues, "project deleted")
    for endpoint in ("statuses", "issue_types", "categories", "versions", "custom_fields", "project_users"):
        assert {(each["projectId"], each["why"]) for each in buried(api, endpoint)} == {(web.id, "project deleted")}
    fresh.space.advance(days=30)


def test_a_lost_membership_hides_a_project_and_deletes_nothing(
    fresh: Emulator, api: requests.Session, web: Project
) -> None:
    issues, owner = listed(api, "/issues"), fresh.space.owner.id
    edit(api, op="remove_member", project="WEB", user=owner)
    assert web.id not in listed(api, "/projects")
    assert web.id in listed(api, "/projects", all="true")
    assert api.get("/api/v2/projects/WEB").status_code == 404
    assert listed(api, "/issues") < issues
    assert 4 not in {each["type"] for each in api.get("/api/v2/space/activities?count=100").json()}
    assert buried(api, "issues") == buried(api, "projects") == []
    edit(api, op="add_member", project="WEB", user=owner)
    assert listed(api, "/issues") == issues
    assert buried(api, "project_users") == []


def test_an_administrator_may_be_let_into_unjoined_projects_settings(connect: Connect) -> None:
    with running(issues=60, administrator_reads_unjoined=True) as served:
        api = connect(served)
        edit(api, op="remove_member", project="WEB", user=served.space.owner.id)
        assert api.get("/api/v2/projects/WEB").json()["projectKey"] == "WEB"
        assert api.get("/api/v2/projects/WEB/statuses").status_code == 200
        member = connect(served, served.member_key)
        assert member.get("/api/v2/projects/APP").status_code == 404


def test_a_project_is_archived_and_taken_up_again(api: requests.Session, web: Project) -> None:
    issues = listed(api, "/issues")
    edit(api, op="archive_project", project="WEB")
    assert api.get("/api/v2/projects/WEB").json()["archived"] is True
    assert web.id in listed(api, "/projects", archived="true")
    assert listed(api, "/issues") == issues
    edit(api, op="unarchive_project", project="WEB")
    assert api.get("/api/v2/projects/WEB").json()["archived"] is False


def test_a_renamed_project_gives_its_issues_new_keys(fresh: Emulator, api: requests.Session, web: Project) -> None:
    issue = next(issue for issue in fresh.space.issues.values() if issue.project is web)
    old, updated = issue.key, api.get(f"/api/v2/issues/{issue.id}").json()["updated"]
    edit(api, op="update_project", project="WEB", fields={"projectKey": "SITE", "useGit": False})
    body = api.get(f"/api/v2/issues/SITE-{issue.key_id}").json()
    assert (body["id"], body["issueKey"], body["updated"]) == (issue.id, f"SITE-{issue.key_id}", updated)
    assert api.get(f"/api/v2/issues/{old}").status_code == 404
    assert api.get("/api/v2/projects/SITE").json()["useGit"] is False


@pytest.mark.parametrize("switch", [False, True])
def test_a_deleted_status_passes_its_issues_on_and_enters_the_feed(connect: Connect, switch: bool) -> None:
    with running(issues=60, status_delete_moves_updated=switch) as served:
        api, space = connect(served), served.space
        web = next(iter(space.projects.values()))
        number = edit(api, op="add_status", project="WEB", name="Blocked")
        issue = edit(api, op="create_issue", project="WEB", fields={"statusId": number})
        edit(api, op="advance", seconds=5)
        edit(api, op="delete_status", project="WEB", status=number, substitute=2)
        activity, key_id = newest(api), space.issues[issue].key_id
        assert activity["type"] == 34
        assert activity["content"]["deletedStatus"] == {"name": "Blocked"}
        assert activity["content"]["link"] == [{"id": issue, "key_id": key_id, "title": "New issue"}]
        body = api.get(f"/api/v2/issues/{issue}").json()
        assert body["status"]["id"] == 2
        assert (body["updated"] == "2026-01-05T00:00:05Z") is switch
        assert [(each["id"], each["projectId"]) for each in buried(api, "statuses")] == [(number, web.id)]
        assert [status.display_order for status in web.statuses] == [1000 * n for n in range(1, len(web.statuses) + 1)]


def test_milestones_of_all_stages_are_in_the_feed(api: requests.Session, web: Project) -> None:
    number = edit(api, op="add_version", project="WEB", name="first")
    edit(api, op="update_version", version=number, fields={"name": "second", "releaseDueDate": "2026-03-01"})
    changes = newest(api)["content"]["changes"]
    assert [(each["field"], each["new_value"]) for each in changes] == [
        ("name", "second"),
        ("referenceDate", "2026-03-01"),
    ]
    edit(api, op="delete_version", version=number)
    feed = api.get("/api/v2/space/activities", params={"count": 3}).json()
    assert [each["type"] for each in feed] == [24, 23, 22]
    assert [each["id"] for each in buried(api, "versions")] == [number]


def test_other_settings_come_and_go_without_a_word_in_the_feed(
    fresh: Emulator, api: requests.Session, web: Project
) -> None:
    feed, keep = len(fresh.space.activities), web.issue_types[0].id
    kind = edit(api, op="add_issue_type", project="WEB", name="Chore")
    category = edit(api, op="add_category", project="WEB", name="Printing")
    field = edit(api, op="add_custom_field", project="WEB", type=3)
    fields = {"issueTypeId": kind, "categoryId": [category], f"customField_{field}": 7.5}
    issue = edit(api, op="create_issue", project="WEB", fields=fields)
    edit(api, op="rename", project="WEB", setting="category", id=category, name="Print")
    body = api.get(f"/api/v2/issues/{issue}").json()
    assert (body["category"][0]["name"], body["customFields"][0]["value"]) == ("Print", 7.5)
    edit(api, op="delete_issue_type", issue_type=kind, substitute=keep)
    edit(api, op="delete_category", category=category)
    edit(api, op="delete_custom_field", custom_field=field)
    body = api.get(f"/api/v2/issues/{issue}").json()
    assert (body["issueType"]["id"], body["category"], body["customFields"]) == (keep, [], [])
    assert [each.type for each in fresh.space.activities[feed:]] == [1]
    gone = {endpoint: buried(api, endpoint)[0]["id"] for endpoint in ("issue_types", "categories", "custom_fields")}
    assert gone == {"issue_types": kind, "categories": category, "custom_fields": field}


def test_a_deleted_user_leaves_his_projects_too(fresh: Emulator, api: requests.Session, web: Project) -> None:
    user = web.members[-1]
    joined = {project.id for project in fresh.space.projects_of(user)}
    edit(api, op="delete_user", user=user.id)
    assert [each["id"] for each in buried(api, "users")] == [user.id]
    assert {each["projectId"] for each in buried(api, "project_users")} == joined


def test_deletions_that_are_not_kept_name_those_that_are(api: requests.Session) -> None:
    response = api.get("/control/truth/weather?deleted=true")
    assert response.status_code == 404
    assert "issue_comments" in response.text


def test_an_issue_cannot_be_put_below_itself(fresh: Emulator, api: requests.Session) -> None:
    parent, child = family(api, fresh)
    fields, summary = {"summary": "new", "parentIssueId": child.id}, parent.summary
    response = api.post("/control/edit", json={"op": "update_issue", "id": parent.id, "fields": fields})
    assert (response.status_code, parent.parent, parent.summary) == (400, None, summary)


def test_an_issue_comes_back_without_what_was_deleted_meanwhile(
    fresh: Emulator, api: requests.Session, web: Project
) -> None:
    version, fields = web.versions[0].id, {"milestoneId": [web.versions[0].id]}
    issue = edit(api, op="create_issue", project="WEB", fields=fields)
    edit(api, op="delete_issue", id=issue)
    edit(api, op="delete_version", version=version)
    edit(api, op="restore_issue", id=issue)
    assert api.get(f"/api/v2/issues/{issue}").json()["milestone"] == []


@pytest.mark.parametrize(
    "given",
    [
        {"op": "move_issue", "id": "oldest", "from": "WEB", "project": "WEB"},
        {"op": "restore_issue", "id": 1},
        {"op": "delete_status", "project": "WEB", "status": 1, "substitute": 2},
        {"op": "update_project", "project": "WEB", "fields": {"projectKey": "APP"}},
        {"op": "update_project", "project": "WEB", "fields": {"colour": "red"}},
        {"op": "bulk_update", "ids": [], "fields": {"summary": "x"}},
        {"op": "delete_issues", "ids": "prettiest"},
        {"op": "delete_issues", "ids": "all", "project": "NONE"},
    ],
)
def test_what_cannot_be_done_is_refused(api: requests.Session, given: dict[str, Any]) -> None:
    response = api.post("/control/edit", json=given)
    assert response.status_code == 400
    assert response.json()["error"]


def test_several_edits_are_done_at_once_and_in_order(api: requests.Session) -> None:
    given = [{"op": "advance", "seconds": 1}, {"op": "delete_issue", "id": "oldest"}]
    moment, deleted = api.post("/control/edit", json=given).json()
    assert (moment["id"], moment["now"]) == (None, "2026-01-05T00:00:01Z")
    assert [each["id"] for each in buried(api, "issues")] == [deleted["id"]]

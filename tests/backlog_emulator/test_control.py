"""Truth, switches, scripted edits, the hook, the log of requests."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests

from backlog_emulator.server import running

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator

Connect = Callable[..., requests.Session]


def paged(api: requests.Session, path: str, **params: Any) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    while page := api.get(path, params={**params, "offset": len(records), "count": 100}).json():
        records += page
    return records


def test_the_truth_is_what_reading_everything_gives(api: requests.Session) -> None:
    issues = paged(api, "/api/v2/issues", sort="created", order="asc")
    assert api.get("/control/truth/issues").json() == issues
    assert api.get("/control/truth/users").json() == api.get("/api/v2/users").json()
    assert api.get("/control/truth/projects").json() == api.get("/api/v2/projects").json()
    feed: list[dict[str, Any]] = []
    params: dict[str, Any] = {"order": "asc", "count": 100}
    while page := api.get("/api/v2/space/activities", params=params).json():
        feed += page
        params["minId"] = page[-1]["id"]
    assert api.get("/control/truth/activities").json() == feed


def test_a_truth_that_is_not_kept_names_those_that_are(api: requests.Session) -> None:
    response = api.get("/control/truth/weather")
    assert response.status_code == 404
    assert "issues" in response.text


def test_switches_can_be_read_set_and_explained(fresh: Emulator, connect: Connect) -> None:
    api = connect(fresh)
    assert api.get("/control/switches").json()["min_id"] == "exclusive"
    assert api.patch("/control/switches", json={"min_id": "inclusive"}).json()["min_id"] == "inclusive"
    unknowns = api.get("/control/switches/unknowns").json()
    assert list(unknowns) == list(api.get("/control/switches").json())
    assert all(unknowns.values())


@pytest.mark.parametrize(
    "given",
    [
        {"min_id": "sometimes"},
        {"limit_read": -1},
        {"limit_read": True},
        {"limit_read": 1.5},
        {"rate_limit_counts": 1},
        {"filter_zone": "Mars/Olympus"},
        {"no_such_switch": 1},
    ],
)
def test_a_bad_switch_is_named_and_changes_nothing(emulator: Emulator, api: requests.Session, given: Any) -> None:
    before = api.get("/control/switches").json()
    response = api.patch("/control/switches", json={"over_count": "clamp"} | given)
    assert response.status_code == 400
    assert next(iter(given)) in response.json()["error"]
    assert api.get("/control/switches").json() == before
    with pytest.raises(ValueError, match=next(iter(given))), running(issues=1, **given):
        pass


@pytest.mark.parametrize(("encoding", "written"), [("utc", "2026-02-10T00:00:00Z"), ("japan", "2026-02-09T15:00:00Z")])
def test_days_are_written_in_either_encoding(connect: Connect, encoding: str, written: str) -> None:
    with running(issues=5, day_encoding=encoding) as served:
        api, number = connect(served), next(iter(served.space.issues))
        edit = {"op": "update_issue", "id": number, "fields": {"dueDate": "2026-02-10"}}
        assert api.post("/control/edit", json=edit).status_code == 200
        assert api.get(f"/api/v2/issues/{number}").json()["dueDate"] == written


@pytest.mark.parametrize("switch", ["null", "placeholder"])
def test_a_deleted_user_vanishes_from_lists_and_leaves_a_gap_in_records(connect: Connect, switch: str) -> None:
    with running(issues=20, deleted_user=switch) as served:
        api, issue = connect(served), next(iter(served.space.issues.values()))
        taken = (served.space.owner, issue.assignee)
        user = next(user for user in issue.project.members if user not in taken)
        served.space.update_issue(issue, {"assignee": user})
        api.post("/control/edit", json={"op": "delete_user", "user": user.id})
        shown = api.get(f"/api/v2/issues/{issue.id}").json()["assignee"]
        assert shown is None if switch == "null" else (shown["id"], shown["mailAddress"]) == (user.id, None)
        assert user.id not in {each["id"] for each in api.get("/api/v2/users").json()}
        assert api.get(f"/api/v2/users/{user.id}").status_code == 404


def test_a_renamed_user_has_his_new_name_in_old_records_too(fresh: Emulator, connect: Connect) -> None:
    api, issue = connect(fresh), next(iter(fresh.space.issues.values()))
    before = api.get(f"/api/v2/issues/{issue.id}").json()
    edit = {"op": "update_user", "user": issue.created_user.id, "fields": {"name": "新しい名前"}}
    api.post("/control/edit", json=edit)
    after = api.get(f"/api/v2/issues/{issue.id}").json()
    assert after["createdUser"]["name"] == "新しい名前"
    assert after["updated"] == before["updated"]


def test_scripted_edits_change_the_space_and_the_feed(fresh: Emulator, connect: Connect) -> None:
    api, space = connect(fresh), fresh.space
    web = next(iter(space.projects.values()))

    def edit(**given: Any) -> int:
        response = api.post("/control/edit", json=given)
        assert response.status_code == 200, response.text
        return int(response.json()["id"])

    number = edit(op="create_issue", project="WEB", fields={"summary": "scripted", "statusId": 2, "dueDate": None})
    fields = {
        "assigneeId": space.owner.id,
        "milestoneId": [web.versions[0].id],
        "categoryId": [web.categories[0].id],
        f"customField_{web.custom_fields[4].id}": 2,
        "estimatedHours": 1.5,
    }
    edit(op="update_issue", id=number, fields=fields, comment="with words")
    comment = edit(op="add_comment", id=number, content="one more")
    edit(op="edit_comment", comment=comment, content="one less")
    body = api.get(f"/api/v2/issues/{number}").json()
    assert (body["summary"], body["status"]["id"], body["estimatedHours"]) == ("scripted", 2, 1.5)
    assert body["milestone"][0]["id"] == web.versions[0].id
    assert body["customFields"][0]["value"]["name"] == "S2"
    assert api.get(f"/api/v2/issues/{number}/comments/{comment}").json()["content"] == "one less"
    edit(op="delete_comment", comment=comment)
    edit(op="bulk_update", ids=[number, next(i.id for i in web_issues(fresh))], fields={"priorityId": 4, "statusId": 3})
    edit(op="star_issue", id=number)
    edit(op="remove_member", project="WEB", user=web.members[-1].id)
    edit(op="add_member", project="WEB", user=list(space.users)[-1])
    version = edit(op="add_version", project="WEB", name="the last one")
    edit(op="delete_version", version=version)
    edit(op="delete_issue", id=number)
    edit(op="archive_project", project="APP")
    assert [each.type for each in space.activities[-9:]] == [1, 2, 3, 14, 16, 15, 22, 24, 4]


def web_issues(emulator: Emulator) -> list[Any]:
    return [issue for issue in emulator.space.issues.values() if issue.project.key == "WEB"]


@pytest.mark.parametrize(
    "edit",
    [
        {"op": "explode"},
        {},
        {"op": "delete_issue", "id": 1},
        {"op": "delete_issue"},
        {"op": "create_issue", "project": "NONE"},
        {"op": "create_issue", "project": "WEB", "fields": {"colour": "red"}},
        {"op": "create_issue", "project": "WEB", "fields": {"statusId": 999}},
        {"op": "create_issue", "project": "WEB", "fields": {"dueDate": "soon"}},
    ],
)
def test_an_impossible_edit_says_what_is_wrong(api: requests.Session, edit: dict[str, Any]) -> None:
    response = api.post("/control/edit", json=edit)
    assert response.status_code == 400
    assert response.json()["error"]


def test_a_hook_can_change_the_space_between_two_requests(fresh: Emulator, connect: Connect) -> None:
    api, space = connect(fresh), fresh.space
    seen = []

    def meddle(request: Any) -> None:
        seen.append(request.url.path)
        space.create_issue(next(iter(space.projects.values())), {"summary": f"meddled {len(seen)}"})

    space.before_request = meddle
    counts = [api.get("/api/v2/issues/count").json()["count"] for _ in range(3)]
    assert counts == [61, 62, 63]
    assert seen == ["/api/v2/issues/count"] * 3


def test_keys_are_told_with_what_they_open(api: requests.Session, emulator: Emulator) -> None:
    first, second = api.get("/control/keys").json()
    assert (first["key"], second["key"]) == (emulator.api_key, emulator.member_key)
    assert set(second["projects"]) < set(first["projects"])


def test_requests_are_written_down_without_their_keys(fresh: Emulator, connect: Connect) -> None:
    api = connect(fresh)
    api.get(f"/api/v2/issues?count=1&apiKey={fresh.api_key}")
    api.get("/api/v2/nothing")
    log = api.get("/control/requests")
    assert fresh.api_key not in log.text
    first, second = log.json()
    assert (first["method"], first["path"], first["query"]) == ("GET", "/api/v2/issues", "count=1")
    assert (first["status"], first["bucket"], first["in_flight"]) == (200, "search", 1)
    assert (second["status"], second["bucket"]) == (404, "read")
    assert first["connection"] == second["connection"]
    assert first["user_agent"].startswith("python-requests")
    assert first["started"] <= second["started"]
    api.delete("/control/requests")
    assert api.get("/control/requests").json() == []


def test_requests_at_the_same_time_are_counted_as_such(connect: Connect) -> None:
    with running(issues=5, latency_ms=100) as served:
        sessions = [connect(served) for _ in range(3)]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda session: session.get("/api/v2/space"), sessions))
        sessions[0].get("/api/v2/space")
        counts = [entry["in_flight"] for entry in sessions[0].get("/control/requests").json()]
        assert counts == [1, 2, 3, 1]

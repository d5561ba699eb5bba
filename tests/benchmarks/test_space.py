"""The space that benchmarks run against: it answers as if everything in it were there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from benchmarks.space.__main__ import space
from starlette.testclient import TestClient

REAL, TURNS = 60, 4
# What does not fill a turn lives too.
TOTAL = REAL * TURNS + 7


class Space:
    """Asks it."""

    def __init__(self) -> None:
        self.app, _ = space(TOTAL, projects=5, told=2 * REAL, real=REAL)
        self.emulator = self.app.emulator
        self._http = TestClient(self.app, headers={"backlog-api-key": self.emulator.api_key})

    def get(self, path: str, **params: Any) -> Any:
        answer = self._http.get(f"/api/v2{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def status(self, path: str, **params: Any) -> int:
        return self._http.get(f"/api/v2{path}", params=params).status_code

    def control(self, name: str) -> Any:
        return self._http.get(f"/control/{name}").json()

    def post(self, path: str, body: Any) -> Any:
        answer = self._http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pages(self, **params: Any) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        while page := self.get("/issues", **params, count=37, offset=len(records)):
            records += page
        return records


@pytest.fixture(scope="module")
def world() -> Space:
    """A space that no test changes."""
    return Space()


@pytest.fixture(scope="module")
def issues(world: Space) -> list[dict[str, Any]]:
    """All of them, oldest first."""
    return world.pages(sort="created", order="asc")


def test_has_as_many_as_were_asked_for_each_once(world: Space, issues: list[dict[str, Any]]) -> None:
    assert len(issues) == world.get("/issues/count")["count"] == TOTAL
    assert len({issue["id"] for issue in issues}) == len({issue["issueKey"] for issue in issues}) == TOTAL
    assert all(issue["issueKey"].endswith(f"-{issue['keyId']}") for issue in issues)
    assert all(issue["created"] <= issue["updated"] for issue in issues)


def test_what_lives_is_what_the_emulator_answers(world: Space, issues: list[dict[str, Any]]) -> None:
    truth = orjson.loads(world.emulator.space.bodies.many(world.emulator.space.issues.values()))
    assert issues[-len(truth) :] == sorted(truth, key=lambda issue: (issue["created"], issue["id"]))


@pytest.mark.parametrize("field", ["created", "updated"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_sorts(world: Space, issues: list[dict[str, Any]], field: str, order: str) -> None:
    wanted = sorted(issues, key=lambda issue: (issue[field], issue["id"]), reverse=order == "desc")
    assert world.pages(sort=field, order=order) == wanted


@pytest.mark.parametrize("field", ["created", "updated"])
@pytest.mark.parametrize("named", [1, 3])
def test_filters_by_project_and_day(world: Space, issues: list[dict[str, Any]], field: str, named: int) -> None:
    projects = list(world.emulator.space.projects)[:named]
    # The filters are days of Japan.
    since, until = issues[len(issues) // 4][field][:10], issues[-20][field][:10]
    first, last = f"{_day_before(since)}T15:00:00Z", f"{until}T15:00:00Z"
    wanted = [each for each in issues if each["projectId"] in projects and first <= each[field] < last]
    asked = {"projectId[]": projects, f"{field}Since": since, f"{field}Until": until}
    found = world.pages(**asked, sort=field, order="asc")
    assert wanted
    assert found == sorted(wanted, key=lambda issue: (issue[field], issue["id"]))
    assert world.get("/issues/count", **asked) == {"count": len(wanted)}


def _day_before(day: str) -> str:
    return str(date.fromisoformat(day) - timedelta(days=1))


def test_refuses_what_it_cannot_find(world: Space) -> None:
    assert world.status("/issues", sort="summary") == 400
    assert world.status("/issues", **{"sort": "created", "statusId[]": 1}) == 400
    assert world.status("/issues", sort="created", updatedSince="2026-01-01") == 400
    assert world.status("/issues", **{"sort": "created", "projectId[]": 1}) == 404


def test_each_issue_has_its_comments(world: Space, issues: list[dict[str, Any]]) -> None:
    ids: set[int] = set()
    for issue in issues[::5]:
        assert world.get(f"/issues/{issue['id']}") == issue
        comments = world.get(f"/issues/{issue['id']}/comments", order="asc", count=100)
        assert all(comment["issueId"] == issue["id"] for comment in comments)
        assert all(issue["created"] <= comment["created"] <= comment["updated"] for comment in comments)
        ids.update(comment["id"] for comment in comments)
        if issue["created"] < issues[-len(world.emulator.space.issues)]["created"]:
            assert world.control("latest") == issue
    living = sum(len(issue.comments) for issue in world.emulator.space.issues.values())
    assert len(ids) > living / 2
    oldest = issues[0]["id"]
    assert world.status(f"/issues/{oldest}/attachments") == 400
    assert world.status(f"/issues/{oldest - 1}/comments") == 404


@pytest.mark.parametrize("exclusive", ["exclusive", "inclusive"])
def test_the_feed_has_each_activity_once(world: Space, issues: list[dict[str, Any]], exclusive: str) -> None:
    world.emulator.space.switches.change(min_id=exclusive, max_id=exclusive)
    ascending, descending = _feed(world, "asc", "minId"), _feed(world, "desc", "maxId")
    assert ascending == descending[::-1]
    assert sorted(ascending) == ascending
    assert len(ascending) == len(world.emulator.space.activities) + 2 * REAL
    assert _feed(world, "asc", "minId", 5, 6) == [
        each.id for each in world.emulator.space.activities if each.type in {5, 6}
    ]


def _feed(world: Space, order: str, edge: str, *types: int) -> list[int]:
    ids: list[int] = []
    while True:
        behind = {edge: ids[-1]} if ids else {}
        page = world.get("/space/activities", order=order, count=50, **behind, **{"activityTypeId[]": types})
        fresh = [record["id"] for record in page if record["id"] not in ids]
        if not fresh:
            return ids
        ids += fresh


def test_the_feed_tells_of_issues_that_are_there(world: Space, issues: list[dict[str, Any]]) -> None:
    by_id = {issue["id"]: issue for issue in issues}
    told = world.get("/space/activities", order="asc", count=100)
    for activity in told:
        issue = by_id[activity["content"]["id"]]
        assert activity["type"] == 1
        assert activity["content"]["key_id"] == issue["keyId"]
        assert activity["created"] == issue["created"]
        assert activity["project"]["id"] == issue["projectId"]


def test_moves_on(issues: list[dict[str, Any]]) -> None:
    world = Space()
    before = world.get("/space/activities", count=1)[0]["id"]
    done = world.post("/control/advance", {"hours": 1, "issues_created": 30, "comments": 5})
    assert world.get("/issues/count") == {"count": TOTAL + 30 - done["issues_deleted"]}
    newest = world.get("/issues", sort="updated", order="desc", count=100)
    assert {issue["id"] for issue in newest} - {issue["id"] for issue in issues}
    told = world.get("/space/activities", order="asc", minId=before, count=100)
    assert sum(activity["type"] == 1 for activity in told) == 30

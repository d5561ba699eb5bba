"""Refusals: Backlog's body and codes, and what a caller may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import requests

from backlog_emulator.server import running

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator

Connect = Callable[..., requests.Session]


def refusal(response: requests.Response) -> tuple[int, int]:
    (error,) = response.json()["errors"]
    assert list(error) == ["message", "code", "moreInfo"]
    return response.status_code, error["code"]


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/issues/1", "/issues/WEB-99999", "/projects/NONE", "/users/1", "/activities/1", "/projects/WEB/x"],
)
def test_what_does_not_exist_is_404_with_code_6(api: requests.Session, path: str) -> None:
    assert refusal(api.get(f"/api/v2{path}")) == (404, 6)


def test_nothing_can_be_written(api: requests.Session) -> None:
    assert refusal(api.post("/api/v2/issues", data={"summary": "new"})) == (404, 6)


def test_a_wrong_or_missing_key_is_401_with_code_11(emulator: Emulator, connect: Connect) -> None:
    assert refusal(connect(emulator, "wrong").get("/api/v2/space")) == (401, 11)
    assert refusal(requests.get(f"{emulator.url}/api/v2/space", timeout=10)) == (401, 11)


def test_the_key_may_come_in_the_query(emulator: Emulator) -> None:
    url = f"{emulator.url}/api/v2/users/myself"
    assert requests.get(url, params={"apiKey": emulator.api_key}, timeout=10).status_code == 200


def test_a_member_sees_his_projects_only(emulator: Emulator, connect: Connect) -> None:
    api, space = connect(emulator, emulator.member_key), emulator.space
    joined = {project.id for project in space.projects_of(emulator.keys[emulator.member_key])}
    assert 0 < len(joined) < len(space.projects)
    assert {each["id"] for each in api.get("/api/v2/projects").json()} == joined
    listed = api.get("/api/v2/issues", params={"count": 100}).json()
    assert {issue["projectId"] for issue in listed} == joined
    feed = api.get("/api/v2/space/activities", params={"count": 100}).json()
    assert {each["project"]["id"] for each in feed} <= joined
    hidden = next(issue for issue in space.issues.values() if issue.project.id not in joined)
    assert refusal(api.get(f"/api/v2/issues/{hidden.id}")) == (404, 6)
    assert refusal(api.get("/api/v2/issues", params={"projectId[]": hidden.project.id})) == (404, 6)


def test_the_list_of_users_is_for_administrators(emulator: Emulator, connect: Connect) -> None:
    assert refusal(connect(emulator, emulator.member_key).get("/api/v2/users")) == (403, 5)


@pytest.mark.parametrize(("switch", "expected"), [(404, (404, 6)), (403, (403, 5))])
def test_an_unjoined_project_is_missing_or_forbidden(connect: Connect, switch: int, expected: tuple[int, int]) -> None:
    with running(issues=10, unjoined_project=switch) as served:
        assert refusal(connect(served, served.member_key).get("/api/v2/projects/APP/statuses")) == expected


def test_statuses_of_codes_5_and_7_are_switches(connect: Connect) -> None:
    with running(issues=10, status_unauthorized=401, status_invalid=422) as served:
        assert refusal(connect(served, served.member_key).get("/api/v2/users")) == (401, 5)
        assert refusal(connect(served).get("/api/v2/issues?count=x")) == (422, 7)


def test_an_administrator_can_list_projects_that_he_has_left(fresh: Emulator, connect: Connect) -> None:
    api, project = connect(fresh), list(fresh.space.projects.values())[1]
    fresh.space.remove_member(project, fresh.space.owner)
    seen = {each["id"] for each in api.get("/api/v2/projects").json()}
    every = {each["id"] for each in api.get("/api/v2/projects", params={"all": "true"}).json()}
    assert every - seen == {project.id}
    assert project.id not in {each["projectId"] for each in api.get("/control/truth/issues").json()}


def test_archived_projects_stay_and_can_be_told_apart(api: requests.Session) -> None:
    archived = api.get("/api/v2/projects", params={"archived": "true"}).json()
    assert [each["archived"] for each in archived] == [True]
    assert len(api.get("/api/v2/projects", params={"archived": "false"}).json()) == 5

"""Scripts: edits of the space between the requests of a reader in another process."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import requests

from backlog_emulator.server import running

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator

Connect = Callable[..., requests.Session]
COUNT = "/api/v2/issues/count"


@pytest.fixture
def write(fresh: Emulator, connect: Connect) -> Callable[..., requests.Session]:
    """Scripts steps for a fresh space and gives a session to meet them with."""
    api = connect(fresh)

    def script(*steps: dict[str, Any]) -> requests.Session:
        response = api.post("/control/script", json=list(steps))
        assert response.status_code == 200, response.text
        return api

    return script


def counted(api: requests.Session, times: int) -> list[int]:
    return [api.get(COUNT).json()["count"] for _ in range(times)]


def told(api: requests.Session) -> list[tuple[int, int, list[str]]]:
    return [(step["seen"], step["done"], step["errors"]) for step in api.get("/control/script").json()]


def test_a_step_happens_once_just_before_the_request_of_its_number(write: Callable[..., requests.Session]) -> None:
    api = write({"before_request": 2, "do": {"op": "delete_issue", "id": "oldest"}})
    assert counted(api, 3) == [60, 59, 59]
    assert told(api) == [(3, 1, [])]


def test_a_step_can_happen_before_every_request_with_its_number_in_the_texts(
    fresh: Emulator, write: Callable[..., requests.Session]
) -> None:
    api = write(
        {"before_request": "every", "do": {"op": "create_issue", "project": "WEB", "fields": {"summary": "{n}"}}}
    )
    assert counted(api, 3) == [61, 62, 63]
    assert [issue.summary for issue in fresh.space.issues.values()][-3:] == ["1", "2", "3"]


def test_only_requests_whose_path_fits_are_counted(write: Callable[..., requests.Session]) -> None:
    step = {"before_request": 2, "match": f"{COUNT}$", "do": {"op": "delete_issue", "id": "newest"}}
    api = write(step)
    api.get("/api/v2/issues")
    assert counted(api, 2) == [60, 59]


def test_several_steps_with_several_edits_may_belong_to_one_request(write: Callable[..., requests.Session]) -> None:
    api = write(
        {"before_request": 1, "do": [{"op": "delete_issues", "ids": "random", "count": 10}, {"op": "add_category"}]},
        {"before_request": 1, "do": {"op": "delete_issues", "ids": "stalest", "count": 5}},
    )
    assert counted(api, 1) == [45]
    (first, second) = told(api)
    assert second == (1, 1, [])
    assert first[:2] == (1, 1)
    assert first[2][0].startswith("request 1: operation add_category needs")


def test_a_step_that_cannot_be_done_does_not_disturb_the_request(write: Callable[..., requests.Session]) -> None:
    api = write({"before_request": "every", "do": {"op": "delete_issue", "id": 1}})
    assert counted(api, 2) == [60, 60]
    assert [(seen, done, len(errors)) for seen, done, errors in told(api)] == [(2, 0, 2)]


def test_steps_come_before_requests_that_a_fault_swallows(
    fresh: Emulator, write: Callable[..., requests.Session]
) -> None:
    api = write({"before_request": 1, "do": {"op": "delete_issue", "id": "freshest"}})
    fresh.faults.replace([{"kind": "html"}])
    assert "<html>" in api.get(COUNT).text
    assert counted(api, 1) == [59]


def test_hundreds_of_issues_change_in_one_second(fresh: Emulator, connect: Connect) -> None:
    with running(issues=400) as served:
        api = connect(served)
        do = [{"op": "advance", "seconds": 1}, {"op": "bulk_update", "ids": "all", "fields": {"description": "{n}"}}]
        api.post("/control/script", json=[{"before_request": 1, "do": do}])
        page = api.get("/api/v2/issues", params={"count": 100}).json()
        assert {issue["updated"] for issue in page} == {"2026-01-05T00:00:01Z"}
        assert {issue.updated for issue in served.space.issues.values()} == {served.space.now}
        activities = [each for each in served.space.activities if each.created == served.space.now]
        assert {each.type for each in activities} == {14}
        assert len(activities) == len({issue.project for issue in served.space.issues.values()})


@pytest.mark.parametrize(
    ("step", "word"),
    [
        ({"before_request": 0, "do": {"op": "advance"}}, "before_request"),
        ({"before_request": "often", "do": {"op": "advance"}}, "before_request"),
        ({"before_request": 1}, "do"),
        ({"before_request": 1, "do": {"op": "explode"}}, "explode"),
        ({"before_request": 1, "do": "explode"}, "explode"),
        ({"before_request": 1, "do": {"op": "advance"}, "match": "("}, "no step"),
    ],
)
def test_a_step_that_is_none_is_refused(fresh: Emulator, connect: Connect, step: dict[str, Any], word: str) -> None:
    response = connect(fresh).post("/control/script", json=[step])
    assert response.status_code == 400
    assert word in response.json()["error"]


def test_a_script_can_be_taken_back(write: Callable[..., requests.Session]) -> None:
    api = write({"before_request": 1, "do": {"op": "delete_issue", "id": "oldest"}})
    api.delete("/control/script")
    assert counted(api, 1) == [60]
    assert told(api) == []


def test_a_thousand_deletions_while_five_thousand_issues_are_read_take_seconds(connect: Connect) -> None:
    with running(issues=5000, limit_search=1000) as served:
        api = connect(served)
        do = {"op": "delete_issues", "ids": "random", "count": 25}
        api.post("/control/script", json=[{"before_request": "every", "do": do}])
        start, read = time.monotonic(), 0
        while page := api.get(f"/api/v2/issues?count=100&sort=created&offset={read}").json():
            read += len(page)
        assert len(api.get("/control/truth/issues", params={"deleted": "true"}).json()) >= 1000
        assert time.monotonic() - start < 5

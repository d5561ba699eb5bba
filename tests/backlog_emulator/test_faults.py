"""Scripted faults, down to the TCP connection."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backlog_emulator.emulator import Emulator

PATH = "/api/v2/issues"


@pytest.fixture
def broken(emulator: Emulator, connect: Callable[..., requests.Session]) -> Iterator[Callable[..., requests.Session]]:
    """Scripts faults and gives a session to meet them with."""
    api = connect(emulator)

    def script(*faults: dict[str, Any]) -> requests.Session:
        assert api.post("/control/faults", json=list(faults)).status_code == 200
        return api

    yield script
    api.delete("/control/faults")


def test_a_reset_closes_the_connection_without_an_answer(broken: Callable[..., requests.Session]) -> None:
    api = broken({"kind": "reset"})
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        api.get(PATH)
    assert api.get(PATH).status_code == 200


def test_a_cut_answer_is_announced_whole_and_ends_half_way(
    emulator: Emulator, broken: Callable[..., requests.Session]
) -> None:
    api = broken({"kind": "cut"})
    with api.get(PATH, stream=True) as response:
        announced = int(response.headers["Content-Length"])
        assert response.headers["X-RateLimit-Limit"] == "150"
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead") as error:
            response.content  # noqa: B018 - reading it is the point
    assert f"IncompleteRead({announced // 2} bytes read" in str(error.value)
    assert api.get(PATH).status_code == 200


def test_a_status_comes_with_backlogs_error_body(broken: Callable[..., requests.Session]) -> None:
    api = broken({"kind": "status", "status": 503}, {"kind": "status", "status": 429, "times": 2})
    answers = [api.get(PATH) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [503, 429, 429, 200]
    assert [answer.json()["errors"][0]["code"] for answer in answers[:2]] == [1, 13]
    assert "X-RateLimit-Reset" in answers[0].headers


def test_a_login_page_and_a_redirect_come_from_something_that_knows_no_limits(
    broken: Callable[..., requests.Session],
) -> None:
    api = broken({"kind": "html"}, {"kind": "redirect", "location": "https://login.example/"})
    page, redirect = api.get(PATH), api.get(PATH)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert (redirect.status_code, redirect.headers["Location"]) == (302, "https://login.example/")
    assert "X-RateLimit-Limit" not in page.headers


def test_bodies_can_be_empty_or_of_the_wrong_kind(broken: Callable[..., requests.Session]) -> None:
    api = broken({"kind": "empty"}, {"kind": "not_list"})
    assert api.get(PATH).content == b""
    assert isinstance(api.get(PATH).json(), dict)


def test_a_slow_answer_is_late_and_right(broken: Callable[..., requests.Session]) -> None:
    api = broken({"kind": "slow", "seconds": 0.3})
    start = time.monotonic()
    assert len(api.get(PATH).json()) == 20
    assert time.monotonic() - start > 0.3


def test_faults_wait_for_their_turn_and_their_path(broken: Callable[..., requests.Session]) -> None:
    api = broken({"kind": "status", "match": "/api/v2/users", "after": 1, "times": 1})
    assert [api.get(p).status_code for p in ("/api/v2/users", PATH, "/api/v2/users", "/api/v2/users")] == [
        200,
        200,
        503,
        200,
    ]


def test_clearing_and_replacing_faults_forgets_the_old_ones(broken: Callable[..., requests.Session]) -> None:
    api = broken({"kind": "status"})
    broken({"kind": "empty", "times": 5})
    assert api.get(PATH).status_code == 200
    api.delete("/control/faults")
    assert api.get("/control/faults").json() == []
    assert api.get(PATH).content


@pytest.mark.parametrize("fault", [{"kind": "earthquake"}, {"kind": "reset", "when": "now"}, {}])
def test_a_fault_that_does_not_exist_is_refused(api: requests.Session, fault: dict[str, str]) -> None:
    response = api.post("/control/faults", json=[fault])
    assert response.status_code == 400
    assert "fault" in response.json()["error"]

"""The client, against an emulated space that misbehaves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from backlog_provider import exceptions
from backlog_provider.api.client import Client
from backlog_provider.api.session import ApiKeyAuth

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator

PASSING = ["status", "reset", "cut", "html", "empty"]


def faults(space: Emulator, *entries: dict[str, Any]) -> None:
    space.faults.replace(list(entries))


@pytest.mark.parametrize("kind", PASSING)
def test_passing_fault_costs_a_request_and_nothing_else(client: Client, space: Emulator, kind: str) -> None:
    faults(space, {"kind": kind, "times": 2})
    assert len(client.get_list("/users")) == 12
    assert client.requests == 3


def test_waits_grow_from_try_to_try(space: Emulator) -> None:
    waits: list[float] = []
    with requests.Session() as session:
        session.auth = ApiKeyAuth(space.api_key)
        client = Client(session, space.url, sleep=waits.append)
        faults(space, {"kind": "status", "status": 500, "times": 99})
        with pytest.raises(exceptions.ServerError, match=r"GET /users: Backlog refused \(500.*try again later"):
            client.get("/users")
    assert len(waits) == 5
    assert waits == sorted(waits)


@pytest.mark.parametrize(
    ("kind", "error", "message"),
    [
        ("reset", exceptions.TransportError, "no whole answer from http://127.0.0.1.*: the connection broke"),
        ("cut", exceptions.TransportError, "the body was cut off"),
        ("html", exceptions.ResponseError, "answered 200 with .* bytes of text/html.* that are not JSON"),
        ("empty", exceptions.ResponseError, "answered 200 with 0 bytes"),
    ],
)
def test_fault_that_stays_is_named(
    client: Client, space: Emulator, kind: str, error: type[Exception], message: str
) -> None:
    faults(space, {"kind": kind, "times": 99})
    with pytest.raises(error, match=message):
        client.get_list("/users")


def test_list_of_another_shape_is_an_error_never_an_empty_page(client: Client, space: Emulator) -> None:
    faults(space, {"kind": "not_list", "times": 99})
    with pytest.raises(exceptions.ResponseError, match="dict where a list of objects was expected"):
        client.get_list("/users")


def test_redirect_is_refused_and_the_key_stays_here(client: Client, space: Emulator) -> None:
    faults(space, {"kind": "redirect", "location": "http://127.0.0.1:9/elsewhere?x=1"})
    with pytest.raises(exceptions.InvalidRequestError, match="points to http://127.0.0.1:9/elsewhere: put the space's"):
        client.get("/users")
    assert client.requests == 1


@pytest.mark.parametrize(
    ("path", "params", "error", "code"),
    [
        ("/projects/NOSUCH", [], exceptions.NotFoundError, 6),
        ("/issues", [("count", 101)], exceptions.InvalidRequestError, 7),
        ("/no/such/thing", [], exceptions.NotFoundError, 6),
    ],
)
def test_refusal_carries_backlogs_own_code_and_is_not_tried_again(
    client: Client, path: str, params: list[tuple[str, Any]], error: type[exceptions.ApiError], code: int
) -> None:
    with pytest.raises(error, match=f"GET {path}: Backlog refused") as caught:
        client.get(path, params)
    assert caught.value.code == code
    assert client.requests == 1


def test_wrong_key_is_an_authentication_error(space: Emulator) -> None:
    with requests.Session() as session:
        session.auth = ApiKeyAuth("not-a-key")
        with pytest.raises(exceptions.AuthenticationError) as caught:
            Client(session, space.url).get("/users/myself")
    assert (caught.value.status, caught.value.code) == (401, 11)
    assert "not-a-key" not in str(caught.value)


def test_what_a_role_may_not_read_is_access_denied(space: Emulator) -> None:
    with requests.Session() as session:
        session.auth = ApiKeyAuth(space.member_key)
        with pytest.raises(exceptions.AccessDeniedError, match="give the key's user the right"):
            Client(session, space.url).get("/users")


def test_nobody_listening_is_named_without_a_screen_of_text() -> None:
    with requests.Session() as session, pytest.raises(exceptions.TransportError) as caught:
        Client(session, "http://127.0.0.1:9", sleep=lambda _: None).get("/users")
    assert str(caught.value) == (
        "GET /users: no whole answer from http://127.0.0.1:9: connection refused; "
        "check the connection's host, and that this machine can reach it"
    )


def test_key_travels_in_its_header_alone(client: Client, space: Emulator) -> None:
    seen: list[Any] = []
    space.space.before_request = seen.append
    client.get("/users")
    [request] = seen
    assert request.headers["backlog-api-key"] == space.api_key
    others = [value for name, value in request.headers.items() if name != "backlog-api-key"]
    assert not any(space.api_key in text for text in [str(request.url), *others])


def test_whole_task_uses_one_connection_and_one_request_at_a_time(client: Client, space: Emulator) -> None:
    for _ in range(20):
        client.get("/projects")
    entries = space.requests.listed()
    assert len({entry["connection"] for entry in entries}) == 1
    assert {entry["in_flight"] for entry in entries} == {1}


class Clock:
    """Sleeps for real, and remembers how long."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        time.sleep(seconds)


@pytest.mark.parametrize("window", ["anchored", "fixed"])
def test_limit_is_kept_without_ever_meeting_a_429(space: Emulator, window: str) -> None:
    space.space.switch(window_seconds=2, limit_search=5, rate_window=window)
    clock = Clock()
    with requests.Session() as session:
        session.auth = ApiKeyAuth(space.api_key)
        client = Client(session, space.url, sleep=clock.sleep)
        for _ in range(12):
            client.get("/issues/count")
    assert [entry["status"] for entry in space.requests.listed()] == [200] * 12
    assert clock.slept


def test_wait_for_the_limit_is_told_in_a_line_and_takes_all_of_it_at_once(
    space: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    space.space.switch(window_seconds=60, limit_read=100)
    waits: list[float] = []
    caplog.set_level("INFO")
    with requests.Session() as session:
        session.auth = ApiKeyAuth(space.api_key)
        client = Client(session, space.url, sleep=waits.append)
        for _ in range(100):
            client.get("/users")
    [wait] = waits
    assert 50 < wait < 61.1
    [line] = [record.getMessage() for record in caplog.records if "waiting" in record.getMessage()]
    assert line == f"99 requests so far; waiting {wait:.0f} s for the limit of read requests"


def test_tasks_of_the_same_minute_find_a_request_left_and_wait_from_then_on(space: Emulator) -> None:
    space.space.switch(window_seconds=3, limit_search=150)
    clock = Clock()
    for wanted in (148, 3, 2):
        with requests.Session() as session:
            session.auth = ApiKeyAuth(space.api_key)
            client = Client(session, space.url, sleep=clock.sleep)
            for _ in range(wanted):
                client.get("/issues/count")
    assert {entry["status"] for entry in space.requests.listed()} == {200}
    assert len(clock.slept) == 1


def test_other_category_is_not_held_up(space: Emulator) -> None:
    space.space.switch(window_seconds=60, limit_search=2)
    clock = Clock()
    with requests.Session() as session:
        session.auth = ApiKeyAuth(space.api_key)
        client = Client(session, space.url, sleep=clock.sleep)
        client.get("/issues/count")
        client.get("/issues/count")
        for _ in range(5):
            client.get("/users")
    assert clock.slept == []


def test_429_waits_until_the_reset_and_then_goes_on(space: Emulator) -> None:
    space.space.switch(window_seconds=2, limit_read=1)
    clock = Clock()
    with requests.Session() as session:
        session.auth = ApiKeyAuth(space.api_key)
        # Somebody else has used up the same user's budget, which this client cannot know.
        session.get(f"{space.url}/api/v2/users")
        assert Client(session, space.url, sleep=clock.sleep).get("/users/myself")["id"]
    assert [entry["status"] for entry in space.requests.listed()][:2] == [200, 429]
    assert sum(clock.slept) >= 1


def test_limit_and_pace_are_known_from_the_answers(client: Client, space: Emulator) -> None:
    space.space.switch(limit_search=150)
    assert client.limit("search") is None
    assert client.seconds_each("search") == 0
    client.get("/issues/count")
    # A count is no page: it tells the limit, and not how long a page takes.
    assert (client.limit("search"), client.seconds_each("search")) == (150, 0)
    client.get("/issues")
    assert 0 < client.seconds_each("search") < 5
    # As long as nothing is known of its own category, any other's pace is better than none.
    assert client.seconds_each("read") == client.seconds_each("search")

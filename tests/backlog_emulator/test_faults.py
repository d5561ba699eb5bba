"""Scripted faults, down to the TCP connection."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
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


def test_a_storm_of_429_says_when_it_is_over(broken: Callable[..., requests.Session]) -> None:
    api = broken({"kind": "storm", "times": 3, "seconds": 5})
    answers = [api.get(PATH) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 429, 429, 200]
    assert answers[0].json()["errors"][0]["code"] == 13
    assert answers[0].headers["X-RateLimit-Remaining"] == "0"
    assert 3 < int(answers[0].headers["X-RateLimit-Reset"]) - time.time() < 7


@pytest.mark.parametrize("reset", [None, "0", "soon"])
def test_a_storm_may_say_nothing_useful(broken: Callable[..., requests.Session], reset: str | None) -> None:
    api = broken({"kind": "storm", "headers": {"X-RateLimit-Reset": reset}})
    assert api.get(PATH).headers.get("X-RateLimit-Reset") == reset


def test_a_chunked_answer_may_lack_its_end(broken: Callable[..., requests.Session]) -> None:
    api = broken({"kind": "cut_chunked", "share": 0.9})
    with api.get(PATH, stream=True) as response:
        assert response.headers["Transfer-Encoding"] == "chunked"
        assert "Content-Length" not in response.headers
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            response.content  # noqa: B018 - reading it is the point
    assert api.get(PATH).status_code == 200


def test_a_reset_may_come_in_the_middle_of_the_body(broken: Callable[..., requests.Session]) -> None:
    api = broken({"kind": "reset_midway"})
    with api.get(PATH, stream=True) as response:
        assert response.status_code == 200
        with pytest.raises(requests.RequestException, match="reset by peer"):
            response.content  # noqa: B018 - reading it is the point
    assert api.get(PATH).status_code == 200


def test_half_a_body_may_be_all_that_is_announced(broken: Callable[..., requests.Session]) -> None:
    api = broken({"kind": "half", "share": 0.3})
    answer = api.get(PATH)
    assert len(answer.content) == int(answer.headers["Content-Length"])
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_dripping_answer_starts_at_once_and_is_right_in_the_end(broken: Callable[..., requests.Session]) -> None:
    api, start = broken({"kind": "drip", "seconds": 0.4}), time.monotonic()
    with api.get(PATH, stream=True) as response:
        assert time.monotonic() - start < 0.3
        assert len(response.json()) == 20
    assert time.monotonic() - start > 0.4


@pytest.mark.parametrize("body", [None, 7, [1, 2], [{"id": None}], {"errors": []}])
def test_any_json_may_come_with_200(broken: Callable[..., requests.Session], body: Any) -> None:
    answer = broken({"kind": "json", "body": body}).get(PATH)
    assert (answer.status_code, answer.json()) == (200, body)


def test_a_proxy_may_refuse_with_a_page(broken: Callable[..., requests.Session]) -> None:
    answer = broken({"kind": "html", "status": 502}).get(PATH)
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")


def test_features_can_be_switched_off_or_missing_in_the_plan(
    emulator: Emulator, broken: Callable[..., requests.Session]
) -> None:
    faults = {"kind": "feature_off"}, {"kind": "feature_off", "feature": "wiki"}, {"kind": "unlicensed"}
    api = broken(*faults)
    git, wiki, plan = (api.get(PATH) for _ in faults)
    told = [(each.status_code, each.json()["errors"][0]["code"]) for each in (git, wiki, plan)]
    assert told == [(403, 5), (403, 5), (403, 2)]
    assert git.json()["errors"][0]["message"] == "msg.featureRestrictedError.title.git"
    assert wiki.json()["errors"][0]["message"] == "msg.featureRestrictedError.title.wiki"


SWITCHED = {
    2: "status_licence",
    3: "status_licence_expired",
    4: "status_access_denied",
    5: "status_unauthorized",
    7: "status_invalid",
    8: "status_over_capacity",
    9: "status_overflow",
    10: "status_too_large",
    12: "status_mfa",
}


@pytest.mark.parametrize(("code", "switch"), SWITCHED.items())
def test_the_status_of_a_code_is_a_switch(
    emulator: Emulator, broken: Callable[..., requests.Session], code: int, switch: str
) -> None:
    api = broken({"kind": "error", "code": code, "message": "why", "times": 2})
    before = getattr(emulator.space.switches, switch)
    assert api.get(PATH).status_code == before
    emulator.space.switch(**{switch: 418})
    answer = api.get(PATH)
    emulator.space.switch(**{switch: before})
    assert (answer.status_code, answer.json()["errors"][0]) == (418, {"message": "why", "code": code, "moreInfo": ""})


@pytest.mark.parametrize(("code", "status"), [(1, 500), (6, 404), (11, 401), (13, 429)])
def test_the_status_of_other_codes_is_known(broken: Callable[..., requests.Session], code: int, status: int) -> None:
    assert broken({"kind": "error", "code": code}).get(PATH).status_code == status


def test_the_clock_of_an_answer_may_be_wrong(broken: Callable[..., requests.Session]) -> None:
    api = broken({"kind": "skew", "seconds": -3600})
    skewed, right = (parsedate_to_datetime(api.get(PATH).headers["Date"]).timestamp() for _ in range(2))
    assert abs(time.time() - right) < 5
    assert abs(time.time() - 3600 - skewed) < 5


def test_every_answer_has_one_date(broken: Callable[..., requests.Session]) -> None:
    api = broken({"kind": "html"})
    for _ in range(2):
        assert len(api.get(PATH).raw.headers.getlist("Date")) == 1


def test_the_same_seed_strikes_the_same_requests(broken: Callable[..., requests.Session]) -> None:
    def run(seed: int) -> list[int]:
        api = broken({"kind": "status", "probability": 0.4, "seed": seed, "times": None})
        return [api.get("/api/v2/priorities").status_code for _ in range(20)]

    first = run(1)
    assert first == run(1) != run(2)
    assert 2 < first.count(503) < 16


def test_a_fault_that_misses_lets_the_next_one_have_its_chance(broken: Callable[..., requests.Session]) -> None:
    api = broken({"kind": "html", "probability": 0, "times": None}, {"kind": "empty", "times": None})
    assert [api.get(PATH).content for _ in range(3)] == [b""] * 3
    told = api.get("/control/faults").json()
    assert [(each["kind"], each["seen"], each["struck"]) for each in told] == [("html", 3, 0), ("empty", 3, 3)]


def test_a_fault_may_mean_one_path_exactly(broken: Callable[..., requests.Session]) -> None:
    api = broken({"kind": "status", "match": f"{PATH}$", "times": None})
    paths = (f"{PATH}/count", PATH, PATH, f"{PATH}/WEB-1/comments")
    assert [api.get(path).status_code for path in paths] == [200, 503, 503, 200]


WRONG = [
    {"kind": "earthquake"},
    {"kind": "reset", "when": "now"},
    {},
    {"kind": "reset", "match": "("},
    {"kind": "reset", "probability": 1.5},
    {"kind": "cut", "share": -1},
    "reset",
]


@pytest.mark.parametrize("fault", WRONG)
def test_a_fault_that_does_not_exist_is_refused(api: requests.Session, fault: Any) -> None:
    response = api.post("/control/faults", json=[fault])
    assert response.status_code == 400
    assert "fault" in response.json()["error"]

"""Rate limits: buckets, headers on every response, windows, and what happens beyond."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import requests

from backlog_emulator.rates import bucket_of
from backlog_emulator.server import running

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator

Connect = Callable[..., requests.Session]


@pytest.mark.parametrize(
    ("method", "path", "bucket"),
    [
        ("GET", "/issues", "search"),
        ("GET", "/issues/count", "search"),
        ("GET", "/wikis", "search"),
        ("GET", "/issues/1/comments", "read"),
        ("GET", "/space/activities", "read"),
        ("GET", "/users/1/icon", "icon"),
        ("GET", "/space/image", "icon"),
        ("POST", "/issues", "update"),
        ("DELETE", "/issues/1", "update"),
    ],
)
def test_each_request_is_paid_by_one_bucket(method: str, path: str, bucket: str) -> None:
    assert bucket_of(method, path) == bucket


def test_every_response_tells_how_its_bucket_stands(emulator: Emulator, connect: Connect) -> None:
    api = connect(emulator)
    for path, status in (("/space", 200), ("/issues?count=1", 200), ("/issues/0", 404), ("/nothing", 404)):
        response = api.get(f"/api/v2{path}")
        assert response.status_code == status
        limit = 150 if "?" in path else 600
        assert int(response.headers["X-RateLimit-Limit"]) == limit
        assert 0 <= int(response.headers["X-RateLimit-Remaining"]) < limit
        assert 0 < int(response.headers["X-RateLimit-Reset"]) - time.time() <= 60
    stranger = connect(emulator, "wrong").get("/api/v2/space")
    assert stranger.status_code == 401
    assert "X-RateLimit-Remaining" in stranger.headers


def test_beyond_the_limit_comes_429_until_the_window_is_over(connect: Connect) -> None:
    with running(issues=10, window_seconds=2, limit_search=2) as served:
        api = connect(served)
        answers = [api.get("/api/v2/issues/count") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
        assert answers[2].json()["errors"][0]["code"] == 13
        assert api.get("/api/v2/space").status_code == 200
        time.sleep(max(int(answers[2].headers["X-RateLimit-Reset"]) - time.time(), 0) + 0.01)
        assert api.get("/api/v2/issues/count").status_code == 200


def test_all_keys_of_a_user_share_a_bucket_and_users_do_not(connect: Connect) -> None:
    with running(issues=10) as served:
        served.keys["another key of the owner"] = served.space.owner
        remaining = [
            connect(served, key).get("/api/v2/space").headers["X-RateLimit-Remaining"]
            for key in (served.api_key, "another key of the owner", served.member_key)
        ]
        assert remaining == ["599", "598", "599"]


def test_a_fixed_window_ends_on_the_clock_and_an_anchored_one_after_its_first_request(connect: Connect) -> None:
    with running(issues=10, window_seconds=3600) as served:
        api = connect(served)
        anchored = int(api.get("/api/v2/space").headers["X-RateLimit-Reset"])
        assert abs(anchored - 3600 - time.time()) < 5
        api.patch("/control/switches", json={"rate_window": "fixed"})
        served.rates.windows.clear()
        assert int(api.get("/api/v2/space").headers["X-RateLimit-Reset"]) % 3600 == 0


@pytest.mark.parametrize(("counts", "used"), [(True, 2), (False, 0)])
def test_asking_for_the_limits_may_cost_a_read(connect: Connect, counts: bool, used: int) -> None:
    with running(issues=10, rate_limit_counts=counts) as served:
        api = connect(served)
        api.get("/api/v2/rateLimit")
        body = api.get("/api/v2/rateLimit").json()["rateLimit"]
        assert list(body) == ["read", "update", "search", "icon"]
        assert body["read"]["remaining"] == 600 - used
        assert body["search"]["remaining"] == body["search"]["limit"] == 150

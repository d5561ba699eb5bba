"""How long to wait before the next request, told by the headers of the last."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from backlog_provider.api.rate_limit import DEFAULT_WAIT, MARGIN, Budget, duration


def headers(remaining: int, seconds: float, *, limit: int = 150, lead: float = 0) -> dict[str, str]:
    now = time.time() - lead
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(int(now + seconds)),
        "Date": formatdate(now, usegmt=True),
    }


def noted(*answers: dict[str, str]) -> Budget:
    budget = Budget()
    for answer in answers:
        budget.note("search", answer, time.time())
    return budget


def test_nothing_known_means_no_wait() -> None:
    assert Budget().pause("search") == 0
    assert Budget().until_reset("search") == DEFAULT_WAIT


@pytest.mark.parametrize(("limit", "left"), [(150, 3), (600, 7), (50, 1), (1, 1)])
def test_full_speed_until_only_the_reserve_is_left(limit: int, left: int) -> None:
    assert noted(headers(left, 60, limit=limit)).pause("search") == 0
    assert noted(headers(left - 1, 60, limit=limit)).pause("search") > 58


def test_reserve_costs_less_than_the_fiftieth_part_of_the_ordinary_limits() -> None:
    for limit in (150, 600):
        usable = sum(noted(headers(left, 60, limit=limit)).pause("search") == 0 for left in range(1, limit + 1))
        assert limit / usable < 1.014


def test_window_that_is_over_is_forgotten() -> None:
    assert noted(headers(0, -5)).pause("search") == 0


@pytest.mark.parametrize("lead", [-3600.25, -0.5, 0, 0.5, 3600.25])
def test_reset_is_waited_for_on_the_clock_of_the_server(lead: float) -> None:
    budget = Budget()
    turned = time.time() - lead
    # Answers around the turn of a second of theirs.
    time.sleep(max(0.0, 1 - turned % 1 - 0.03))
    for _ in range(20):
        answer = headers(0, 40, lead=lead)
        budget.note("search", answer, time.time())
        time.sleep(0.004)
    server = time.time() - lead
    exact = int(answer["X-RateLimit-Reset"]) - server
    assert exact < budget.pause("search") < exact + 0.1


def test_clock_that_is_set_meanwhile_is_learned_anew() -> None:
    budget = noted(headers(0, 40), headers(0, 40, lead=3600))
    assert budget.pause("search") == pytest.approx(40, abs=1.1)


def test_without_a_date_the_clocks_are_taken_for_the_same_within_a_second() -> None:
    answer = headers(0, 40)
    del answer["Date"]
    assert 39 < noted(answer).pause("search") < 40 + MARGIN + 0.1


def test_headers_that_are_no_numbers_are_ignored() -> None:
    assert noted({"X-RateLimit-Limit": "many"}).pause("search") == 0


@pytest.mark.parametrize(
    ("requests", "limit", "each", "seconds"),
    [
        (10, None, 0.5, 5),
        # So slow that the limit is never met.
        (1_000, 150, 0.5, 500),
        (100, 150, 0.1, 10),
        # Two minutes' worth, and a rest.
        (310, 150, 0.1, 121),
        (0, 150, 0.1, 0),
    ],
)
def test_duration_is_bound_by_the_pace_or_by_the_limit(
    requests: int, limit: int | None, each: float, seconds: float
) -> None:
    assert duration(requests, limit, each) == pytest.approx(seconds)

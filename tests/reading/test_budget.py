"""How long to wait before the next request, told by the headers of the last."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from backlog_provider.reading.budget import DEFAULT_WAIT, MARGIN, Budget, duration


def headers(remaining: int, seconds: float, *, limit: int = 150, lead: float = 0) -> dict[str, str]:
    now = time.time() + lead
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(int(now + seconds)),
        "Date": formatdate(now, usegmt=True),
    }


def test_nothing_known_means_no_wait() -> None:
    assert Budget().pause("search") == 0
    assert Budget().until_reset("search") == DEFAULT_WAIT


def test_full_speed_while_enough_is_left() -> None:
    budget = Budget()
    budget.note("search", headers(5, 60))
    assert budget.pause("search") == 0


def test_what_little_is_left_is_spread_over_the_time_to_the_reset() -> None:
    budget = Budget()
    budget.note("search", headers(3, 40))
    assert budget.pause("search") == pytest.approx(10, abs=0.5)


def test_nothing_left_waits_for_the_reset() -> None:
    budget = Budget()
    budget.note("search", headers(0, 40))
    assert budget.pause("search") == pytest.approx(40 + MARGIN, abs=1.1)


def test_window_that_is_over_is_forgotten() -> None:
    budget = Budget()
    budget.note("search", headers(0, -5))
    assert budget.pause("search") == 0


@pytest.mark.parametrize("lead", [-3600, 3600])
def test_clock_of_another_zone_does_not_matter(lead: float) -> None:
    budget = Budget()
    budget.note("search", headers(0, 40, lead=lead))
    assert budget.pause("search") == pytest.approx(40 + MARGIN, abs=2)


def test_headers_that_are_no_numbers_are_ignored() -> None:
    budget = Budget()
    budget.note("search", {"X-RateLimit-Limit": "many"})
    assert budget.pause("search") == 0


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

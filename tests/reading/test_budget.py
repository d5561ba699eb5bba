"""How long to wait before the next request, told by the headers of the last."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from backlog_provider.reading.budget import DEFAULT_WAIT, MARGIN, Budget


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

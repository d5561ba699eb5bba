"""The rate limit, kept from our side: how long to wait before the next request.

Backlog counts per user, minute and category, and tells where one stands in three headers of every response
(https://developer.nulab.com/docs/backlog/rate-limit/): ``X-RateLimit-Limit``, ``-Remaining``
and ``-Reset`` (epoch seconds).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Of the limit: with this much left, what is left is spread over the time to the reset. Somebody else may be using
# the same user's budget, and a whole window's pause would be due at the end of it anyway.
LOW = 0.03
# What Backlog's limits are counted by, in seconds.
MINUTE = 60.0
# Clocks of whole seconds: the reset has passed for certain only after the second in which it falls.
MARGIN = 1.0
# What Nulab asks for where a 429 announces no reset.
DEFAULT_WAIT = 60.0
# Two clocks this close are the same clock, read from a header of whole seconds.
SAME_CLOCK = 2.0


@dataclass
class Standing:
    """Where one category stands: its limit, what is left of it, and when it starts anew (epoch seconds, ours)."""

    limit: int
    remaining: int
    reset: float


@dataclass
class Budget:
    """The standing of every category, as the latest response of each told it."""

    standings: dict[str, Standing] = field(default_factory=dict)

    def note(self, category: str, headers: Mapping[str, str]) -> None:
        """Remember what a response's headers say; a server that sends none is not limited."""
        try:
            limit, remaining, reset = (int(headers[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset"))
            self.standings[category] = Standing(limit, remaining, reset + clock_lead(headers))
        except (KeyError, ValueError, OverflowError):
            return

    def pause(self, category: str) -> float:
        """Return the seconds to wait before the next request of this category."""
        standing = self.standings.get(category)
        if standing is None or standing.remaining > standing.limit * LOW:
            return 0.0
        left = standing.reset - time.time()
        if left <= -MARGIN:
            return 0.0
        return left + MARGIN if standing.remaining <= 0 else max(0.0, left / (standing.remaining + 1))

    def until_reset(self, category: str) -> float:
        """Return the seconds until this category starts anew, for after a 429."""
        standing = self.standings.get(category)
        return max(MARGIN, standing.reset - time.time() + MARGIN) if standing else DEFAULT_WAIT


def duration(requests: int, limit: int | None, each: float) -> float:
    """Return about how many seconds so many requests of one category take, one after the other.

    :param limit: how many of them a minute allows; None where there is no limit.
    :param each: the seconds that one takes.
    """
    if limit is None or limit * each >= MINUTE:
        return requests * each
    minutes, rest = divmod(requests, max(1, limit))
    return minutes * MINUTE + rest * each


def clock_lead(headers: Mapping[str, str]) -> float:
    """Return by how many seconds our clock is ahead of the server's, zero where they agree."""
    try:
        lead = time.time() - parsedate_to_datetime(headers["Date"]).timestamp()
    except (KeyError, TypeError, ValueError, OverflowError):
        return 0.0
    return lead if abs(lead) > SAME_CLOCK else 0.0

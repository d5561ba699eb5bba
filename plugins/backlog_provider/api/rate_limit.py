"""The rate limit, kept from our side: how long to wait before the next request.

Backlog counts per user, minute and category, and tells where one stands in three headers of every response
(https://developer.nulab.com/docs/backlog/rate-limit/): ``X-RateLimit-Limit``, ``-Remaining``
and ``-Reset`` (epoch seconds).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# What Backlog's limits are counted by, in seconds.
MINUTE = 60.0
# Where a header's whole seconds do not tell better: the reset has passed for certain only after the second it falls in.
MARGIN = 1.0
# A timer may wake a little early.
GRAIN = 0.02
# Of a limit: what is left for whoever comes next in the same minute, and learns with a first answer where it stands.
RESERVE = 0.01
# What Nulab asks for where a 429 announces no reset.
DEFAULT_WAIT = 60.0


@dataclass
class RateLimitStatus:
    """Where one category stands: its limit, what is left of it, and when it starts anew, in the server's time."""

    limit: int
    remaining: int
    reset: float

    @property
    def is_spent(self) -> bool:
        """Whether only the reserve is left, or less."""
        return self.remaining <= round(self.limit * RESERVE)


@dataclass
class ClockSkew:
    """By how much our clock is ahead of the server's, from headers of whole seconds.

    Each answer gives two bounds; some answers around the turn of a second leave little between them.
    """

    least: float = -math.inf
    most: float = math.inf

    def note(self, headers: Mapping[str, str], sent: float) -> None:
        """Learn from an answer that was asked for at a moment of ours, and has come now."""
        try:
            date = parsedate_to_datetime(headers["Date"]).timestamp()
        except (KeyError, TypeError, ValueError, OverflowError):
            return
        least, most = sent - date - 1, time.time() - date
        if least > self.most or most < self.least:
            # Somebody has set one of the clocks.
            self.least, self.most = least, most
        else:
            self.least, self.most = max(least, self.least), min(most, self.most)

    @property
    def lead(self) -> float:
        """The most that it may be, in seconds: by then the server's clock has come there for certain."""
        return self.most if self.most < math.inf else MARGIN


@dataclass
class Budget:
    """The standing of every category, as the latest response of each told it."""

    standings: dict[str, RateLimitStatus] = field(default_factory=dict)
    clock: ClockSkew = field(default_factory=ClockSkew)

    def note(self, category: str, headers: Mapping[str, str], sent: float) -> None:
        """Remember what a response's headers say; a server that sends none is not limited.

        :param sent: when it was asked for, in epoch seconds.
        """
        self.clock.note(headers, sent)
        try:
            limit, remaining, reset = (int(headers[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset"))
            self.standings[category] = RateLimitStatus(limit, remaining, float(reset))
        except (KeyError, ValueError, OverflowError):
            return

    def pause(self, category: str) -> float:
        """Return the seconds to wait before the next request of this category: none, or all until it starts anew."""
        standing = self.standings.get(category)
        return max(0.0, self._left(standing)) if standing and standing.is_spent else 0.0

    def until_reset(self, category: str) -> float:
        """Return the seconds until this category starts anew, for after a 429.

        A reset in the past says nothing of the next one: then it is a minute, as where no reset was ever announced.
        """
        standing = self.standings.get(category)
        left = self._left(standing) if standing else 0.0
        return left if left > 0 else DEFAULT_WAIT

    def _left(self, standing: RateLimitStatus) -> float:
        return standing.reset + self.clock.lead + GRAIN - time.time()


def duration(requests: int, limit: int | None, each: float) -> float:
    """Return about how many seconds so many requests of one category take, one after the other.

    :param limit: how many of them a minute allows; None where there is no limit.
    :param each: the seconds that one takes.
    """
    if limit is None or limit * each >= MINUTE:
        return requests * each
    minutes, rest = divmod(requests, max(1, limit))
    return minutes * MINUTE + rest * each

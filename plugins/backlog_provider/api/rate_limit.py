"""Client-side rate limiting: how long to wait before the next request.

Backlog counts requests per user, minute and category. Every response reports the current status in three headers:
``X-RateLimit-Limit``, ``-Remaining`` and ``-Reset`` (epoch seconds). Source:
https://developer.nulab.com/docs/backlog/rate-limit/.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# The length of Backlog's rate-limit window in seconds.
MINUTE = 60.0
# Default clock skew in seconds. Headers have whole seconds, so the reset is certain only after its second has passed.
MARGIN = 1.0
# Seconds to add to each wait, as a timer may wake slightly early.
TIMER_MARGIN = 0.02
# The fraction of a limit to leave for another client, which needs one request to learn the current status.
RESERVE = 0.01
# Seconds to wait after a 429 without a reset time, as Nulab recommends.
DEFAULT_WAIT = 60.0


@dataclass
class RateLimitStatus:
    """The rate-limit status of one category.

    :param limit: requests a minute.
    :param remaining: requests left in the current window.
    :param reset: the start of the next window, in epoch seconds of the server's clock.
    """

    limit: int
    remaining: int
    reset: float

    @property
    def is_spent(self) -> bool:
        """Whether no more than the reserve is left."""
        return self.remaining <= round(self.limit * RESERVE)


@dataclass
class ClockSkew:
    """The seconds by which the local clock is ahead of the server's clock, estimated from ``Date`` headers.

    ``Date`` has whole seconds, so each response gives a lower and an upper bound. Several responses narrow the range.

    :param least: the lower bound.
    :param most: the upper bound.
    """

    least: float = -math.inf
    most: float = math.inf

    def note(self, headers: Mapping[str, str], sent: float) -> None:
        """Update the bounds from a response that has just arrived.

        :param headers: the headers of the response.
        :param sent: the time of the request, in epoch seconds of the local clock.
        """
        try:
            date = parsedate_to_datetime(headers["Date"]).timestamp()
        except (KeyError, TypeError, ValueError, OverflowError):
            return
        least, most = sent - date - 1, time.time() - date
        if least > self.most or most < self.least:
            # One of the clocks was changed: start again.
            self.least, self.most = least, most
        else:
            self.least, self.most = max(least, self.least), min(most, self.most)

    @property
    def lead(self) -> float:
        """The maximum skew in seconds: after the reset time plus this skew, the reset has certainly passed."""
        return self.most if self.most < math.inf else MARGIN


@dataclass
class Budget:
    """The rate-limit status of each category.

    :param standings: the status in the latest response of each category.
    :param clock: the skew between the local clock and the server's clock.
    """

    standings: dict[str, RateLimitStatus] = field(default_factory=dict)
    clock: ClockSkew = field(default_factory=ClockSkew)

    def note(self, category: str, headers: Mapping[str, str], sent: float) -> None:
        """Update the status of a category from a response. A server without these headers has no limit.

        :param category: ``search`` or ``read``.
        :param headers: the headers of the response.
        :param sent: the time of the request, in epoch seconds.
        """
        self.clock.note(headers, sent)
        try:
            limit, remaining, reset = (int(headers[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset"))
            self.standings[category] = RateLimitStatus(limit, remaining, float(reset))
        except (KeyError, ValueError, OverflowError):
            return

    def pause(self, category: str) -> float:
        """Return the seconds to wait before the next request: until the reset if the limit is used up, else 0.

        :param category: ``search`` or ``read``.
        """
        standing = self.standings.get(category)
        return max(0.0, self._seconds_to_reset(standing)) if standing and standing.is_spent else 0.0

    def until_reset(self, category: str) -> float:
        """Return the seconds until the reset, for the wait after a 429.

        If the reset is unknown or has passed, wait a minute.

        :param category: ``search`` or ``read``.
        """
        standing = self.standings.get(category)
        seconds = self._seconds_to_reset(standing) if standing else 0.0
        return seconds if seconds > 0 else DEFAULT_WAIT

    def _seconds_to_reset(self, standing: RateLimitStatus) -> float:
        return standing.reset + self.clock.lead + TIMER_MARGIN - time.time()


def duration(requests: int, limit: int | None, each: float) -> float:
    """Return the estimated seconds for a number of sequential requests of one category.

    :param requests: the number of requests.
    :param limit: the rate limit in requests a minute; None if there is none.
    :param each: the seconds that one request takes.
    """
    if limit is None or limit * each >= MINUTE:
        return requests * each
    minutes, rest = divmod(requests, max(1, limit))
    return minutes * MINUTE + rest * each

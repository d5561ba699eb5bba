"""Rate limits: four buckets per user and window.

Source: https://developer.nulab.com/docs/backlog/rate-limit/
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from backlog_emulator.records import User
    from backlog_emulator.switches import Switches

BUCKETS = ("read", "update", "search", "icon")
_SEARCHES = {"/issues", "/issues/count", "/wikis", "/wikis/count"}
_ICON = re.compile(r"/space/image|/(users|teams|groups)/[^/]+/icon|/projects/[^/]+/image")


class Allowance(NamedTuple):
    """Where a bucket stands: requests per window, requests left, and the epoch second of the next window."""

    limit: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        """The three headers that every response carries."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


@dataclass
class _Window:
    start: int
    used: int = 0


@dataclass
class Rates:
    """What every user has used of every bucket. `now` is always the real time in epoch seconds."""

    switches: Switches
    windows: dict[tuple[User | None, str], _Window] = field(default_factory=dict)

    def take(self, user: User | None, bucket: str, now: float) -> bool:
        """Use one request of a bucket; False when none is left. Strangers (None) are not limited."""
        window = self._window(user, bucket, now)
        if user is None:
            return True
        if window.used >= self._limit(bucket):
            return False
        self.windows[user, bucket] = window
        window.used += 1
        return True

    def state(self, user: User | None, bucket: str, now: float) -> Allowance:
        """How a bucket stands, without using it."""
        window, limit = self._window(user, bucket, now), self._limit(bucket)
        return Allowance(limit, max(limit - window.used, 0), window.start + self.switches.window_seconds)

    def report(self, user: User, now: float) -> dict[str, Any]:
        """The body of `/rateLimit`."""
        return {"rateLimit": {bucket: self.state(user, bucket, now)._asdict() for bucket in BUCKETS}}

    def _limit(self, bucket: str) -> int:
        limit: int = getattr(self.switches, f"limit_{bucket}")
        return limit

    def _window(self, user: User | None, bucket: str, now: float) -> _Window:
        """The window that is open now, or a new one that counts only once it is used."""
        seconds = max(self.switches.window_seconds, 1)
        window = self.windows.get((user, bucket))
        if window and window.start <= now < window.start + seconds:
            return window
        return _Window(int(now) if self.switches.rate_window == "anchored" else int(now // seconds) * seconds)


def bucket_of(method: str, path: str) -> str:
    """The bucket that pays for a request; `path` begins after `/api/v2`."""
    if method != "GET":
        return "update"
    if path in _SEARCHES:
        return "search"
    return "icon" if _ICON.fullmatch(path) else "read"

"""All that one server has: the space, who may ask, and what tests script and look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backlog_emulator.faults import Faults
from backlog_emulator.generate import generate
from backlog_emulator.issue_search.search import Memory
from backlog_emulator.oauth import OAuth
from backlog_emulator.people import secret
from backlog_emulator.rates import Rates
from backlog_emulator.request_log import RequestLog
from backlog_emulator.script import Script
from backlog_emulator.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

    from backlog_emulator.records import User
    from backlog_emulator.space import Space


@dataclass
class Emulator:
    """A space to be served. The first of `keys` is the administrator's, who is in every project.

    `middleware`, if set, wraps everything below `/api/v2`: tests put a gateway or another server's habits there.
    """

    space: Space
    rates: Rates
    keys: dict[str, User]
    url: str = ""
    faults: Faults = field(default_factory=Faults)
    script: Script = field(default_factory=Script)
    requests: RequestLog = field(default_factory=RequestLog)
    memory: Memory = field(default_factory=Memory)
    middleware: Callable[[ASGIApp], ASGIApp] | None = None
    oauth: OAuth = field(init=False)

    def __post_init__(self) -> None:
        self.oauth = OAuth(self.space.switches)

    @property
    def api_key(self) -> str:
        """The default key."""
        return next(iter(self.keys))

    @property
    def member_key(self) -> str:
        """The key of a member who has joined some of the projects only."""
        return list(self.keys)[1]


def new_emulator(
    *, issues: int, projects: int, users: int, seed: int, switches: dict[str, Any], api_key: str | None = None
) -> Emulator:
    """An emulator with a generated space; ValueError names a wrong switch. The default key may be given."""
    chosen = Switches()
    chosen.change(**switches)
    space = generate(issues=issues, projects=projects, users=users, seed=seed, switches=chosen)
    owner, member, *_ = space.users.values()
    return Emulator(space, Rates(chosen), {api_key or secret(space, 64): owner, secret(space, 64): member})

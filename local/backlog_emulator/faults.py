"""Scripted faults: which request goes wrong, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, get_args

Kind = Literal[
    "status",
    "storm",
    "error",
    "feature_off",
    "unlicensed",
    "reset",
    "reset_midway",
    "cut",
    "cut_chunked",
    "half",
    "drip",
    "slow",
    "html",
    "redirect",
    "empty",
    "not_list",
    "json",
    "skew",
]


@dataclass
class Fault:
    """A fault that strikes `times` requests (None: all) whose path fits `match`, once `after` of them have passed.

    `match` is a regular expression for the beginning of the path. Below a `probability` of 1 each request has its
    chance, the same for the same `seed`. The rest says how it strikes; README.md tells which kind takes what.
    """

    kind: Kind
    match: str = "/api/v2"
    after: int = 0
    times: int | None = 1
    probability: float = 1.0
    seed: int = 0
    status: int | None = None
    seconds: float = 1.0
    share: float = 0.5
    location: str = "/login"
    code: int = 5
    message: str = "Scripted fault."
    feature: str = "git"
    body: Any = None
    headers: dict[str, str | None] = field(default_factory=dict)
    seen: int = field(default=0, init=False)
    struck: int = field(default=0, init=False)

    def fits(self, path: str) -> bool:
        """Whether the fault has anything to do with a request of this path."""
        return (self.times is None or self.struck < self.times) and bool(re.match(self.match, path))

    def strikes(self) -> bool:
        """Whether it strikes the request that it sees now."""
        self.seen += 1
        strikes = self.seen > self.after and self._chance() < self.probability
        self.struck += strikes
        return strikes

    def _chance(self) -> float:
        return Random(f"{self.seed} {self.seen}").random()


@dataclass
class Faults:
    """The faults to come, in order.

    One that fits and waits for its turn keeps later ones from a request; one that misses it by chance does not.
    """

    script: list[Fault] = field(default_factory=list)

    def replace(self, entries: list[dict[str, Any]]) -> None:
        """Set the script; ValueError names an entry that is none."""
        self.script = [_fault(entry) for entry in entries]

    def strike(self, path: str) -> Fault | None:
        """The fault that meets a request of this path, if any; it is used up by that."""
        for fault in self.script:
            if fault.fits(path):
                if fault.strikes():
                    return fault
                if fault.seen <= fault.after:
                    return None
        return None


def _fault(entry: dict[str, Any]) -> Fault:
    try:
        fault = Fault(**entry)
        re.compile(fault.match)
    except (TypeError, re.error) as error:
        raise ValueError(f"{entry} is no fault: {error}") from None
    if fault.kind not in get_args(Kind):
        raise ValueError(f"no fault of kind {fault.kind!r}; there are: {', '.join(get_args(Kind))}")
    if not (0 <= fault.probability <= 1 and 0 <= fault.share <= 1):
        raise ValueError(f"{entry} is no fault: probability and share are from 0 to 1")
    return fault

"""Scripted faults: which request goes wrong, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Kind = Literal["status", "reset", "cut", "html", "slow", "empty", "redirect", "not_list"]


@dataclass
class Fault:
    """A fault that strikes `times` requests whose path begins with `match`, once `after` of them have passed.

    `status` is answered by kind `status`, with the fitting error of Backlog; `seconds` is the delay of kind
    `slow`; `location` is where kind `redirect` points.
    """

    kind: Kind
    match: str = "/api/v2"
    after: int = 0
    times: int = 1
    status: int = 503
    seconds: float = 1.0
    location: str = "/login"


@dataclass
class Faults:
    """The faults still to come, in order: only the first whose `match` fits looks at a request."""

    script: list[Fault] = field(default_factory=list)

    def replace(self, entries: list[dict[str, Any]]) -> None:
        """Set the script; ValueError names an entry that is none."""
        self.script = [_fault(entry) for entry in entries]

    def strike(self, path: str) -> Fault | None:
        """The fault that meets a request of this path, if any; it is used up by that."""
        for fault in self.script:
            if fault.times > 0 and path.startswith(fault.match):
                return _use(fault)
        return None


def _use(fault: Fault) -> Fault | None:
    if fault.after > 0:
        fault.after -= 1
        return None
    fault.times -= 1
    return fault


def _fault(entry: dict[str, Any]) -> Fault:
    try:
        fault = Fault(**entry)
    except TypeError as error:
        raise ValueError(f"{entry} is no fault: {error}") from None
    if fault.kind not in get_args(Kind):
        raise ValueError(f"no fault of kind {fault.kind!r}; there are: {', '.join(get_args(Kind))}")
    return fault

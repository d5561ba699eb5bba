"""Parameter `parentChild` of `/issues`: an issue's place among parents and children, up to three levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.records import Issue


def _level(issue: Issue) -> int:
    level = 1
    while issue.parent:
        issue, level = issue.parent, level + 1
    return level


_TESTS: dict[int, Callable[[Issue], bool]] = {
    1: lambda issue: issue.parent is None,
    2: lambda issue: issue.parent is not None,
    3: lambda issue: issue.parent is None and not issue.children,
    4: lambda issue: bool(issue.children),
    5: lambda issue: _level(issue) == 3,
    6: lambda issue: _level(issue) == 2,
    7: lambda issue: issue.parent is None and bool(issue.children),
    8: lambda issue: _level(issue) != 3,
    9: lambda issue: issue.parent is not None,
    10: lambda issue: not issue.children,
}


def family_test(kinship: int) -> Callable[[Issue], bool]:
    """The test of one value from 1 to 10; error 7 for others."""
    if kinship not in _TESTS:
        raise invalid("parentChild must be from 0 to 10.")
    return _TESTS[kinship]

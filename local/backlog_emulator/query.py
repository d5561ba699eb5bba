"""The query string of a request, read strictly: what Backlog cannot use is error 7."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from backlog_emulator.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

# backlog-js numbers the values of list fields: customField_7[0]=1&customField_7[1]=2.
_NUMBERED = re.compile(r"(customField_\d+)\[\d+\]")
_WORDS = {"true": True, "false": False}


class Query:
    """Parameters by name. Arrays have `[]` in their names; unknown parameters are nobody's concern."""

    def __init__(self, query_string: bytes) -> None:
        self.pairs = [
            (_NUMBERED.sub(r"\1[]", name), value)
            for name, value in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
        ]

    def all(self, name: str) -> list[str]:
        """Every value of a parameter."""
        return [value for other, value in self.pairs if other == name]

    def one(self, name: str) -> str | None:
        """The last value of a parameter, None when it is missing or empty."""
        values = self.all(name)
        return (values[-1] or None) if values else None

    def integer(self, name: str) -> int | None:
        """A whole number."""
        value = self.one(name)
        return None if value is None else _integer(name, value)

    def integers(self, name: str) -> frozenset[int]:
        """The whole numbers of an array."""
        return frozenset(_integer(name, value) for value in self.all(name))

    def number(self, name: str) -> float | None:
        """A number."""
        value = self.one(name)
        try:
            return None if value is None else float(value)
        except ValueError:
            raise invalid(f"{name} is not a number: {value}") from None

    def day(self, name: str) -> date | None:
        """A day, `yyyy-MM-dd`."""
        value = self.one(name)
        return None if value is None else _day(name, value)

    def choice(self, name: str, options: Iterable[str], default: str) -> str:
        """One of several words."""
        value = self.one(name) or default
        if value not in options:
            raise invalid(f"{name} is not one of its values: {value}")
        return value

    def flag(self, name: str) -> bool | None:
        """`true`, `false`, or None when it is missing."""
        value = self.one(name)
        return None if value is None else _WORDS[self.choice(name, _WORDS, "")]


def _integer(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise invalid(f"{name} is not a whole number: {value}") from None


def _day(name: str, value: str) -> date:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    # Newer Pythons read more than yyyy-MM-dd.
    if day is None or str(day) != value:
        raise invalid(f"{name} is not a day like 2026-01-31: {value}")
    return day

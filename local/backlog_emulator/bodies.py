"""JSON bodies of records, made once and kept until something in them changes."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import orjson

from backlog_emulator.records import (
    Category,
    Choice,
    CustomField,
    Issue,
    IssueType,
    Item,
    Project,
    Status,
    User,
    Version,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from backlog_emulator.switches import Switches

    Shape = Callable[[Any], dict[str, Any]]

# Bodies that many others contain or that lists repeat. All others are made anew each time, mostly out of these.
_KEPT = {Category, Choice, CustomField, Issue, IssueType, Item, Project, Status, User, Version}
_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


class Bodies:
    """Encodes records by the shape of their type; a record inside another one is encoded by its own shape."""

    def __init__(self, shapes: Mapping[type, Shape], switches: Switches) -> None:
        self._shapes = shapes
        self._switches = switches
        self._kept: dict[object, bytes] = {}

    def of(self, record: object) -> bytes:
        """One record as UTF-8 JSON."""
        body = self._kept.get(record)
        if body is None:
            body = self.dumps(self.shaped(record))
            if type(record) in _KEPT:
                # orjson's own result holds on to its larger buffer: a copy takes a quarter of the memory.
                body = self._kept[record] = bytes(memoryview(body))
        return body

    def shaped(self, record: object) -> dict[str, Any]:
        """One record as a dict by the shape of its type, for bodies with something more or less than usual."""
        return self._shapes[type(record)](record)

    def many(self, records: Iterable[object]) -> bytes:
        """Records as a JSON array."""
        return b"[" + b",".join(map(self.of, records)) + b"]"

    def dumps(self, value: object) -> bytes:
        """Any value with records, days and instants inside as UTF-8 JSON; lone surrogates as escapes."""
        try:
            return orjson.dumps(value, default=self._inner, option=_OPTIONS)
        except TypeError:
            # orjson knows no lone surrogates.
            return orjson.dumps(_escaped(value), default=self._inner, option=_OPTIONS)

    def forget(self, record: object) -> None:
        """The record changed: its body is made anew."""
        self._kept.pop(record, None)

    def forget_all(self) -> None:
        """Something changed that many bodies contain, such as a user."""
        self._kept.clear()

    def _inner(self, value: object) -> object:
        if isinstance(value, datetime):
            return instant(value)
        if isinstance(value, date):
            return f"{value}T00:00:00Z" if self._switches.day_encoding == "utc" else _midnight_in_japan(value)
        if isinstance(value, User) and value.deleted:
            return None if self._switches.deleted_user == "null" else _placeholder(value)
        return orjson.Fragment(self.of(value))


def instant(moment: datetime) -> str:
    """A moment as Backlog writes it: `2026-01-05T00:00:00Z`."""
    return moment.isoformat()[:19] + "Z"


def _escaped(value: Any) -> Any:
    """A copy of a value with every text that UTF-8 cannot hold written in JSON's escapes."""
    if isinstance(value, str):
        return value if _is_utf8(value) else orjson.Fragment(json.dumps(value))
    if isinstance(value, dict):
        return {name: _escaped(each) for name, each in value.items()}
    return [_escaped(each) for each in value] if isinstance(value, list | tuple) else value


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _midnight_in_japan(day: date) -> str:
    return f"{date.fromordinal(day.toordinal() - 1)}T15:00:00Z"


def _placeholder(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "userId": None,
        "name": "Deleted user",
        "roleType": user.role_type,
        "lang": None,
        "nulabAccount": None,
        "mailAddress": None,
        "lastLoginTime": None,
    }

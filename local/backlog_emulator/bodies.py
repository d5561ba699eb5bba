"""JSON bodies of records, made once and kept until something in them changes."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import orjson

from backlog_emulator.records import Activity, Attachment, Comment, Notification, Star, User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from backlog_emulator.switches import Switches

    Shape = Callable[[Any], dict[str, Any]]

# Their bodies are short-lived or many: made anew each time, mostly out of kept parts.
_NOT_KEPT = {Activity, Attachment, Comment, Notification, Star}
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
            body = self.dumps(self._shapes[type(record)](record))
            if type(record) not in _NOT_KEPT:
                # orjson's own result holds on to its larger buffer: a copy takes a quarter of the memory.
                body = self._kept[record] = bytes(memoryview(body))
        return body

    def many(self, records: Iterable[object]) -> bytes:
        """Records as a JSON array."""
        return b"[" + b",".join(map(self.of, records)) + b"]"

    def dumps(self, value: object) -> bytes:
        """Any value with records, days and instants inside as UTF-8 JSON."""
        return orjson.dumps(value, default=self._inner, option=_OPTIONS)

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

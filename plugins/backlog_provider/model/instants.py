"""Parse and normalize Backlog's instants and days. Its format ``YYYY-MM-DDTHH:MM:SSZ``, in UTC, sorts as text."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

PATTERN = "0000-00-00T00:00:00Z"
DIGITS = str.maketrans("123456789", "000000000")
# The other formats of RFC 3339. Groups: day, time, fraction, hours and minutes of the zone.
RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-]\d\d):?(\d\d))?", re.ASCII | re.IGNORECASE
)


def is_instant(text: str) -> bool:
    """Return whether a text is a valid instant in Backlog's format.

    :param text: the text.
    """
    return are_instants([text])


def are_instants(texts: Sequence[str]) -> bool:
    """Return whether all texts are valid instants in Backlog's format.

    Checking a page at once takes a fifth of the time of checking each text.

    :param texts: the texts.
    """
    joined = "".join(texts)
    # Check each length too: joined, two instants in one text and an empty text look like two instants.
    if joined.translate(DIGITS) != PATTERN * len(texts) or not set(map(len, texts)) <= {len(PATTERN)}:
        return False
    try:
        # datetime.fromisoformat of Python 3.10 does not accept the Z.
        for _ in map(datetime.fromisoformat, joined.split("Z")[:-1]):
            pass
    except ValueError:
        return False
    return True


def instant_of(value: Any) -> datetime:
    """Return an instant as a datetime in UTC.

    :param value: a text of RFC 3339 (in UTC if it has no zone), or epoch milliseconds.
    :raises ValueError: if the value is neither.
    """
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, tz=timezone.utc)
        found = RFC3339.fullmatch(value)
        if not found:
            raise ValueError(f"{value!r} is no instant")
        day, time, part, *zone = found.groups(default="00")
        # Python 3.10 only accepts fractions of six digits and zones with a colon.
        moment = datetime.fromisoformat(f"{day}T{time}.{part:0<6.6}{':'.join(zone) if zone[0] != '00' else '+00:00'}")
        return moment.astimezone(timezone.utc)
    except (TypeError, OverflowError, OSError) as error:
        raise ValueError(f"{value!r} is no instant: {error}") from None


def normalized(value: Any) -> str:
    """Return an instant as text in Backlog's format. Fractions of a second are cut off.

    :param value: a text of RFC 3339 (in UTC if it has no zone), or epoch milliseconds.
    :raises ValueError: if the value is neither.
    """
    if isinstance(value, str) and is_instant(value):
        return value
    return instant_of(value).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def is_any_instant(text: str) -> bool:
    """Return whether a text is an instant, in Backlog's format or another format of RFC 3339.

    :param text: the text.
    """
    try:
        return bool(normalized(text))
    except ValueError:
        return False


def instant(value: Any) -> datetime:
    """Return an instant as a datetime in UTC; for a day, midnight in UTC.

    :param value: a text of RFC 3339, a day as ``YYYY-MM-DD``, or epoch milliseconds.
    :raises ValueError: if the value is none of these.
    """
    is_day = isinstance(value, str) and len(value) == len("2026-01-31")
    return datetime.combine(date.fromisoformat(value), time(), timezone.utc) if is_day else instant_of(value)


def day_text(value: Any) -> str:
    """Return a day as ``YYYY-MM-DD``.

    Backlog writes a day as midnight in some zone. The nearest midnight in UTC gives that day for every zone from UTC-11
    to UTC+12.

    :param value: an instant or a day, as for ``instant``.
    :raises ValueError: if the value is neither.
    """
    return _day_of(value) if isinstance(value, str) else _nearest_day(value)


def _nearest_day(value: Any) -> str:
    return (instant(value) + timedelta(hours=12)).date().isoformat()


# Cache the days: there are few distinct values, and each issue has two.
_day_of = lru_cache(4096)(_nearest_day)

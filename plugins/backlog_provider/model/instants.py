"""The form in which Backlog writes instants: ``YYYY-MM-DDTHH:MM:SSZ``, in UTC, which sorts as text; and days."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

FORM = "0000-00-00T00:00:00Z"
DIGITS = str.maketrans("123456789", "000000000")
# What else RFC 3339 allows: day, time, fraction, zone.
OTHERS = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-]\d\d):?(\d\d))?", re.ASCII | re.IGNORECASE
)


def is_instant(text: str) -> bool:
    """Return whether a text is an instant in that form: of a day and a time that there are."""
    return are_instants([text])


def are_instants(texts: Sequence[str]) -> bool:
    """Return whether all of some texts are: those of a page at once take a fifth of the time."""
    joined = "".join(texts)
    # Each of its own: two of them and an empty text make as much as two.
    if joined.translate(DIGITS) != FORM * len(texts) or not set(map(len, texts)) <= {len(FORM)}:
        return False
    try:
        # Python 3.10 does not know the Z.
        for _ in map(datetime.fromisoformat, joined.split("Z")[:-1]):
            pass
    except ValueError:
        return False
    return True


def instant_of(value: Any) -> datetime:
    """Return an instant in UTC, from a text by RFC 3339 (in UTC where it names no zone) or from epoch milliseconds.

    :raises ValueError: where it is neither.
    """
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, tz=timezone.utc)
        found = OTHERS.fullmatch(value)
        if not found:
            raise ValueError(f"{value!r} is no instant")
        day, time, part, *zone = found.groups(default="00")
        # Python 3.10 reads nothing else: six digits, and a zone with a colon.
        moment = datetime.fromisoformat(f"{day}T{time}.{part:0<6.6}{':'.join(zone) if zone[0] != '00' else '+00:00'}")
        return moment.astimezone(timezone.utc)
    except (TypeError, OverflowError, OSError) as error:
        raise ValueError(f"{value!r} is no instant: {error}") from None


def normalized(value: Any) -> str:
    """Return an instant in Backlog's form, whatever form it has; what is below a second is cut off, in either.

    :raises ValueError: where it is none.
    """
    if isinstance(value, str) and is_instant(value):
        return value
    return instant_of(value).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def is_any_instant(text: str) -> bool:
    """Return whether a text is an instant, in Backlog's form or in another one of RFC 3339."""
    try:
        return bool(normalized(text))
    except ValueError:
        return False


def instant(value: Any) -> datetime:
    """Return an instant in UTC from a text, which may be a day alone, or from epoch milliseconds.

    :raises ValueError: where it is neither.
    """
    is_day = isinstance(value, str) and len(value) == len("2026-01-31")
    return datetime.combine(date.fromisoformat(value), time(), timezone.utc) if is_day else instant_of(value)


def day_text(value: Any) -> str:
    """Return a day as ``YYYY-MM-DD``.

    The nearest midnight in UTC is the day meant, for every zone from UTC-11 to UTC+12.
    """
    return _day_of(value) if isinstance(value, str) else _nearest_day(value)


def _nearest_day(value: Any) -> str:
    return (instant(value) + timedelta(hours=12)).date().isoformat()


# Of days there are few, and each issue has two of them.
_day_of = lru_cache(4096)(_nearest_day)

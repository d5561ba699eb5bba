"""Arguments of operators and commands: parsed and checked as early as possible, with errors that name the remedy."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import TYPE_CHECKING, Any

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.exceptions import ConfigurationError
from backlog_provider.extract.page import Window
from backlog_provider.load.identifiers import identifier
from backlog_provider.model.timestamps import format_timestamp

# A cursor carries the version of each record in that time.
MOST_MINUTES = 24 * 60
# The newest page, which an idle run asks for, has to reach behind them.
MOST_ACTIVITIES = 99

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_provider.catalogue import Endpoint


def is_literal(value: Any) -> bool:
    """Whether a value is known when the DAG is parsed: no template, no XCom of another task."""
    if isinstance(value, (list, tuple)):
        return all(is_literal(item) for item in value)
    if isinstance(value, str):
        return not any(sign in value for sign in ("{{", "{%", "{#"))
    return not hasattr(value, "resolve")


def if_literal(check: Callable[..., Any], *values: Any) -> None:
    """Check values now where all of them are known now."""
    if all(is_literal(value) for value in values):
        check(*values)


def optional(value: Any) -> Any:
    """Return None for what a template renders where there is nothing."""
    return None if value in ("", "None", "null") else value


def checked_name(value: Any, argument: str) -> str | None:
    """Return the name of a database, schema or table as Snowflake understands it; None where there is none.

    :raises ConfigurationError: where it is no identifier.
    """
    value = optional(value)
    return None if value is None else identifier(str(value), argument)


def moment(value: Any, argument: str) -> datetime | None:
    """Return a point in time in UTC from a date, a datetime or ISO 8601 text; without a zone it is UTC.

    :raises ConfigurationError: where it is none of them.
    """
    value = optional(value)
    if value is None:
        return None
    try:
        if isinstance(value, str):
            # Python 3.10 does not know the Z.
            value = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 (the zone comes next)
        known: datetime = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return known.astimezone(timezone.utc)
    except (ValueError, AttributeError, TypeError):
        raise ConfigurationError(
            f"{argument}: {value!r} is not a date; write 2026-01-31 or 2026-01-31T09:30:00+09:00"
        ) from None


def window_of(since: Any, until: Any) -> Window | None:
    """Return the window, [since, until), that two arguments mean; None where neither is given.

    :raises ConfigurationError: where one is no date, or since is not before until.
    """
    start, end = moment(since, "since"), moment(until, "until")
    if start and end and start >= end:
        raise ConfigurationError(
            f"since: {start.isoformat()} is not before until, {end.isoformat()}; the window is [since, until)"
        )
    if start is None and end is None:
        return None
    return Window(format_timestamp(start) if start else None, format_timestamp(end) if end else None)


def check_mode(endpoint: Endpoint, window: Window | None, *, full_refresh: bool) -> None:
    """Check that what is asked for can be done with this endpoint.

    :raises ConfigurationError: where it cannot.
    """
    if window and full_refresh:
        raise ConfigurationError(
            "full_refresh: it reads everything, since and until ask for a part; give one or the other"
        )
    if window and not endpoint.has_window:
        raise ConfigurationError(
            f"since/until: the API gives no times for {endpoint.name}, only the whole list as it is now; leave them out"
        )


def check_census(endpoint: Endpoint) -> None:
    """Check that a census of this endpoint can be taken.

    :raises ConfigurationError: where it cannot.
    """
    if not endpoint.has_census:
        names = ", ".join(name for name, known in CATALOGUE.items() if known.has_census)
        raise ConfigurationError(
            f"endpoint: {endpoint.name} have no census, which is for {names}; their own load finds what has gone"
        )


def check_history(endpoint: Endpoint, history: bool | None) -> None:
    """Check that a history of this endpoint can be kept, where one is asked for.

    :raises ConfigurationError: where it cannot.
    """
    if history is not None and not isinstance(history, bool):
        raise ConfigurationError(f"history: {history!r} is neither True, False nor None")
    if history and not endpoint.has_history:
        raise ConfigurationError(f"history: records of {endpoint.name} never change, the table is their history")


def check_lookback(minutes: Any, activities: Any) -> None:
    """Check how far a run is to look back, where that is given.

    :raises ConfigurationError: where it cannot look back so far.
    """
    asked = {"lookback_minutes": (minutes, 0, MOST_MINUTES), "lookback_activities": (activities, 1, MOST_ACTIVITIES)}
    for name, (value, least, most) in asked.items():
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if value is not None and not (is_number and least <= value <= most):
            raise ConfigurationError(
                f"{name}: {value!r} is not a whole number from {least:,} to {most:,}; write one, or leave it out"
            )


def flag(value: Any, argument: str) -> bool:
    """Return a truth value, also from what a template renders.

    :raises ConfigurationError: where it is neither true nor false.
    """
    known = {"true": True, "1": True, "false": False, "0": False, "none": False, "": False}
    try:
        return known[str(value).strip().lower()]
    except KeyError:
        raise ConfigurationError(f"{argument}: {value!r} is neither True nor False") from None


def count(value: Any, argument: str) -> int:
    """Return a number of records, also from what a template renders; 0 where there is none.

    :raises ConfigurationError: where it is no whole number from 0.
    """
    text = str(optional(value) or 0).strip()
    if not (text.isascii() and text.isdigit()):
        raise ConfigurationError(f"{argument}: {value!r} is not a number of records; write 1, or 0 for none")
    return int(text)


def project_keys(value: Any) -> list[str] | None:
    """Return project keys from a list, or from text with commas between them; None where there are none given.

    :raises ConfigurationError: where it is neither, or a list of nothing.
    """
    value = optional(value)
    if value is None:
        return None
    keys = value.split(",") if isinstance(value, str) else value
    if not isinstance(keys, (list, tuple)) or not all(isinstance(key, str) for key in keys):
        raise ConfigurationError(f'project_keys: {value!r} is not a list of project keys; write ["WEB", "APP"]')
    keys = [key.strip() for key in keys if key.strip()]
    if not keys:
        raise ConfigurationError("project_keys: the list is empty; name a project, or leave it out to read them all")
    return keys

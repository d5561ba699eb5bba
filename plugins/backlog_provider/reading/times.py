"""Backlog's instants as readers need them: compared as the text they come in, moved by seconds, cut to days."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from backlog_provider.exceptions import ResponseError
from backlog_provider.instants import are_instants, is_instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backlog_provider.reading.client import Record

FORMAT = "%Y-%m-%dT%H:%M:%SZ"
EPOCH = "1970-01-01T00:00:00Z"


def stamp(record: Record, field: str) -> str:
    """Return an instant of a record, ``YYYY-MM-DDTHH:MM:SSZ``, a form that sorts as text.

    :raises ResponseError: where the record has none, or one in another form: reading on would lose records; and where
        it has no id.
    """
    if "id" not in record:
        raise ResponseError(f"a record without an id came, with {', '.join(sorted(record)[:5]) or 'nothing'} in it")
    value = record.get(field)
    if not (isinstance(value, str) and is_instant(value)):
        raise ResponseError(f"record {record.get('id')}: {field!r} is {value!r}, not an instant in UTC")
    return value


def stamps(records: Sequence[Record], field: str) -> list[str]:
    """Return an instant of each record; as ``stamp``, and quicker for a page of them."""
    values: list[Any] = [record.get(field) if "id" in record else None for record in records]
    if set(map(type, values)) <= {str} and are_instants(values):
        return values
    return [stamp(record, field) for record in records]


def shifted(instant: str, seconds: float) -> str:
    """Return the instant so many seconds later (earlier where negative)."""
    return (parsed(instant) + timedelta(seconds=seconds)).strftime(FORMAT)


def day(instant: str, days: int = 0) -> str:
    """Return its day in UTC as ``YYYY-MM-DD``, so many days later (earlier where negative)."""
    return (date.fromisoformat(instant[:10]) + timedelta(days=days)).isoformat()


def parsed(instant: str) -> datetime:
    """Return the instant as a datetime in UTC."""
    return datetime.strptime(instant, FORMAT).replace(tzinfo=timezone.utc)


def written(moment: datetime) -> str:
    """Return a datetime as Backlog writes instants, rounded up to whole seconds."""
    exact = moment.astimezone(timezone.utc)
    whole = exact.replace(microsecond=0)
    return (whole if exact == whole else whole + timedelta(seconds=1)).strftime(FORMAT)

"""Backlog's instants as readers need them: compared as the text they come in, moved by seconds, cut to days."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from backlog_provider.exceptions import ResponseError
from backlog_provider.model.instants import are_instants, normalized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backlog_provider.model.record import Record

FORMAT = "%Y-%m-%dT%H:%M:%SZ"
EPOCH = "1970-01-01T00:00:00Z"


def timestamp_of(record: Record, *fields: str) -> str:
    """Return an instant of a record, ``YYYY-MM-DDTHH:MM:SSZ``, a form that sorts as text, in whatever form it came.

    :param fields: where it stands; of several, the first that is not null.
    :raises ResponseError: where the record has none: reading on would lose records; and where it has no id.
    """
    if "id" not in record:
        raise ResponseError(f"a record without an id came, with {', '.join(sorted(record)[:5]) or 'nothing'} in it")
    field = next((each for each in fields if record.get(each) is not None), fields[0])
    try:
        return normalized(record.get(field))
    except ValueError:
        raise ResponseError(
            f"record {record.get('id')}: {field!r} is {record.get(field)!r}, not an instant in UTC"
        ) from None


def timestamps_of(records: Sequence[Record], field: str, before: str | None = None) -> list[str]:
    """Return an instant of each record; as ``stamp``, and quicker for a page of them.

    :param before: where records may have none: what the first of them then gets, as any other gets that of the record
        before it. So they stay where the server has put them, which is not documented.
    """
    values: list[Any] = [record.get(field) if "id" in record else None for record in records]
    if set(map(type, values)) <= {str} and are_instants(values):
        return values
    if before is None:
        return [timestamp_of(record, field) for record in records]
    found: list[str] = []
    for record in records:
        if record.get(field) is not None or "id" not in record:
            before = timestamp_of(record, field)
        found.append(before)
    return found


def add_seconds(instant: str, seconds: float) -> str:
    """Return the instant so many seconds later (earlier where negative)."""
    return (parse(instant) + timedelta(seconds=seconds)).strftime(FORMAT)


def day(instant: str, days: int = 0) -> str:
    """Return its day in UTC as ``YYYY-MM-DD``, so many days later (earlier where negative)."""
    return (date.fromisoformat(instant[:10]) + timedelta(days=days)).isoformat()


def parse(instant: str) -> datetime:
    """Return the instant as a datetime in UTC."""
    return datetime.strptime(instant, FORMAT).replace(tzinfo=timezone.utc)


def format_timestamp(moment: datetime) -> str:
    """Return a datetime as Backlog writes instants, rounded up to whole seconds."""
    exact = moment.astimezone(timezone.utc)
    whole = exact.replace(microsecond=0)
    return (whole if exact == whole else whole + timedelta(seconds=1)).strftime(FORMAT)

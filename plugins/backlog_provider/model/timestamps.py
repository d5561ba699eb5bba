"""Read instants from records, and compute with them as text in Backlog's format."""

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
    """Return an instant of a record as ``YYYY-MM-DDTHH:MM:SSZ``, which sorts as text. The record may have any format.

    :param record: the record.
    :param fields: the fields of the instant. The first one that is not null counts.
    :raises ResponseError: if the record has no id or no valid instant, as continuing could lose records.
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
    """Return an instant of each record, as ``timestamp_of`` does, but faster for a page.

    :param records: the records of a page.
    :param field: the field of the instant.
    :param before: the instant before the first record; None if every record must have one. A record without an instant
        gets that of the record before it. So it keeps its place in the server's order, which is not documented.
    :raises ResponseError: if a record has no id or no valid instant.
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
    """Return the instant a number of seconds later.

    :param instant: an instant in Backlog's format.
    :param seconds: the number of seconds; negative for an earlier instant.
    """
    return (parse(instant) + timedelta(seconds=seconds)).strftime(FORMAT)


def day(instant: str, days: int = 0) -> str:
    """Return the day of an instant in UTC as ``YYYY-MM-DD``, moved by a number of days.

    :param instant: an instant in Backlog's format.
    :param days: the number of days to add; negative for an earlier day.
    """
    return (date.fromisoformat(instant[:10]) + timedelta(days=days)).isoformat()


def parse(instant: str) -> datetime:
    """Return the instant as a datetime in UTC.

    :param instant: an instant in Backlog's format.
    """
    return datetime.strptime(instant, FORMAT).replace(tzinfo=timezone.utc)


def format_timestamp(moment: datetime) -> str:
    """Return a datetime as text in Backlog's format, rounded up to whole seconds.

    :param moment: a datetime with a zone.
    """
    exact = moment.astimezone(timezone.utc)
    whole = exact.replace(microsecond=0)
    return (whole if exact == whole else whole + timedelta(seconds=1)).strftime(FORMAT)

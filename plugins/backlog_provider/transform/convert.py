"""Convert a value of a record to the type of its column.

Backlog writes instants as ``YYYY-MM-DDTHH:MM:SSZ`` in UTC. It writes days in the same format: as midnight UTC or, in
older spaces, as midnight in Japan (``…T15:00:00Z`` of the day before). A few pull request times are epoch milliseconds.
Instants with fractions of a second or another zone are also accepted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_provider.model.endpoint import Kind
from backlog_provider.model.instants import day_text, instant, is_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_provider.model.endpoint import Column


def instant_text(value: Any) -> str:
    """Return an instant as ``2026-01-31T09:30:00Z``, with microseconds if it has any.

    :param value: a text of RFC 3339, a day as ``YYYY-MM-DD``, or epoch milliseconds.
    :raises ValueError: if the value is none of these.
    """
    if isinstance(value, str) and is_instant(value):
        return value
    return instant(value).isoformat().replace("+00:00", "Z")


def integer(value: Any) -> int:
    """Return a whole number.

    :param value: a number, or a text, as Backlog writes some numbers as text.
    :raises ValueError: if the value is not a whole number of 64 bits.
    :raises TypeError: if the value is neither a number nor a text.
    """
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(f"{value!r} is not a whole number")
    number = int(value)
    # Backlog's numbers are signed 64-bit integers.
    if number.bit_length() > 63:
        raise ValueError(f"{str(value)[:100]} does not fit into 64 bits")
    return number


def boolean(value: Any) -> bool:
    """Return a boolean.

    :param value: a boolean; other values are not converted.
    :raises TypeError: if the value is not a boolean.
    """
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def text(value: Any) -> str:
    """Return a text, or a number as text.

    :param value: a text, a number or a boolean.
    :raises TypeError: if the value is an object or a list.
    """
    if isinstance(value, (dict, list)):
        raise TypeError("an object stands where text should be")
    return value if isinstance(value, str) else str(value)


CONVERTERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.INTEGER: integer,
    Kind.DECIMAL: float,
    Kind.TEXT: text,
    Kind.BOOLEAN: boolean,
    Kind.INSTANT: instant_text,
    Kind.DATE: day_text,
    Kind.JSON: lambda value: value,
}


def converter(column: Column) -> Callable[[Any], Any]:
    """Return the function that converts a column's values. It raises ValueError or TypeError for an invalid value.

    :param column: the column.
    """
    return column.convert or CONVERTERS[column.kind]

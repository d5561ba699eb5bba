"""One value of a record, as the column's type wants it.

Backlog writes instants as ``YYYY-MM-DDTHH:MM:SSZ`` in UTC, and days in the same form: as midnight UTC, or, in older
spaces, as midnight in Japan (``…T15:00:00Z`` of the day before). A few pull request times are epoch milliseconds.
Other forms of an instant are taken as well: fractions of a second, another zone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_provider.model.endpoint import Kind
from backlog_provider.model.instants import day_text, instant, is_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_provider.model.endpoint import Column


def instant_text(value: Any) -> str:
    """Return an instant in the one form that sorts as text: ``2026-01-31T09:30:00Z``, microseconds if any."""
    if isinstance(value, str) and is_instant(value):
        return value
    return instant(value).isoformat().replace("+00:00", "Z")


def integer(value: Any) -> int:
    """Return a whole number; Backlog writes some of them as text."""
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(f"{value!r} is not a whole number")
    number = int(value)
    # Backlog's own are of 64 bits, the sign among them.
    if number.bit_length() > 63:
        raise ValueError(f"{str(value)[:100]} does not fit into 64 bits")
    return number


def boolean(value: Any) -> bool:
    """Return a truth value; anything that is none is refused rather than guessed at."""
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def text(value: Any) -> str:
    """Return text as it is; a number where text was expected keeps its digits."""
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
    """Return the function that makes a column's values; it raises ValueError or TypeError for one that cannot be."""
    return column.convert or CONVERTERS[column.kind]

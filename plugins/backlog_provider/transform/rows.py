"""A record, as the API sent it, to a row of typed columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_provider.exceptions import ResponseError
from backlog_provider.model.endpoint import OF_PARENT, Kind, at
from backlog_provider.transform.convert import converter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from backlog_provider.model.endpoint import Column, Endpoint
    from backlog_provider.transform.pii import PiiFilter

    class Make(Protocol):
        """Makes a row of a record, and where the endpoint is under something, the record of that."""

        def __call__(self, record: Any, parent: Any = None) -> dict[str, Any]:
            """Return the row."""


RAW = "RAW"


def row_maker(endpoint: Endpoint, protect: PiiFilter | None = None) -> Make:
    """Return the function that makes rows of this endpoint's records, called with a record and that of its parent.

    A row has a JSON value for each column of the endpoint that the record has something for, in the columns' order, and
    the whole record under ``RAW``. The function raises ResponseError, naming record and column, for a value that the
    column's type cannot hold, and for a record without its key.

    :param protect: makes the people in a record unrecognisable before anything is taken from it, as ``people`` has it.
    """
    make = maker(endpoint, endpoint.columns)

    def make_with_record(record: Any, parent: Any = None) -> dict[str, Any]:
        row = make(record, parent)
        row[RAW] = record
        return row

    return make_with_record if protect is None else protecting(make_with_record, protect)


def protecting(make: Make, protect: PiiFilter) -> Make:
    """Return the same, of protected records; the parent of a whole list is protected once."""
    last: Any = None
    protected: Any = None

    def make_protected(record: Any, parent: Any = None) -> dict[str, Any]:
        nonlocal last, protected
        if parent is not last:
            last, protected = parent, protect(parent)
        return make(protect(record), protected)

    return make_protected


def parent_maker(endpoint: Endpoint) -> Make:
    """Return the function that makes rows of the column alone that has the parent's key."""
    column = endpoint.under.column if endpoint.under else ""
    return maker(endpoint, [each for each in endpoint.columns if each.name == column])


def maker(endpoint: Endpoint, columns: Iterable[Column]) -> Make:
    """Return the function that makes rows of some columns alone; it raises as that of ``row_maker`` does."""
    plan = []
    for column in columns:
        first, *rest = column.path.removeprefix(OF_PARENT).split(".")
        is_key = column.name in endpoint.key
        # An instant is a text as well, but not any.
        as_it_is, convert = None if column.kind is Kind.INSTANT else column.sent_type, converter(column)
        plan.append((column, column.name, is_key, column.is_of_parent, first, rest, as_it_is, convert))

    # Called for every record: most values are taken as they are, without another call.
    def make(record: Any, parent: Any = None) -> dict[str, Any]:
        own = record if isinstance(record, dict) else {}
        above = parent if isinstance(parent, dict) else {}
        row: dict[str, Any] = {}
        for column, name, is_key, is_of_parent, first, rest, as_it_is, convert in plan:
            value = (above if is_of_parent else own).get(first)
            for key in rest:
                value = value.get(key) if isinstance(value, dict) else None
            if type(value) is as_it_is:
                row[name] = value
            elif value is not None:
                try:
                    row[name] = convert(value)
                except (ValueError, TypeError, OverflowError) as error:
                    raise _unusable(endpoint, column, record, str(error)) from None
            elif is_key:
                raise _unusable(endpoint, column, record, "it is missing")
        return row

    return make


def _unusable(endpoint: Endpoint, column: Column, record: Any, why: str) -> ResponseError:
    name = f"{endpoint.name} record {at(record, 'id') or '(without an id)'}"
    return ResponseError(f"{name}: {column.path!r} cannot become {column.name} {column.kind.value}: {why}")

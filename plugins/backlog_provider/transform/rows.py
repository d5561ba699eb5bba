"""Convert a record of the API to a row of typed columns."""

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
        """A function that makes a row from a record and, for child lists, the parent record."""

        def __call__(self, record: Any, parent: Any = None) -> dict[str, Any]:
            """Return the row.

            :param record: the record.
            :param parent: the parent record; None if the endpoint has no parent.
            :raises ResponseError: if a value does not fit its column, or if a key column has no value.
            """


RAW = "RAW"


def row_maker(endpoint: Endpoint, protect: PiiFilter | None = None) -> Make:
    """Return the function that makes rows from an endpoint's records.

    A row has the JSON values of all columns that are not null, in the order of the columns, and the whole record under
    ``RAW``. The function raises ResponseError, with the record and the column, if a value does not fit the column's
    type or if a key column has no value.

    :param endpoint: the endpoint.
    :param protect: hashes or drops personal data in each record first, see ``pii_filter``; None to keep it.
    """
    make = maker(endpoint, endpoint.columns)

    def make_with_raw(record: Any, parent: Any = None) -> dict[str, Any]:
        row = make(record, parent)
        row[RAW] = record
        return row

    return make_with_raw if protect is None else protecting(make_with_raw, protect)


def protecting(make: Make, protect: PiiFilter) -> Make:
    """Return the function that hashes or drops personal data and then makes a row.

    :param make: makes rows from records.
    :param protect: hashes or drops personal data in a record.
    """
    # All records of a child list have the same parent, so filter it only once.
    last: Any = None
    protected: Any = None

    def make_protected(record: Any, parent: Any = None) -> dict[str, Any]:
        nonlocal last, protected
        if parent is not last:
            last, protected = parent, protect(parent)
        return make(protect(record), protected)

    return make_protected


def parent_maker(endpoint: Endpoint) -> Make:
    """Return the function that makes rows with only the column of the parent's key.

    :param endpoint: the endpoint of the child lists.
    """
    column = endpoint.under.column if endpoint.under else ""
    return maker(endpoint, [each for each in endpoint.columns if each.name == column])


def maker(endpoint: Endpoint, columns: Iterable[Column]) -> Make:
    """Return the function that makes rows with only some columns. It raises the errors of ``row_maker``'s function.

    :param endpoint: the endpoint.
    :param columns: the columns of the row.
    """
    plan = []
    for column in columns:
        first, *rest = column.path.removeprefix(OF_PARENT).split(".")
        is_key = column.name in endpoint.key
        # Instants are texts too, but their format must be checked.
        unconverted_type, convert = None if column.kind is Kind.INSTANT else column.sent_type, converter(column)
        plan.append((column, column.name, is_key, column.is_of_parent, first, rest, unconverted_type, convert))

    # This runs for every record: most values need no conversion, and so no function call.
    def make(record: Any, parent: Any = None) -> dict[str, Any]:
        own = record if isinstance(record, dict) else {}
        above = parent if isinstance(parent, dict) else {}
        row: dict[str, Any] = {}
        for column, name, is_key, is_of_parent, first, rest, unconverted_type, convert in plan:
            value = (above if is_of_parent else own).get(first)
            for key in rest:
                value = value.get(key) if isinstance(value, dict) else None
            if type(value) is unconverted_type:
                row[name] = value
            elif value is not None:
                try:
                    row[name] = convert(value)
                except (ValueError, TypeError, OverflowError) as error:
                    raise _conversion_error(endpoint, column, record, str(error)) from None
            elif is_key:
                raise _conversion_error(endpoint, column, record, "it is missing")
        return row

    return make


def _conversion_error(endpoint: Endpoint, column: Column, record: Any, why: str) -> ResponseError:
    name = f"{endpoint.name} record {at(record, 'id') or '(without an id)'}"
    return ResponseError(f"{name}: {column.path!r} cannot become {column.name} {column.kind.value}: {why}")

"""A record, as the API sent it, to a row of typed columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_provider.catalogue.model import OF_PARENT, at
from backlog_provider.exceptions import ResponseError
from backlog_provider.shaping.values import converter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from backlog_provider.catalogue.model import Column, Endpoint

    class Make(Protocol):
        """Makes a row of a record, and where the endpoint is under something, the record of that."""

        def __call__(self, record: Any, parent: Any = None) -> dict[str, Any]:
            """Return the row."""


RAW = "RAW"


def row_maker(endpoint: Endpoint) -> Make:
    """Return the function that makes rows of this endpoint's records, called with a record and that of its parent.

    A row has a JSON value for every column of the endpoint, in order (null where the record has none), and the whole
    record under ``RAW``. The function raises ResponseError, naming record and column, for a value that the column's
    type cannot hold, and for a record without its key.
    """
    make = _maker(endpoint, endpoint.columns)

    def make_with_record(record: Any, parent: Any = None) -> dict[str, Any]:
        row = make(record, parent)
        row[RAW] = record
        return row

    return make_with_record


def key_maker(endpoint: Endpoint) -> Make:
    """Return the function that makes rows of the key's columns alone; it raises as that of ``row_maker`` does."""
    return _maker(endpoint, [column for column in endpoint.columns if column.name in endpoint.key])


def parent_maker(endpoint: Endpoint) -> Make:
    """Return the function that makes rows of the column alone that has the parent's key."""
    column = endpoint.under.column if endpoint.under else ""
    return _maker(endpoint, [each for each in endpoint.columns if each.name == column])


def _maker(endpoint: Endpoint, columns: Iterable[Column]) -> Make:
    plan = [(c, c.is_of_parent, tuple(c.path.lstrip(OF_PARENT).split(".")), converter(c)) for c in columns]
    required = frozenset(endpoint.key)

    def make(record: Any, parent: Any = None) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for column, is_of_parent, path, convert in plan:
            value = at(parent if is_of_parent else record, path)
            if value is not None:
                try:
                    value = convert(value)
                except (ValueError, TypeError, OverflowError) as error:
                    raise _unusable(endpoint, column, record, str(error)) from None
            elif column.name in required:
                raise _unusable(endpoint, column, record, "it is missing")
            row[column.name] = value
        return row

    return make


def _unusable(endpoint: Endpoint, column: Column, record: dict[str, Any], why: str) -> ResponseError:
    name = f"{endpoint.name} record {record.get('id', '(without an id)')}"
    return ResponseError(f"{name}: {column.path!r} cannot become {column.name} {column.kind.value}: {why}")

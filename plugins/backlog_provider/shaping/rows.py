"""A record, as the API sent it, to a row of typed columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_provider.catalogue.model import at
from backlog_provider.exceptions import ResponseError
from backlog_provider.shaping.values import converter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from backlog_provider.catalogue.model import Column, Endpoint

RAW = "RAW"


def row_maker(endpoint: Endpoint) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return the function that makes rows of this endpoint's records.

    A row has a JSON value for every column of the endpoint, in order (null where the record has none), and the whole
    record under ``RAW``. The function raises ResponseError, naming record and column, for a value that the column's
    type cannot hold, and for a record without its key.
    """
    make = _maker(endpoint, endpoint.columns)

    def make_with_record(record: dict[str, Any]) -> dict[str, Any]:
        row = make(record)
        row[RAW] = record
        return row

    return make_with_record


def key_maker(endpoint: Endpoint) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return the function that makes rows of the key's columns alone; it raises as that of ``row_maker`` does."""
    return _maker(endpoint, [column for column in endpoint.columns if column.name in endpoint.key])


def _maker(endpoint: Endpoint, columns: Iterable[Column]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    plan = [(c, tuple(c.path.split(".")), converter(c)) for c in columns]
    required = frozenset(endpoint.key)

    def make(record: dict[str, Any]) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for column, path, convert in plan:
            value = at(record, path)
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

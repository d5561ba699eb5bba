"""Convert a record to a staged row: the record itself, and the column values that need conversion in Python.

Snowflake reads the other columns from the record. This module checks that their values can be cast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_provider.model.endpoint import at
from backlog_provider.model.lazy_record import raw_json
from backlog_provider.transform.rows import RAW, maker, protecting

if TYPE_CHECKING:
    from backlog_provider.model.endpoint import Endpoint
    from backlog_provider.transform.pii import PiiFilter
    from backlog_provider.transform.rows import Make

SENT = "_SENT"


def staged_maker(endpoint: Endpoint, protect: PiiFilter | None = None) -> Make:
    """Return the function that makes staged rows from an endpoint's records.

    A row has the record under ``RAW``, and the JSON value of each column that SQL does not read from the record.
    ``value`` in ``load/sql/merge.py`` reads both. If a column needs another form of a value, such as a number for a
    text, ``RAW`` has the converted value and ``_SENT`` has the original record. The function raises the errors of
    ``row_maker``'s function.

    :param endpoint: the endpoint.
    :param protect: hashes or drops personal data in each record first; None to keep it.
    """
    convert = maker(endpoint, [column for column in endpoint.columns if not column.is_in_record])
    take = maker(endpoint, [column for column in endpoint.columns if column.is_in_record])
    paths = {column.name: tuple(column.path.split(".")) for column in endpoint.columns}

    def make(record: Any, parent: Any = None) -> dict[str, Any]:
        row = convert(record, parent)
        text = raw_json(record)
        if text is not None:
            row[RAW] = text
            return row
        row[RAW] = record
        for name, value in take(record).items():
            if not _equals_cast(value, at(record, paths[name])):
                row[SENT], row[RAW] = record, _replace(row[RAW], paths[name], value)
        return row

    return make if protect is None else protecting(make, protect)


def _equals_cast(value: Any, sent: Any) -> bool:
    """Return whether a cast of the sent value gives this value."""
    return bool(value == sent) and (type(value) is type(sent) or type(sent) in {int, float})


def _replace(record: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return a copy of the record with another value at a path."""
    field, rest = path[0], path[1:]
    return {**record, field: _replace(record.get(field, {}), rest, value) if rest else value}


def key_maker(endpoint: Endpoint) -> Make:
    """Return the function that makes staged rows with only the key and, if the record has one, the version.

    The function raises the errors of ``row_maker``'s function.

    :param endpoint: the endpoint.
    """
    names = {*endpoint.key, endpoint.version}
    columns = {column.name: column for column in endpoint.columns if column.name in names}
    make = maker(endpoint, columns.values())

    def make_key(record: Any, parent: Any = None) -> dict[str, Any]:
        row: dict[str, Any] = {RAW: {}}
        for name, value in make(record, parent).items():
            if columns[name].is_in_record:
                row[RAW] = _replace(row[RAW], tuple(columns[name].path.split(".")), value)
            else:
                row[name] = value
        return row

    return make_key

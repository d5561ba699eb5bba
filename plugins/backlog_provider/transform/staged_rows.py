"""A record to what is staged of it: itself, as it was sent, and beside it what its columns need to have converted.

What a column takes as it stands in the record, Snowflake takes from there. That it can be taken is made sure of here.
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
    """Return the function that makes rows to be staged, called with a record and that of its parent.

    A row has the record under ``RAW``, and a JSON value for each column that is not taken out of it; ``value`` in
    ``loading.statements`` tells where each stands. Where a column takes a value otherwise than as it was sent, a number
    as text, the record has it so, and stands under ``_SENT`` as it was. The function raises as that of ``row_maker``.

    :param protect: as in ``row_maker``.
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
            if not _is_same(value, at(record, paths[name])):
                row[SENT], row[RAW] = record, _replaced(row[RAW], paths[name], value)
        return row

    return make if protect is None else protecting(make, protect)


def _is_same(value: Any, sent: Any) -> bool:
    """Return whether a cast of what was sent is this value: the same, or the same number."""
    return bool(value == sent) and (type(value) is type(sent) or type(sent) in {int, float})


def _replaced(record: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return a copy with another value at a path."""
    field, rest = path[0], path[1:]
    return {**record, field: _replaced(record.get(field, {}), rest, value) if rest else value}


def key_maker(endpoint: Endpoint) -> Make:
    """Return the function that makes rows to be staged of key and version alone, the version if a record has one.

    It raises as that of ``row_maker`` does.
    """
    names = {*endpoint.key, endpoint.version}
    columns = {column.name: column for column in endpoint.columns if column.name in names}
    make = maker(endpoint, columns.values())

    def make_key(record: Any, parent: Any = None) -> dict[str, Any]:
        row: dict[str, Any] = {RAW: {}}
        for name, value in make(record, parent).items():
            if columns[name].is_in_record:
                row[RAW] = _replaced(row[RAW], tuple(columns[name].path.split(".")), value)
            else:
                row[name] = value
        return row

    return make_key

"""Rows as bytes of a file, page by page, so that memory does not grow with the rows."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Row = dict[str, Any]


def ndjson(pages: Iterable[list[Row]], _: Sequence[str]) -> Iterator[bytes]:
    """Give a JSON object a line."""
    import orjson

    for rows in pages:
        yield b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def json(pages: Iterable[list[Row]], _: Sequence[str]) -> Iterator[bytes]:
    """Give one JSON array, an object a line."""
    import orjson

    between = b"[\n"
    for rows in pages:
        if rows:
            yield between + b",\n".join(map(orjson.dumps, rows))
            between = b",\n"
    yield b"[]\n" if between == b"[\n" else b"\n]\n"


def comma_separated(pages: Iterable[list[Row]], columns: Sequence[str]) -> Iterator[bytes]:
    """Give CSV in UTF-8 with a line of headings: nothing for null, objects and lists as JSON, true and false."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for rows in pages:
        writer.writerows([_cell(row[name]) for name in columns] for row in rows)
        yield _taken(text)
    yield _taken(text)


def _cell(value: Any) -> Any:
    import orjson

    return orjson.dumps(value).decode() if isinstance(value, (dict, list, bool)) else value


def _taken(text: io.StringIO) -> bytes:
    some = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return some


FORMATS: dict[str, Callable[[Iterable[list[Row]], Sequence[str]], Iterator[bytes]]] = {
    "json": json,
    "ndjson": ndjson,
    "csv": comma_separated,
}

"""Records as they were sent: taken apart as far as columns need it, and passed on as the text that came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import orjson
from typing_extensions import Required, TypedDict

from backlog_provider.catalogue.model import Changes

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from backlog_provider.catalogue.model import Column, Endpoint
    from backlog_provider.reading.client import Record

    Parse: TypeAlias = Callable[[bytes, list[msgspec.Raw]], list[Record]]
    Placed: TypeAlias = tuple[list[str], Column | None]

_TEXTS = msgspec.json.Decoder(list[msgspec.Raw])


# Where a record that is not taken apart as a whole has its text: no key that JSON has, so that whoever writes such a
# record as if it were whole fails.
_TEXT: Any = object()


def text_of(record: Any) -> bytes | None:
    """Return the JSON of a record of which there are no fields but those of its columns; None for any other.

    What the columns take as it was sent is known to be there where it has to be, and of their types.
    """
    text = record.get(_TEXT) if isinstance(record, dict) else None
    return None if text is None else bytes(text)


def whole(record: Any) -> Any:
    """Return a record with all of its fields."""
    text = text_of(record)
    return record if text is None else orjson.loads(text)


def texts_of(body: bytes) -> list[msgspec.Raw] | None:
    """Return the JSON of each record of a list; None where the answer is none."""
    try:
        return _TEXTS.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return None


def parser(endpoint: Endpoint) -> Parse:
    """Return what makes records of a list, given the whole of it and the text of each.

    One that has a value of another type than its column is taken apart as a whole, for somebody to look closer. The
    function raises ValueError for what is no JSON, or no text.
    """
    style = endpoint.style
    looked_at = ["id", endpoint.project, *([style.created, style.updated] if isinstance(style, Changes) else [])]
    columns: list[Placed] = [(c.path.split("."), c) for c in endpoint.columns if not c.is_of_parent]
    columns += [(path.split("."), None) for path in looked_at if path]
    kind = _type_of(columns, endpoint.key)
    all_of: Callable[[bytes], list[Record]] = msgspec.json.Decoder(list[kind]).decode  # type: ignore[valid-type]
    one_of = msgspec.json.Decoder(kind).decode

    def parse(body: bytes, texts: list[msgspec.Raw]) -> list[Record]:
        # What is not taken apart has not been looked at.
        str(body, "utf-8")
        try:
            records = all_of(body)
        except (msgspec.MsgspecError, RecursionError):
            return [_closer(text, one_of) for text in texts]
        for record, text in zip(records, texts, strict=True):
            record[_TEXT] = text
        return records

    return parse


def _closer(text: msgspec.Raw, take_apart: Callable[[msgspec.Raw], Record]) -> Any:
    """Return one record of a list in which one is odd: whole, if it is this one."""
    try:
        return {**take_apart(text), _TEXT: text}
    except (msgspec.MsgspecError, RecursionError):
        return orjson.loads(bytes(text))


def _type_of(columns: list[Placed], keys: tuple[str, ...]) -> Any:
    """Return the type of records in which each value is as its column takes it; what is converted may be anything.

    :param columns: each with the path at which it stands; None for what is looked at, and in no column.
    """
    below: dict[str, list[Placed]] = {}
    for (field, *rest), column in columns:
        below.setdefault(field, []).append((rest, column))
    types: dict[str, Any] = {}
    for field, some in below.items():
        has_key = any(column and column.name in keys for _, column in some)
        kind = _type_at(some, keys)
        types[field] = Required[kind] if has_key else kind | None
    return TypedDict("Record", types, total=False)  # type: ignore[operator] # made of data


def _type_at(columns: list[Placed], keys: tuple[str, ...]) -> Any:
    """Return the type of a value that some columns take, or look into."""
    taking = [column for path, column in columns if not path]
    if not taking:
        return _type_of(columns, keys)
    if len(taking) < len(columns):
        # Taken as a whole and looked into: only null is both.
        return type(None)
    return next((column.own_type for column in taking if column and column.own_type), Any)

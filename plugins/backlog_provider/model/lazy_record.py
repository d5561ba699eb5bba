"""Records as they were sent: taken apart as far as columns need it, and passed on as the text that came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import orjson

from backlog_provider.model.endpoint import Changes, Kind
from backlog_provider.model.instants import are_instants

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from backlog_provider.model.endpoint import Column, Endpoint
    from backlog_provider.model.record import Record

    Parse: TypeAlias = Callable[[bytes, list[msgspec.Raw]], list[Record]]
    Placed: TypeAlias = tuple[list[str], Column | None]

_TEXTS = msgspec.json.Decoder(list[msgspec.Raw])


# Where a record that is not taken apart as a whole has its text: no key that JSON has, so that whoever writes such a
# record as if it were whole fails.
_TEXT: Any = object()


def raw_json(record: Any) -> msgspec.Raw | None:
    """Return the JSON of a record of which there are no fields but those that somebody looks at; None for any other.

    What columns take out of the text is known to be there where it has to be, and of their types.
    """
    return record.get(_TEXT) if isinstance(record, dict) else None


def full_record(record: Any) -> Any:
    """Return a record with all of its fields."""
    text = raw_json(record)
    return record if text is None else _decoded(text)


def raw_records(body: bytes) -> list[msgspec.Raw] | None:
    """Return the JSON of each record of a list; None where the answer is none."""
    try:
        return _TEXTS.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return None


def record_parser(endpoint: Endpoint) -> Parse:
    """Return what makes records of a list, given the whole of it and the text of each.

    Such a record has the fields that readers go by and that columns have converted, but none that is null. One that has
    a value of another type than its column is taken apart as a whole, for somebody to look closer. The function raises
    ValueError for what is no JSON, or no text.
    """
    style = endpoint.style
    looked_at = ["id", endpoint.project, *([style.created, style.updated] if isinstance(style, Changes) else [])]
    columns = [column for column in endpoint.columns if not column.is_of_parent]
    instants = [column.path for column in columns if column.is_in_record and column.kind is Kind.INSTANT]
    converted = [column.path for column in columns if not column.is_in_record]
    kept = {path for path in (*looked_at, *instants, *converted) if path}
    if any("." in path for path in kept):
        # Parts of objects; so far, no endpoint with long lists has any converted.
        return lambda _, texts: [_decoded(text) for text in texts]
    placed: list[Placed] = [(column.path.split("."), column) for column in columns]
    kind = _type_of([*placed, *(([path], None) for path in kept)], endpoint.key)
    all_of: Callable[[bytes], list[Any]] = msgspec.json.Decoder(list[kind]).decode  # type: ignore[valid-type]
    one_of = msgspec.json.Decoder(kind).decode

    def parse(body: bytes, texts: list[msgspec.Raw]) -> list[Record]:
        # What is not taken apart has not been looked at.
        str(body, "utf-8")
        try:
            typed = all_of(body)
        except (msgspec.MsgspecError, RecursionError):
            typed = None
        if typed is None or not are_right(typed):
            # One of them is odd.
            return [closer(text) for text in texts]
        return [record_of(*each) for each in zip(typed, texts, strict=True)]

    def closer(text: msgspec.Raw) -> Record:
        try:
            typed = one_of(text)
        except (msgspec.MsgspecError, RecursionError):
            return _decoded(text)
        return record_of(typed, text) if are_right([typed]) else _decoded(text)

    def are_right(typed: list[Any]) -> bool:
        return are_instants(
            [text for each in typed for field in instants if (text := getattr(each, field)) is not None]
        )

    def record_of(typed: Any, text: msgspec.Raw) -> Record:
        record = {field: value for field in kept if (value := getattr(typed, field)) is not None}
        record[_TEXT] = text
        return record

    return parse


def _decoded(text: msgspec.Raw) -> Record:
    record: Record = orjson.loads(bytes(text))
    return record


def _type_of(columns: list[Placed], keys: tuple[str, ...]) -> Any:
    """Return the type of records in which each value is as its column takes it; what is converted may be anything.

    A struct, as most of it is thrown away at once: that costs less than dictionaries do.

    :param columns: each with the path at which it stands; None for what is looked at, and in no column.
    """
    below: dict[str, list[Placed]] = {}
    for (field, *rest), column in columns:
        below.setdefault(field, []).append((rest, column))
    fields: list[Any] = []
    for field, some in below.items():
        has_key = any(column and column.name in keys for _, column in some)
        kind = _type_at(some, keys)
        fields.append((field, kind) if has_key else (field, kind | None, None))
    return msgspec.defstruct("Record", fields, kw_only=True, gc=False)


def _type_at(columns: list[Placed], keys: tuple[str, ...]) -> Any:
    """Return the type of a value that some columns take, or look into."""
    taking = [column for path, column in columns if not path]
    if not taking:
        return _type_of(columns, keys)
    if len(taking) < len(columns):
        # Taken as a whole and looked into: only null is both.
        return type(None)
    return next((column.sent_type for column in taking if column and column.sent_type), Any)

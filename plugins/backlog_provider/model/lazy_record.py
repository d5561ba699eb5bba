"""Lazy records: only the fields that the provider needs are parsed; the rest stays JSON text."""

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
    PathAndColumn: TypeAlias = tuple[list[str], Column | None]

_LIST_DECODER = msgspec.json.Decoder(list[msgspec.Raw])


# The key of the JSON text in a lazy record. It is not a string, so that serializing a lazy record as a full one fails.
_JSON_KEY: Any = object()


def raw_json(record: Any) -> msgspec.Raw | None:
    """Return the JSON text of a lazy record; None for any other record.

    The text is known to have the key columns, and values of the types of their columns.

    :param record: a record.
    """
    return record.get(_JSON_KEY) if isinstance(record, dict) else None


def full_record(record: Any) -> Any:
    """Return the record with all of its fields.

    :param record: a record, lazy or not.
    """
    text = raw_json(record)
    return record if text is None else _parse_fully(text)


def raw_records(body: bytes) -> list[msgspec.Raw] | None:
    """Return the JSON text of each item of a list; None if the body is not a JSON list.

    :param body: the body of a response.
    """
    try:
        return _LIST_DECODER.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return None


def record_parser(endpoint: Endpoint) -> Parse:
    """Return a function that parses a list of records, from the whole body and the JSON text of each record.

    A lazy record has the fields that extract uses and the fields that need conversion, except those that are null. A
    record with a value of another type than its column is parsed completely, so that transform can convert the value.
    The function raises ValueError if the body is not valid JSON or not UTF-8.

    :param endpoint: the endpoint of the records.
    """
    style = endpoint.style
    extract_fields = ["id", endpoint.project, *([style.created, style.updated] if isinstance(style, Changes) else [])]
    columns = [column for column in endpoint.columns if not column.is_of_parent]
    instants = [column.path for column in columns if column.is_in_record and column.kind is Kind.INSTANT]
    converted = [column.path for column in columns if not column.is_in_record]
    fields = {path for path in (*extract_fields, *instants, *converted) if path}
    if any("." in path for path in fields):
        # Nested fields are not supported: no endpoint with long lists needs to convert any.
        return lambda _, texts: [_parse_fully(text) for text in texts]
    paths: list[PathAndColumn] = [(column.path.split("."), column) for column in columns]
    kind = _type_of([*paths, *(([path], None) for path in fields)], endpoint.key)
    decode_list: Callable[[bytes], list[Any]] = msgspec.json.Decoder(list[kind]).decode  # type: ignore[valid-type]
    decode_one = msgspec.json.Decoder(kind).decode

    def parse(body: bytes, texts: list[msgspec.Raw]) -> list[Record]:
        # The lazy parser does not check the encoding of the text that it skips.
        str(body, "utf-8")
        try:
            structs = decode_list(body)
        except (msgspec.MsgspecError, RecursionError):
            structs = None
        if structs is None or not have_valid_instants(structs):
            # Parse one by one, to find the records with an unexpected type.
            return [parse_one(text) for text in texts]
        return [lazy_record(*each) for each in zip(structs, texts, strict=True)]

    def parse_one(text: msgspec.Raw) -> Record:
        try:
            struct = decode_one(text)
        except (msgspec.MsgspecError, RecursionError):
            return _parse_fully(text)
        return lazy_record(struct, text) if have_valid_instants([struct]) else _parse_fully(text)

    def have_valid_instants(structs: list[Any]) -> bool:
        return are_instants(
            [text for each in structs for field in instants if (text := getattr(each, field)) is not None]
        )

    def lazy_record(struct: Any, text: msgspec.Raw) -> Record:
        record = {field: value for field in fields if (value := getattr(struct, field)) is not None}
        record[_JSON_KEY] = text
        return record

    return parse


def _parse_fully(text: msgspec.Raw) -> Record:
    record: Record = orjson.loads(bytes(text))
    return record


def _type_of(columns: list[PathAndColumn], keys: tuple[str, ...]) -> Any:
    """Return a struct type that checks each value against its column; values to convert may have any type.

    Structs are cheaper than dictionaries, and most of them are discarded at once.

    :param columns: paths with their columns; None for a field that no column has.
    :param keys: the names of the key columns, which are required.
    """
    by_field: dict[str, list[PathAndColumn]] = {}
    for (field, *rest), column in columns:
        by_field.setdefault(field, []).append((rest, column))
    fields: list[Any] = []
    for field, nested in by_field.items():
        has_key = any(column and column.name in keys for _, column in nested)
        kind = _type_at(nested, keys)
        fields.append((field, kind) if has_key else (field, kind | None, None))
    return msgspec.defstruct("Record", fields, kw_only=True, gc=False)


def _type_at(columns: list[PathAndColumn], keys: tuple[str, ...]) -> Any:
    """Return the type of a value that columns read, as a whole or at a nested path."""
    whole = [column for path, column in columns if not path]
    if not whole:
        return _type_of(columns, keys)
    if len(whole) < len(columns):
        # One column reads the whole value and another one a nested value: only null satisfies both.
        return type(None)
    return next((column.sent_type for column in whole if column and column.sent_type), Any)

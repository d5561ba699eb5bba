"""Serialize records for comparison, and find lone surrogates, which JSON can escape but UTF-8 cannot encode."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from backlog_provider.exceptions import ResponseError, TextError
from backlog_provider.model.lazy_record import full_record

if TYPE_CHECKING:
    from collections.abc import Iterator


def canonical_json(record: Any) -> bytes:
    """Return a record as canonical JSON with sorted keys, so that equal records give equal bytes.

    :param record: the record, lazy or not.
    :raises ResponseError: if the record is nested too deeply.
    """
    try:
        return orjson.dumps(full_record(record), option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        number = record.get("id") if isinstance(record, dict) else None
        raise ResponseError(
            f"record {number} cannot be compared: {error}; no record of a Backlog space is such"
        ) from None


def check_unicode(path: str, body: bytes) -> None:
    """Check a body that the strict JSON parser refused for lone surrogates.

    :param path: the path of the request, for the message.
    :param body: the body of the response.
    :raises TextError: for the first record with a lone surrogate. The message names the record and the field.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return
    for record in answer if isinstance(answer, list) else [answer]:
        for field in _invalid_text_paths(record):
            number = record.get("id") if isinstance(record, dict) else None
            raise TextError(
                f"GET {path}: record {number} has text that is no Unicode in {field!r} (half of a surrogate pair), "
                "which no table can hold; write that text anew in Backlog"
            )


def _invalid_text_paths(value: Any, at: str = "") -> Iterator[str]:
    """Yield the paths of texts that UTF-8 cannot encode."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            yield at
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _invalid_text_paths(name, at)
            yield from _invalid_text_paths(inner, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _invalid_text_paths(inner, at)

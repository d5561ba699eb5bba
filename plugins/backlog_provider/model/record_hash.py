"""Records as text, and what is none: halves of surrogate pairs, which JSON can escape and nothing else can hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from backlog_provider.exceptions import ResponseError, TextError
from backlog_provider.model.lazy_record import full_record

if TYPE_CHECKING:
    from collections.abc import Iterator


def canonical_json(record: Any) -> bytes:
    """Return a record as JSON, the same for the same record, for comparing.

    :raises ResponseError: where it is nested too deeply.
    """
    try:
        return orjson.dumps(full_record(record), option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        number = record.get("id") if isinstance(record, dict) else None
        raise ResponseError(
            f"record {number} cannot be compared: {error}; no record of a Backlog space is such"
        ) from None


def check_unicode(path: str, body: bytes) -> None:
    """Look into a body that the strict parser has refused.

    :raises TextError: for the first record with a lone surrogate, naming record and field.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return
    for record in answer if isinstance(answer, list) else [answer]:
        for field in _broken(record):
            number = record.get("id") if isinstance(record, dict) else None
            raise TextError(
                f"GET {path}: record {number} has text that is no Unicode in {field!r} (half of a surrogate pair), "
                "which no table can hold; write that text anew in Backlog"
            )


def _broken(value: Any, at: str = "") -> Iterator[str]:
    """Give the places of texts that UTF-8 cannot encode."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            yield at
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _broken(name, at)
            yield from _broken(inner, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _broken(inner, at)

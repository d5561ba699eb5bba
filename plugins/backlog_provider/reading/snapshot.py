"""Lists that come whole in one response, without order or date: projects, users."""

from __future__ import annotations

from datetime import datetime, timezone
from hashlib import blake2b
from typing import TYPE_CHECKING

import orjson

from backlog_provider.reading.page import Page
from backlog_provider.reading.times import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_provider.reading.client import Record
    from backlog_provider.reading.page import Cursor, GoneOf


def read(records: list[Record], cursor: Cursor | None, gone_of: GoneOf | None = None) -> Iterator[Page]:
    """Give the list if it differs from the one that the cursor stands for.

    A response is one moment of the space: nothing can move while it is read. Whether anything changed is told by a
    digest of all records, whatever their order; the mark is the moment at which that change was first seen.

    :param gone_of: tells what has gone for good of that which is not in the list; None where the list is a part.
    """
    digest = _digest(records)
    if cursor is None or cursor["digest"] != digest:
        yield Page(records, {"value": written(datetime.now(timezone.utc)), "digest": digest}, gone_of=gone_of)


def _digest(records: list[Record]) -> str:
    encoded = sorted(orjson.dumps(record, option=orjson.OPT_SORT_KEYS) for record in records)
    return blake2b(b"\n".join(encoded), digest_size=16).hexdigest()

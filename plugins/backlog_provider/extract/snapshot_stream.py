"""Streams of lists that come whole, one or one per parent: projects, users, settings."""

from __future__ import annotations

from datetime import datetime, timezone
from hashlib import blake2b
from typing import TYPE_CHECKING

from backlog_provider.extract.page import Page
from backlog_provider.model.record_hash import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backlog_provider.extract.full_list import FullList
    from backlog_provider.extract.page import Cursor, MissingRowsOf
    from backlog_provider.model.record import Record

# The name of the only list of an endpoint without parents, in the cursor.
ALONE = ""
# Suffix of the digest of a list that is not whole.
PART = "+"


def read(records: list[Record], cursor: Cursor | None, missing_rows_of: MissingRowsOf | None = None) -> Iterator[Page]:
    """Yield the list if it differs from the one of the cursor.

    One response is one consistent moment. A digest of all records, in any order, shows whether anything changed. The
    mark is the time at which the change was first seen.

    :param records: the list.
    :param cursor: the cursor of the last list.

    :param missing_rows_of: returns the keys of deleted records among those not listed; None where the list is a part.
    """
    digests = {ALONE: _digest(records)}
    if cursor is None or cursor["digests"] != digests:
        moment = _now()
        parent: Record = {"readAt": moment}
        yield Page(records, {"value": moment, "digests": digests}, missing_rows_of=missing_rows_of, parent=parent)


def read_each(
    lists: Iterable[tuple[Record, FullList]], cursor: Cursor | None, *, appends: bool = False
) -> Iterator[Page]:
    """Yield those lists that differ from the ones of the cursor, each with its parent.

    :param lists: the parents with their lists.
    :param cursor: the cursor of the last lists.
    :param appends: whether rows that are not in a list stay.
    """
    digests: dict[str, str] = dict(cursor["digests"]) if cursor else {}
    is_marked = cursor is not None
    for parent, listing in lists:
        name, records = str(parent["id"]), listing.records
        digest = _digest(records) if records or name in digests else None
        if digest and not listing.is_whole:
            # The same records as a whole list are a change.
            digest += PART
        if digests.get(name) != digest:
            digests[name] = str(digest)
            is_marked = True
            is_whole = listing.is_whole and not appends
            yield Page(records, {"value": _now(), "digests": dict(digests)}, parent=parent, is_whole=is_whole)
    if not is_marked:
        yield Page([], {"value": _now(), "digests": digests})


def _now() -> str:
    """Return the current time, with milliseconds: there may be two measurements in a second."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _digest(records: list[Record]) -> str:
    return blake2b(b"\n".join(sorted(map(canonical_json, records))), digest_size=16).hexdigest()

"""Lists that come whole, one or one for each parent: projects, users, settings."""

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

# What the only list of an endpoint without parents is called in the cursor.
ALONE = ""
# Behind the digest of a list that is not whole.
PART = "+"


def read(records: list[Record], cursor: Cursor | None, missing_rows_of: MissingRowsOf | None = None) -> Iterator[Page]:
    """Give the list if it differs from the one that the cursor stands for.

    A response is one moment of the space: nothing can move while it is read. Whether anything changed is told by a
    digest of all records, whatever their order; the mark is the moment at which that change was first seen.

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
    """Give those of many lists that differ from the ones that the cursor stands for, each with its parent.

    Each list is a moment of its own, and where it is whole, all that its parent has.

    :param appends: what is not in a list stays what it was.
    """
    digests: dict[str, str] = dict(cursor["digests"]) if cursor else {}
    is_marked = cursor is not None
    for parent, listing in lists:
        name, records = str(parent["id"]), listing.records
        digest = _digest(records) if records or name in digests else None
        if digest and not listing.is_whole:
            # The same records, given whole, say more.
            digest += PART
        if digests.get(name) != digest:
            digests[name] = str(digest)
            is_marked = True
            is_whole = listing.is_whole and not appends
            yield Page(records, {"value": _now(), "digests": dict(digests)}, parent=parent, is_whole=is_whole)
    if not is_marked:
        yield Page([], {"value": _now(), "digests": digests})


def _now() -> str:
    """Return the moment; two measurements of one second are two."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _digest(records: list[Record]) -> str:
    return blake2b(b"\n".join(sorted(map(canonical_json, records))), digest_size=16).hexdigest()

"""Whether the table is the space: the proof that a pass over everything owes before its mark is kept."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from backlog_provider import census
from backlog_provider.batches import load_aside
from backlog_provider.exceptions import IncompleteError

if TYPE_CHECKING:
    from backlog_provider.batches import Load
    from backlog_provider.reading.page import Check, Cursor

log = logging.getLogger(__name__)

# A space that moves differs again by the time it is counted: so many looks, the second of them at everything.
LOOKS = 5


def prove(load: Load, check: Check, cursor: Cursor) -> None:
    """Return when the table has as many living rows as the space has records.

    A difference is settled by what happened meanwhile: changes since the pass began, and deletions that the feed tells
    of. If it is still there then, everything is listed once more and compared key by key.

    :param cursor: the cursor of the pass, whose mark is from before it began.
    :raises IncompleteError: where a difference remains.
    """
    for look in range(LOOKS):
        here = load.loader.living(check.projects)
        there = check.other_than(here)
        if there is None:
            return
        log.info(
            "%s: %s in the space, %s in the table; looking again", load.outcome.endpoint, f"{there:,}", f"{here:,}"
        )
        load_aside(load, (page.records for page in load.reader.pages(cursor)))
        census.mark_told(load, since=cursor["value"])
        if look == 1:
            census.take(load)
    raise IncompleteError(
        f"{load.outcome.endpoint}: the space counts {there:,} records and the table {here:,} living rows, after "
        "everything was read twice; the mark stays where it was, and the next try goes on from there"
    )

"""Whether the table is the space: the proof that a pass over everything owes before its mark is kept."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from backlog_provider.exceptions import (
    AccessDeniedError,
    BacklogError,
    IncompleteError,
    MassDeletionError,
    NotFoundError,
)
from backlog_provider.sync import reconcile
from backlog_provider.sync.batches import load_without_mark

if TYPE_CHECKING:
    from backlog_provider.extract.page import Check, Cursor
    from backlog_provider.sync.batches import Load

log = logging.getLogger(__name__)

# A space that moves differs again by the time it is counted: so many looks, in the third at the latest at everything.
MAX_COMPARISONS = 6


def verify_counts(load: Load, check: Check, cursor: Cursor) -> None:
    """Return when the table has as many living rows as the space has records.

    A difference is settled by what happened meanwhile: deletions that the feed tells of, changes since the pass began;
    the likelier of the two first, and the other only if the table still has another number of rows. If a difference
    stays, everything is listed once more and compared key by key. After that the table may also have as many rows as
    the space had at some moment since the look before: one that changes between any two requests is never counted as it
    was read.

    A difference that remains, and is no larger than the load accepts, is noted in the outcome, with a warning.

    :param cursor: the cursor of the pass, whose mark is from before it began.
    :raises IncompleteError: where a difference remains.
    :raises MassDeletionError: where it remains because too much looks deleted.
    """
    compared, why, before = False, None, None
    there, here = 0, 0

    def mark_what_went() -> None:
        reconcile.mark_deleted_by_feed(load, since=check.since or cursor["value"])

    def load_what_came() -> None:
        load_without_mark(load, load.reader.pages(cursor))

    for look in range(MAX_COMPARISONS):
        projects, counted = check.count()
        here = load.loader.living(projects)
        if counted is None:
            return
        there = counted
        if here == there or (compared and before and _is_between(here, projects, there, before)):
            return
        stands_still, before = before == (projects, there), (projects, there)
        log.info(
            "%s: %s in the space, %s in the table; looking again", load.outcome.endpoint, f"{there:,}", f"{here:,}"
        )
        for settle in (mark_what_went, load_what_came) if here > there else (load_what_came, mark_what_went):
            settle()
            here = load.loader.living(projects)
            if here == there:
                return
        if not compared and (stands_still or look > 1):
            why = _compare(load)
            compared = why is None
    _accept(load, there, here, why)


def _accept(load: Load, there: int, here: int, why: BacklogError | None) -> None:
    """Note a difference that the load accepts.

    :param why: what kept the census from being taken, if anything did.
    :raises BacklogError: for any other difference.
    """
    said = (
        f"{load.outcome.endpoint}: the space counts {there:,} records and the table {here:,} living rows, after "
        "everything was read twice"
    )
    difference, accepted = there - here, load.accept_count_difference
    if abs(difference) <= accepted and not isinstance(why, (NotFoundError, AccessDeniedError)):
        log.warning("%s; accepted, as accept_count_difference=%d asks", said, accepted)
        load.outcome.count_difference = difference
        return
    raise why or IncompleteError(
        f"{said}; the mark stays where it was, and the next try goes on from there; if the difference stays, run once "
        f"with accept_count_difference={abs(difference)}"
    )


def _compare(load: Load) -> BacklogError | None:
    """Take the census; return what kept it from being taken, and may have passed at the next look."""
    accepted = load.outcome.count_difference
    try:
        reconcile.reconcile(load)
    except (MassDeletionError, IncompleteError, NotFoundError, AccessDeniedError) as error:
        return error
    finally:
        # Whether a difference remains is seen at the next look.
        load.outcome.count_difference = accepted
    return None


def _is_between(here: int, projects: tuple[int, ...], there: int, before: tuple[tuple[int, ...], int]) -> bool:
    """Return whether a number of rows lies between the last two counts of the same projects."""
    then, earlier = before
    return projects == then and min(earlier, there) <= here <= max(earlier, there)

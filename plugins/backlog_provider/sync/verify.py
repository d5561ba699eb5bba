"""Row-count verification: a full load is finished when table and space have the same number of records."""

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

# A busy space changes between two counts. From the third comparison at the latest, everything is compared by key.
MAX_COMPARISONS = 6


def verify_counts(load: Load, check: Check, cursor: Cursor) -> None:
    """Return once the table has as many living rows as the space has records.

    A difference is first explained by what happened during the load: deletions in the feed, and changes since the load
    began. The likelier of the two is tried first. If the difference stays, everything is listed again and compared by
    key. After that, any number between the last two counts is accepted, because a busy space is never counted exactly
    as it was read.

    :param load: the load to verify.
    :param check: counts the records of the space.
    :param cursor: the cursor of the load; its mark is from before the load began.
    :raises IncompleteError: if a difference remains that is larger than the load accepts.
    :raises MassDeletionError: if it remains because too many records look deleted.
    """
    compared, why, before = False, None, None
    there, here = 0, 0

    def apply_deletions() -> None:
        reconcile.mark_deleted_by_feed(load, since=check.since or cursor["value"])

    def load_changes() -> None:
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
        for explain in (apply_deletions, load_changes) if here > there else (load_changes, apply_deletions):
            explain()
            here = load.loader.living(projects)
            if here == there:
                return
        if not compared and (stands_still or look > 1):
            why = _compare(load)
            compared = why is None
    _accept(load, there, here, why)


def _accept(load: Load, there: int, here: int, why: BacklogError | None) -> None:
    """Record a difference that the load accepts; raise any other."""
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
    """Compare everything by key; return the error that prevented it, if any."""
    accepted = load.outcome.count_difference
    try:
        reconcile.reconcile(load)
    except (MassDeletionError, IncompleteError, NotFoundError, AccessDeniedError) as error:
        return error
    finally:
        # The next comparison decides whether a difference remains.
        load.outcome.count_difference = accepted
    return None


def _is_between(here: int, projects: tuple[int, ...], there: int, before: tuple[tuple[int, ...], int]) -> bool:
    """Return whether a number of rows lies between the last two counts of the same projects."""
    then, earlier = before
    return projects == then and min(earlier, there) <= here <= max(earlier, there)

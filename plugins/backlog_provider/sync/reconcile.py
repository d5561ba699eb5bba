"""Reconciles a table with the space: compares keys and versions, loads missing records, soft-deletes missing rows."""

from __future__ import annotations

import logging
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING, Any

from backlog_provider.catalogue import ACTIVITIES
from backlog_provider.exceptions import IncompleteError, MassDeletionError, UnreadListsError
from backlog_provider.load.stage_file import stage_folder
from backlog_provider.model.endpoint import at
from backlog_provider.sync.batches import Load, files_of, load_without_mark
from backlog_provider.sync.findings import Findings
from backlog_provider.sync.missing_rows import Missing, is_mass_deletion
from backlog_provider.sync.reconcile_lists import reconcile_lists
from backlog_provider.sync.result import RunResult
from backlog_provider.transform.staged_rows import key_maker, staged_maker

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from backlog_provider.catalogue import Endpoint
    from backlog_provider.extract.inventory import Inventory
    from backlog_provider.extract.stream import Reader
    from backlog_provider.load.loader import Loader
    from backlog_provider.model.record import Record
    from backlog_provider.transform.pii import PiiFilter

log = logging.getLogger(__name__)


def run(
    reader: Reader,
    endpoint: Endpoint,
    open_loader: Callable[[], Loader],
    *,
    allow_mass_deletion: bool = False,
    accept_count_difference: int = 0,
    protect: PiiFilter | None = None,
) -> tuple[RunResult, Findings]:
    """Take the census of one table; its mark stays.

    If nothing is loaded yet, or the table is another one than the loaded one, there is nothing to compare: the next
    ordinary run reads everything.

    :param reader: reads the endpoint.
    :param endpoint: the endpoint of the table.
    :param open_loader: logs in to Snowflake.
    :param allow_mass_deletion: soft-delete even more than a tenth of a project's rows.
    :param accept_count_difference: how many records fewer the space may list than it counts.
    :param protect: the filter for names of people; None keeps them.
    :return: the result of the run, and the numbers of the census.
    :raises BacklogError: as ``reconcile``. What was loaded or soft-deleted before is committed.
    """
    outcome = RunResult(endpoint)
    loader = open_loader()
    outcome.before = outcome.state = state = loader.prepare()
    findings = Findings()
    if state.cursor is None:
        log.info("%s: not loaded yet, nothing to compare", endpoint)
    else:
        outcome.mode = "census"
        load = Load(
            reader,
            loader,
            outcome,
            state,
            moves_mark=False,
            protect=protect,
            accept_count_difference=accept_count_difference,
        )
        try:
            if endpoint.reread:
                reconcile_lists(load, findings, allow_mass_deletion=allow_mass_deletion)
            else:
                findings = reconcile(load, allow_mass_deletion=allow_mass_deletion)
        except (MassDeletionError, UnreadListsError):
            _write_ledger(load)
            raise
        _write_ledger(load)
    return outcome, findings


def _write_ledger(load: Load) -> None:
    load.outcome.requests = load.reader.requests
    if load.outcome.changed:
        load.loader.merge(load.state, None, lambda *_: load.outcome.ledger())


def reconcile(load: Load, *, allow_mass_deletion: bool = False) -> Findings:
    """List all keys and versions, compare them with the living rows, load missing records, soft-delete missing rows.

    A record of a live project that is not listed is asked for by key before its row is soft-deleted.

    :param load: the load of the table.
    :param allow_mass_deletion: soft-delete even more than a tenth of a project's rows.
    :return: the numbers of the census.
    :raises MassDeletionError: if more would be soft-deleted and it is not allowed; nothing is soft-deleted then.
    :raises IncompleteError: if the space lists fewer records than it counts, by more than the load accepts.
    """
    roll = load.reader.inventory()
    findings = Findings(listed=_list_keys(load, roll))
    comparison = load.loader.compare()
    before = Missing(comparison.missing, roll)
    if _mark_missing_by_feed(load, before):
        comparison = load.loader.compare()
    missing = Missing(comparison.missing, roll)
    if not allow_mass_deletion:
        _refuse_mass_deletion(load, missing)
    _mark(load, missing.gone)
    findings.deleted = before.rows(before.live) - missing.rows(missing.live) + missing.rows(missing.gone)
    findings.project_archived = missing.rows(missing.archived)
    findings.access_lost = missing.rows(missing.hidden)
    lacking = set(load.loader.missing_keys(missing.live)) if missing.live else set()
    elsewhere = lacking.difference(roll.trashed)
    found = [page for page in roll.of_keys(sorted(elsewhere)) if page.records]
    there = {record["id"] for page in found for record in page.records}
    _mark(load, missing.live, spared=there)
    findings.trashed = len(lacking - elsewhere)
    findings.unobserved = len(elsewhere - there)
    findings.unknown = len(comparison.unknown) + len(there)
    findings.outdated = len(comparison.outdated)
    load_without_mark(load, chain(found, roll.of_keys(comparison.unknown), roll.of_keys(comparison.outdated)))
    return findings


def mark_deleted_by_feed(load: Load, *, since: str) -> None:
    """Soft-delete rows whose deletion is reported by the feed, or by the activities loaded in the schema.

    :param load: the load of the table.
    :param since: read the feed from this time on, ``YYYY-MM-DDTHH:MM:SSZ``.
    """
    _mark_deleted_by_feed(load, load.reader.inventory().deletions(since))


def _mark_missing_by_feed(load: Load, missing: Missing) -> int:
    """Soft-delete missing rows of live projects whose deletion an activity reports; return how many.

    If the loaded activities do not report all of them, the feed is read back until they are found.
    """
    deletion = load.outcome.endpoint.deletion
    if deletion is None or not missing.live:
        return 0
    marked = _mark_deleted_by_feed(load, (), missing.live)
    path = deletion.key[load.outcome.endpoint.key[0]]
    wanted = set(load.loader.missing_keys(missing.live))

    def deletions() -> Iterator[list[Record]]:
        for activities in missing.roll.deletions():
            yield [activity for activity in activities if at(activity, path) in wanted]
            wanted.difference_update(at(activity, path) for activity in activities)
            if not wanted:
                return

    return marked + _mark_deleted_by_feed(load, deletions(), missing.live) if wanted else marked


def _mark_deleted_by_feed(
    load: Load, activities: Iterable[list[Record]], missing_of: Collection[int] | None = None
) -> int:
    if load.outcome.endpoint.deletion is None:
        return 0
    make_row = staged_maker(ACTIVITIES, load.protect)
    rows = ([make_row(record) for record in records] for records in activities)
    with stage_folder() as folder:
        with closing(files_of("deletions", rows, folder)) as files:
            for file in files:
                load.loader.stage(file)
        marked = load.loader.mark_deleted_by_feed(missing_of)
    load.outcome.rows_deleted += marked
    return marked


def _list_keys(load: Load, roll: Inventory) -> int:
    """Upload all keys and return their number; a list that is shorter than its count is read a second time."""
    make_key = key_maker(load.outcome.endpoint)
    for _ in range(2):
        before, listed = roll.count(), 0

        def keys(pages: Iterator[list[Record]]) -> Iterator[list[dict[str, Any]]]:
            nonlocal listed
            for records in pages:
                listed += len(records)
                # A record that is read one by one is its own parent.
                yield [make_key(record, record) for record in records]

        with stage_folder() as folder, closing(files_of("keys", keys(roll.pages(before)), folder)) as files:
            load.loader.list_keys(files)
        least = min(before, roll.count())
        if listed >= least:
            return listed
    said = f"{load.outcome.endpoint}: the space counts {least:,} records and lists {listed:,}, twice"
    difference, accepted = least - listed, load.accept_count_difference
    if difference <= accepted:
        log.warning("%s; accepted, as accept_count_difference=%d asks", said, accepted)
        load.outcome.count_difference = difference
        return listed
    raise IncompleteError(
        f"{said}; nothing was marked as deleted; if the difference stays, run once with "
        f"accept_count_difference={difference}"
    )


def _refuse_mass_deletion(load: Load, missing: Missing) -> None:
    for project in missing.live:
        living, lacking = missing.by_project[project]
        if is_mass_deletion(living, lacking):
            raise MassDeletionError(
                f"{load.outcome.endpoint}: {lacking:,} of the {living:,} living rows of project {project} are no "
                "longer listed, more than a tenth; nothing was marked. If they were deleted, take the census once with "
                "allow_mass_deletion"
            )


def _mark(load: Load, projects: Collection[int], spared: Collection[Any] = ()) -> None:
    if projects:
        load.outcome.rows_deleted += load.loader.mark_missing(projects, spared)

"""What a table has and the space no longer lists, and the other way round: found by key, classed, and put right."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from backlog_provider.batches import Load, load_aside, stage_rows
from backlog_provider.catalogue import ACTIVITIES
from backlog_provider.exceptions import IncompleteError, MassDeletionError
from backlog_provider.outcome import Outcome
from backlog_provider.shaping.rows import key_maker, row_maker

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from backlog_provider.catalogue import Endpoint
    from backlog_provider.loading.loader import Loader
    from backlog_provider.reading.reader import Reader
    from backlog_provider.reading.roll import Roll

log = logging.getLogger(__name__)

# Of a project's living rows: if more would go at once, somebody should look first.
TOO_MANY = 0.1


@dataclass
class Findings:
    """How many records were listed, and how many rows of which class were not among them.

    :param listed: records that the space has.
    :param unknown: listed, but without a living row: loaded now.
    :param deleted: rows that the feed tells the deletion of, or whose project is gone: marked.
    :param unobserved: rows of a live project that are gone without anything telling of it: marked, at the time of the
        census.
    :param project_archived: rows of archived projects that are no longer listed: left alone.
    :param access_lost: rows of projects that the key's user no longer sees: left alone.
    """

    listed: int = 0
    unknown: int = 0
    deleted: int = 0
    unobserved: int = 0
    project_archived: int = 0
    access_lost: int = 0

    def summary(self) -> dict[str, int]:
        """Return it as flat JSON."""
        return asdict(self)


def run(
    reader: Reader, endpoint: Endpoint, open_loader: Callable[[], Loader], *, allow_mass_deletion: bool = False
) -> tuple[Outcome, Findings]:
    """Take the census of one table; the mark stays where it is.

    Where nothing has been loaded yet, or the table is not what was loaded, there is nothing to compare: the next
    ordinary run reads everything.

    :param open_loader: logs in to Snowflake.
    :raises BacklogError: as ``take``; what was marked or loaded until then is right, and the next census goes on.
    """
    outcome = Outcome(endpoint)
    loader = open_loader()
    outcome.before = outcome.state = state = loader.prepare()
    findings = Findings()
    if state.cursor is None:
        log.info("%s: not loaded yet, nothing to compare", endpoint)
    else:
        outcome.mode = "census"
        findings = take(Load(reader, loader, outcome, state, moves_mark=False), allow_mass_deletion=allow_mass_deletion)
        outcome.requests = reader.requests
        if outcome.changed:
            loader.merge(state, None, lambda *_: outcome.ledger())
    return outcome, findings


def take(load: Load, *, allow_mass_deletion: bool = False) -> Findings:
    """List the keys of everything, compare them with the living rows, load what is unknown, mark what is gone.

    Rows of a live project that are not listed are asked for by key before they are marked.

    :param allow_mass_deletion: mark even more than a tenth of a project's rows.
    :raises MassDeletionError: where that is not allowed; nothing is marked then.
    :raises IncompleteError: where the space lists less than it counts.
    """
    findings = Findings(deleted=mark_told(load))
    roll = load.reader.roll()
    findings.listed = _stage_keys(load, roll)
    comparison = load.loader.compare()
    missing = {project: count for project, count in comparison.missing.items() if roll.concerns(project)}
    hidden = [project for project in missing if project not in roll.projects]
    gone = roll.gone_projects(hidden)
    # One that is archived may still be listed; then what is missing from it is missing as anywhere else.
    archived = [project for project, (all_, lack) in missing.items() if roll.projects.get(project) and lack == all_]
    live = [project for project in missing if project in roll.projects and project not in archived]
    if not allow_mass_deletion:
        _refuse_mass_deletion(load, {project: missing[project] for project in live})
    findings.project_archived = sum(missing[project][1] for project in archived)
    findings.access_lost = sum(missing[project][1] for project in hidden if project not in gone)
    findings.deleted += _mark(load, gone)
    found = [record for records in roll.of_keys(load.loader.missing_keys(live)) for record in records]
    findings.unobserved = _mark(load, live, spared=[record["id"] for record in found])
    findings.unknown = len(comparison.unknown) + len(found)
    load_aside(load, chain([found], roll.of_keys(comparison.unknown)))
    return findings


def mark_told(load: Load, *, since: str | None = None) -> int:
    """Mark the rows whose deletion the schema's table of activities tells of; return how many.

    :param since: ask the feed, too, for what it tells since this instant, ``YYYY-MM-DDTHH:MM:SSZ``.
    """
    if load.outcome.endpoint.deletion is None:
        return 0
    if since:
        make_row = row_maker(ACTIVITIES)
        told = load.reader.roll().deletions_since(since)
        stage_rows(load, "deletions", ([make_row(record) for record in records] for records in told))
    marked = load.loader.mark_told()
    load.outcome.rows_deleted += marked
    return marked


def _stage_keys(load: Load, roll: Roll) -> int:
    """Upload the key of every record, and return how many; a list shorter than the count is read once more."""
    make_key = key_maker(load.outcome.endpoint)
    for _ in range(2):
        before = roll.count()
        listed = stage_rows(load, "keys", ([make_key(record) for record in records] for records in roll.pages()))
        after = roll.count()
        if listed >= min(before, after):
            return listed
    raise IncompleteError(
        f"{load.outcome.endpoint}: the space counts {min(before, after):,} records and lists {listed:,}, twice; "
        "nothing was marked as deleted"
    )


def _refuse_mass_deletion(load: Load, missing: Mapping[int, tuple[int, int]]) -> None:
    for project, (living, lacking) in missing.items():
        if lacking > living * TOO_MANY:
            raise MassDeletionError(
                f"{load.outcome.endpoint}: {lacking:,} of the {living:,} living rows of project {project} are no "
                "longer listed, more than a tenth; nothing was marked. If they were deleted, take the census once with "
                "allow_mass_deletion"
            )


def _mark(load: Load, projects: Collection[int], spared: Collection[Any] = ()) -> int:
    marked = load.loader.mark_missing(projects, spared) if projects else 0
    load.outcome.rows_deleted += marked
    return marked

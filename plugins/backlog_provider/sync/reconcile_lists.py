"""The census of child lists: every list is read again, and different records are loaded.

Nothing reports an edited or deleted comment, a removed attachment or star, or a read notification. A row is
soft-deleted only if the whole list of its parent was read without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backlog_provider.exceptions import MassDeletionError
from backlog_provider.extract.skipped_parents import SkippedParents
from backlog_provider.load.loader import now_utc
from backlog_provider.sync.batches import load_in_one_transaction
from backlog_provider.sync.missing_rows import is_mass_deletion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from backlog_provider.extract.page import Page
    from backlog_provider.load.full_list_rows import ReadLists
    from backlog_provider.model.record import Record
    from backlog_provider.sync.batches import Load
    from backlog_provider.sync.findings import Findings


def reconcile_lists(load: Load, findings: Findings, *, allow_mass_deletion: bool = False) -> None:
    """Read every list again, load different records, soft-delete rows in no list; one transaction per project.

    :param load: the load of the table.
    :param findings: the numbers of the census, which are increased.
    :param allow_mass_deletion: soft-delete even more than a tenth of a project's rows.
    :raises MassDeletionError: if it is not allowed. The rows of that project are left alone, everything else is done.
    :raises UnreadListsError: if lists could not be read. Their rows are left alone, everything else is done.
    """
    endpoint, refused = load.outcome.endpoint, SkippedParents(load.outcome.endpoint)
    unread = load.loader.living_by_project()
    held: list[str] = []
    for project, pages in load.reader.lists_again(refused):
        judged = _Verdict(load, allow_mass_deletion)
        _load(load, findings, pages, judged)
        if judged.is_held:
            whose = f" of project {project['id']}" if project else ""
            held.append(f"{judged.missing:,} of the {judged.living:,} living rows{whose}")
        left = max(0, unread.pop(project["id"] if project else None, 0) - judged.living)
        if endpoint.under and project and project.get("archived") and not judged.living:
            findings.project_archived += left
        elif endpoint.under:
            findings.access_lost += left
    if not load.reader.is_narrowed:
        findings.access_lost += sum(unread.values())
    if held:
        raise MassDeletionError(
            f"{endpoint}: {'; '.join(held)} are no longer listed, more than a tenth; nothing of them was marked. If "
            "they were deleted, take the census once with allow_mass_deletion"
        )
    refused.tell(all_matters=False, then="the rows of these lists are left alone; take the census again")


def _load(load: Load, findings: Findings, pages: Iterator[Page], judged: _Verdict) -> None:
    before = load.outcome.rows_read
    counts = load_in_one_transaction(load, pages, (now_utc(), judged.spared))
    findings.listed += load.outcome.rows_read - before
    if counts:
        findings.unknown += counts.inserted + counts.returned
        findings.outdated += counts.updated - counts.returned - counts.revived
    findings.unobserved += judged.marked
    findings.access_lost += judged.out_of_sight


@dataclass
class _Verdict:
    """What was decided about the rows that are in none of the lists of one project."""

    load: Load
    allow_mass_deletion: bool
    living: int = 0
    missing: int = 0
    out_of_sight: int = 0
    is_held: bool = field(default=False, init=False)

    @property
    def marked(self) -> int:
        return 0 if self.is_held else self.missing

    def spared(self, found: ReadLists) -> Collection[Any] | None:
        hidden = self._out_of_sight(found) if found.missing else []
        self.living = found.living
        self.missing, self.out_of_sight = found.missing - len(hidden), len(hidden)
        self.is_held = not self.allow_mass_deletion and is_mass_deletion(self.living, self.missing)
        return hidden if self.missing and not self.is_held else None

    def _out_of_sight(self, found: ReadLists) -> list[Any]:
        """Return the keys of missing rows that may just be hidden, with the project that they are in."""
        reread = self.load.outcome.endpoint.reread
        if reread is None or reread.place_of is None:
            return []
        projects = {project["projectKey"]: project for project in self.load.reader.readable_projects()}
        places = {key: reread.place_of(record) for key, record in found.records().items()}
        return [key for key, place in places.items() if not _is_readable(place, projects)]


def _is_readable(place: tuple[str, str | None] | None, projects: dict[str, Record]) -> bool:
    project = projects.get(place[0]) if place else None
    if place is None or project is None or project.get("archived"):
        return False
    return place[1] is None or project.get(place[1]) is not False

"""Rows whose records are not listed, classified by the state of their project."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from backlog_provider.extract.inventory import Inventory

# The share of a project's living rows that may be soft-deleted at once without being asked for.
MASS_DELETION_SHARE = 0.1


def is_mass_deletion(living: int, missing: int) -> bool:
    """Return whether too many of a project's living rows are missing to soft-delete them without being asked.

    :param living: the number of living rows.
    :param missing: how many of them are not listed.
    """
    return missing > max(1, living * MASS_DELETION_SHARE)


@dataclass(frozen=True)
class Missing:
    """Living rows that are not listed.

    :param by_project: for each project, the number of living rows and how many of them are not listed.
    :param roll: the inventory that does not list them.
    """

    by_project: Mapping[int, tuple[int, int]]
    roll: Inventory

    @property
    def live(self) -> list[int]:
        """Projects that were read; archived ones only if some of their records are listed."""
        unread = {*self.archived, *self.roll.unread}
        return [p for p in self._concerned if p in self.roll.projects and p not in unread]

    @property
    def archived(self) -> list[int]:
        """Archived projects without any listed record."""
        projects = self.roll.projects
        return [p for p in self._concerned if projects.get(p) and self.by_project[p][0] == self.by_project[p][1]]

    @cached_property
    def gone(self) -> list[int]:
        """Projects that were deleted."""
        return self.roll.gone_projects([p for p in self._concerned if p not in self.roll.projects])

    @property
    def hidden(self) -> list[int]:
        """Projects that the key's user has left, or may no longer read."""
        known = {*self.live, *self.archived, *self.gone}
        return [p for p in self._concerned if p not in known]

    @property
    def _concerned(self) -> list[int]:
        return [project for project in self.by_project if self.roll.concerns(project)]

    def rows(self, projects: Collection[int]) -> int:
        """Return how many rows of some projects are not listed."""
        return sum(self.by_project[project][1] for project in projects)

"""Rows that are not listed, classed by what has become of their project."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from backlog_provider.extract.inventory import Inventory

# Of a project's living rows: if more would go at once, and more than one, somebody should look first.
MASS_DELETION_SHARE = 0.1


def is_mass_deletion(living: int, missing: int) -> bool:
    """Return whether so many of a project's living rows are missing that nothing is marked unasked."""
    return missing > max(1, living * MASS_DELETION_SHARE)


@dataclass(frozen=True)
class Missing:
    """Living rows that are not listed.

    :param by_project: how many rows of each project live, and how many of them are not listed.
    :param roll: where they are not listed.
    """

    by_project: Mapping[int, tuple[int, int]]
    roll: Inventory

    @property
    def live(self) -> list[int]:
        """Projects that have been read, archived ones among them if anything of them is listed."""
        unread = {*self.archived, *self.roll.unread}
        return [p for p in self._concerned if p in self.roll.projects and p not in unread]

    @property
    def archived(self) -> list[int]:
        """Archived projects of which nothing is listed."""
        projects = self.roll.projects
        return [p for p in self._concerned if projects.get(p) and self.by_project[p][0] == self.by_project[p][1]]

    @cached_property
    def gone(self) -> list[int]:
        """Projects that exist no more."""
        return self.roll.gone_projects([p for p in self._concerned if p not in self.roll.projects])

    @property
    def hidden(self) -> list[int]:
        """Projects that the key's user no longer takes part in, or may no longer read."""
        known = {*self.live, *self.archived, *self.gone}
        return [p for p in self._concerned if p not in known]

    @property
    def _concerned(self) -> list[int]:
        return [project for project in self.by_project if self.roll.concerns(project)]

    def rows(self, projects: Collection[int]) -> int:
        """Return how many rows of some projects are not listed."""
        return sum(self.by_project[project][1] for project in projects)

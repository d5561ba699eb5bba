"""How much there is to read, found out by asking as little as possible: what the readers of each style answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backlog_provider.api.client import category_of


@dataclass(frozen=True)
class Estimate:
    """What a run would read if it started now.

    :param records: new or changed ones, those that a page brings along and that are known left out.
    :param requests: all requests of the run.
    :param searches: how many of them count as searches, which have the smaller limit.
    :param exact: whether the figures hold as long as nothing changes in the space; otherwise they are estimates.
    :param has_changes: whether the run would have anything to write, be it only where reading stands.
    :param has_gap: whether a feed no longer reaches back to where reading would go on.
    :param proof: whether the run has to prove in the end that it has everything.
    """

    records: int = 0
    requests: int = 0
    searches: int = 0
    exact: bool = True
    has_changes: bool = False
    proof: bool = False
    has_gap: bool = False

    def at(self, path: str) -> Estimate:
        """Return the same, all requests counted where those for a path count."""
        searches = self.requests if category_of(path) == "search" else 0
        return replace(self, searches=searches)

    def __add__(self, other: Estimate) -> Estimate:
        """Return both together: estimates as soon as one of them is."""
        return Estimate(
            self.records + other.records,
            self.requests + other.requests,
            self.searches + other.searches,
            self.exact and other.exact,
            self.has_changes or other.has_changes,
            self.proof or other.proof,
            self.has_gap or other.has_gap,
        )

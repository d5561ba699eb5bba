"""The estimate of a run: the number of records and requests."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backlog_provider.api.client import category_of


@dataclass(frozen=True)
class Estimate:
    """The estimate of a run, as if it started now.

    :param records: the number of new or changed records; known records on the same pages are not counted.
    :param requests: the number of all requests.
    :param searches: the number of requests in the search category, which has a lower rate limit.
    :param exact: whether the numbers are exact as long as nothing changes in the space.
    :param has_changes: whether the run would write anything, even if only the cursor.
    :param proof: whether the run must check at its end that it read all records.
    :param has_gap: whether a feed no longer reaches back to the cursor.
    """

    records: int = 0
    requests: int = 0
    searches: int = 0
    exact: bool = True
    has_changes: bool = False
    proof: bool = False
    has_gap: bool = False

    def at(self, path: str) -> Estimate:
        """Return the estimate with all requests counted in the rate limit category of a path.

        :param path: the API path.
        """
        searches = self.requests if category_of(path) == "search" else 0
        return replace(self, searches=searches)

    def __add__(self, other: Estimate) -> Estimate:
        """Return the sum of two estimates. It is exact only if both are.

        :param other: the other estimate.
        """
        return Estimate(
            self.records + other.records,
            self.requests + other.requests,
            self.searches + other.searches,
            self.exact and other.exact,
            self.has_changes or other.has_changes,
            self.proof or other.proof,
            self.has_gap or other.has_gap,
        )

"""What lists stand under: every parent of an endpoint, page by page, in an order in which one can go on later."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

from backlog_provider.extract import project_slices, updated_stream
from backlog_provider.extract.full_list import FullListReader
from backlog_provider.extract.projects import PATH, is_feature_on, project_params
from backlog_provider.model.endpoint import Changes, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backlog_provider.api.client import Client
    from backlog_provider.extract.page import FetchAhead
    from backlog_provider.extract.skipped_parents import SkippedParents
    from backlog_provider.model.endpoint import Endpoint, Under
    from backlog_provider.model.record import Params, Record

ParentCursor: TypeAlias = "dict[str, Any]"
"""The position in the list of parents, as plain JSON: reading continues behind it."""

ParentPages: TypeAlias = "Iterator[tuple[list[Record], ParentCursor]]"
"""Pages of parents, each with the cursor behind it."""


@dataclass(frozen=True)
class Parents:
    """The parents of lists, as far as the key's user sees them.

    :param projects: the projects to read, with the flags of their features.
    :param refused: is told of lists that Backlog refuses.
    """

    client: Client
    projects: Sequence[Record]
    refused: SkippedParents

    def of(self, under: Under, place: ParentCursor | None = None) -> ParentPages:
        """Give parents that have such a list, some at a time, each time with the place behind them.

        :param place: behind it only.
        """
        for records, behind in self._all_of(under.parent, place):
            yield [record for record in records if is_on(under, record)], behind

    def _all_of(self, endpoint: Endpoint, place: ParentCursor | None) -> ParentPages:
        if endpoint.path == PATH:
            yield from self._projects_behind(place)
        elif endpoint.under:
            yield from self._lists(endpoint, endpoint.under, place)
        elif isinstance(endpoint.style, Changes):
            yield from self._changes(endpoint, endpoint.style, place)
        elif isinstance(endpoint.style, Snapshot):
            yield FullListReader(self.client, endpoint.style).read(endpoint.path).records, {"after": None}

    def _changes(self, endpoint: Endpoint, style: Changes, place: ParentCursor | None) -> ParentPages:
        """Give what the projects have in slices, each of which a request has room for."""
        first, is_alone = (place.get("from", 0), place.get("alone", False)) if place else (0, False)
        on = sorted(project["id"] for project in self.projects if is_feature_on(project, endpoint.flag))
        left = [project for project in on if project >= first]
        begun = place

        def read_of(some: list[int]) -> ParentPages:
            nonlocal begun
            behind, begun = begun, None
            for page in updated_stream.read(self._fetch(endpoint, some), style, behind):
                yield page.records, {**page.cursor, "from": some[0], "alone": len(some) == 1}

        slices = [[project] for project in left] if is_alone else project_slices.slice_projects(left)
        yield from project_slices.read_slices(slices, read_of)

    def _projects_behind(self, place: ParentCursor | None) -> ParentPages:
        for project in sorted(self.projects, key=lambda project: int(project["id"])):
            if place is None or project["id"] > place["after"]:
                yield [project], {"after": project["id"]}

    def _lists(self, endpoint: Endpoint, under: Under, place: ParentCursor | None) -> ParentPages:
        """Give the records of lists; those under one project together, because one can go on behind a project only."""
        if not isinstance(endpoint.style, Snapshot):
            raise TypeError(f"{endpoint.name}: its records cannot be listed whole")
        lists = FullListReader(self.client, endpoint.style)
        for parents, behind in self.of(under, place):
            records: list[Record] = []
            for parent in parents:
                with self.refused.skip_if_denied(parent):
                    records += lists.read(path_of(endpoint, parent)).records
            yield records, behind

    def _fetch(self, endpoint: Endpoint, projects: Sequence[int]) -> FetchAhead:
        def fetch(params: Params, _then: Params | None = None) -> list[Record]:
            # What comes next are the lists under these parents: the next page of them would be asked for in vain.
            return self.client.get_list(endpoint.path, [*project_params(projects), *params])

        return fetch


def is_on(under: Under, parent: Record) -> bool:
    """Return whether a parent has such a list at all, as far as its record tells."""
    return is_feature_on(parent, under.flag)


def has_feature(under: Under, project: Record) -> bool:
    """Return whether a project has what such lists hang on, be it parents of parents."""
    above = under.parent.under
    return is_on(under, project) and (above is None or has_feature(above, project))


def path_of(endpoint: Endpoint, parent: Record) -> str:
    """Return the path of the list under a parent."""
    return re.sub(r"{(\w+)}", lambda field: quote(str(parent[field[1]]), safe=""), endpoint.path)

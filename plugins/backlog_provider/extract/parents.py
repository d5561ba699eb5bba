"""The parents of child lists, page by page, in an order that can be continued later."""

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
    """The parents of child lists that the key's user can see.

    :param client: the client of the space.
    :param projects: the projects to read, with the flags of their features.
    :param refused: collects lists that cannot be read.
    """

    client: Client
    projects: Sequence[Record]
    refused: SkippedParents

    def of(self, under: Under, place: ParentCursor | None = None) -> ParentPages:
        """Yield parents that have such a list, page by page, each page with the cursor behind it.

        :param under: the relation between list and parent.
        :param place: where to continue; None begins with the first parent.
        :raises BacklogError: as ``Client.get``.
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
        """Yield the records of all projects, in slices that fit into a request."""
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
        """Yield records of child lists, one page per project, because a cursor can only point behind a project."""
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
            # No prefetch: the lists of these parents are requested next, not the next page of parents.
            return self.client.get_list(endpoint.path, [*project_params(projects), *params])

        return fetch


def is_on(under: Under, parent: Record) -> bool:
    """Return whether a parent can have such a list, by the flags of its record."""
    return is_feature_on(parent, under.flag)


def has_feature(under: Under, project: Record) -> bool:
    """Return whether a project has the features of such lists and of all their parents."""
    above = under.parent.under
    return is_on(under, project) and (above is None or has_feature(above, project))


def path_of(endpoint: Endpoint, parent: Record) -> str:
    """Return the path of the child list of a parent."""
    return re.sub(r"{(\w+)}", lambda field: quote(str(parent[field[1]]), safe=""), endpoint.path)

"""The inventory of an endpoint: all its current keys and versions, to compare a table with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from backlog_provider.api.client import PAGE_SIZE
from backlog_provider.catalogue import ACTIVITIES
from backlog_provider.catalogue.space import alone
from backlog_provider.exceptions import ConfigurationError, NotFoundError, ResponseError
from backlog_provider.extract import id_stream, project_slices
from backlog_provider.extract.child_stream import ChildStream
from backlog_provider.extract.full_list import FullListReader
from backlog_provider.extract.offset_pagination import iter_backward, iter_forward
from backlog_provider.extract.page import Page
from backlog_provider.extract.projects import PATH, list_projects, project_params, scope_of
from backlog_provider.extract.skipped_parents import SkippedParents
from backlog_provider.model.endpoint import Changes, Snapshot, at
from backlog_provider.model.timestamps import EPOCH

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from backlog_provider.api.client import Client
    from backlog_provider.model.endpoint import Endpoint, KeyListing
    from backlog_provider.model.record import Params, Record

# The role of users who may list all projects (https://developer.nulab.com/docs/backlog/api/2/get-project-list/).
ADMINISTRATOR = 1
_ONE = Snapshot(records_of=alone)


class Inventory(ABC):
    """The current records of an endpoint in the visible projects.

    :param client: the client of the space.
    :param endpoint: the endpoint.
    :param keys: the project keys that the user has named; None for all projects.
    """

    def __init__(self, client: Client, endpoint: Endpoint, keys: Sequence[str] | None) -> None:
        self._client = client
        self._endpoint = endpoint
        self._keys = keys
        self.unread: set[int] = set()
        """Visible projects whose records could not be read: the feature is off, or the list was denied."""
        self.trashed: set[Any] = set()
        """Ids of records in the trash of the projects that were read."""

    @cached_property
    def _listed(self) -> list[Record]:
        return list_projects(self._client)

    @cached_property
    def projects(self) -> dict[int, bool]:
        """Every visible project, and whether it is archived."""
        return {project["id"]: bool(project.get("archived")) for project in self._listed}

    @cached_property
    def _scope(self) -> tuple[int, ...]:
        return scope_of(self._listed, self._keys).ids

    def concerns(self, project: int) -> bool:
        """Return whether the inventory covers a project: not if the user has named others.

        :param project: the id of the project.
        """
        return self._keys is None or project in self._scope

    def gone_projects(self, projects: Collection[int]) -> list[int]:
        """Return those of some projects that were deleted.

        Only administrators see projects without being members; for other users the result is empty.

        :param projects: the ids of the projects.
        """
        return deleted_projects(self._client, projects)

    @abstractmethod
    def count(self) -> int:
        """Return the least number of records that the space counts."""

    @abstractmethod
    def pages(self, counted: int) -> Iterator[list[Record]]:
        """Yield at least the id of every record that exists from beginning to end of the reading.

        This is enough: missing records are asked for by key before their rows are soft-deleted, and new records are
        newer than the mark.

        :param counted: the result of ``count``.
        """

    @abstractmethod
    def of_keys(self, keys: Sequence[Any]) -> Iterator[Page]:
        """Yield those of some records that can still be read.

        :param keys: the keys of the records.
        """

    def deletions(self, since: str = EPOCH) -> Iterator[list[Record]]:
        """Yield the activities that report deletions, newest first.

        :param since: from this time on, ``YYYY-MM-DDTHH:MM:SSZ``.
        """
        if self._endpoint.deletion:
            only: Params = [("activityTypeId[]", self._endpoint.deletion.activity_type)]
            yield from id_stream.read_back_to(
                lambda params: self._client.get_list(ACTIVITIES.path, [*only, *params]), since
            )


class CountedInventory(Inventory):
    """An inventory that lists all projects page by page, and can be counted: issues."""

    def __init__(self, client: Client, endpoint: Endpoint, style: Changes, keys: Sequence[str] | None) -> None:
        super().__init__(client, endpoint, keys)
        self._style = style

    def count(self) -> int:
        """Return the number of records that the space counts."""
        return count(self._client, self._style, self._scope)

    def pages(self, counted: int) -> Iterator[list[Record]]:
        """Yield all records, in slices of the projects, backward by creation."""
        style = self._style

        def read_of(projects: list[int]) -> Iterator[list[Record]]:
            is_all = len(projects) == len(self._scope)
            total = counted if is_all else count(self._client, style, projects)
            return iter_backward(self._fetch, project_params(projects), style.created, total, by_day=style.filters)

        return project_slices.read_slices(project_slices.slice_projects(self._scope), read_of)

    def of_keys(self, keys: Sequence[Any]) -> Iterator[Page]:
        """Yield those of some records that can still be read, from the list filtered by id.

        Missing records are requested again until none comes, because a page may be cut. If there are too many projects
        for a request, it names none, and missing records are requested from archived projects by name.
        """
        archived = [project for project in self._scope if self.projects[project]]
        parts = [self._scope] if project_slices.fits(self._scope) else [(), *project_slices.slice_projects(archived)]
        for start in range(0, len(keys), PAGE_SIZE):
            left = set(keys[start : start + PAGE_SIZE])
            for some in parts:
                yield from self._of_keys(left, project_params(some))

    def _of_keys(self, left: set[Any], projects: Params) -> Iterator[Page]:
        """Yield the records of these keys in some projects, and remove them from the keys."""
        path, wanted = self._endpoint.project or "", frozenset(self._scope)
        found: list[Record] = [{}]
        while left and found:
            keys: Params = [("id[]", key) for key in sorted(left)]
            page = self._fetch([*projects, *keys, ("count", PAGE_SIZE)])
            found = [record for record in page if record.get("id") in left and at(record, path) in wanted]
            left.difference_update(record["id"] for record in found)
            yield Page(found, {})

    def _fetch(self, params: Params, then: Params | None = None) -> list[Record]:
        return self._client.get_list(self._endpoint.path, params, then)


class KeyedInventory(Inventory):
    """An inventory with one response per project, which is one consistent moment: documents, wikis."""

    def __init__(self, client: Client, endpoint: Endpoint, roster: KeyListing, keys: Sequence[str] | None) -> None:
        super().__init__(client, endpoint, keys)
        self._roster = roster

    def count(self) -> int:
        """Return 0, because each list comes whole or not at all."""
        return 0

    def pages(self, counted: int) -> Iterator[list[Record]]:  # noqa: ARG002 (lists come whole)
        """Yield the records of each project, without its trash."""
        lists, refused = self._roster.lists, SkippedParents(self._endpoint)
        projects = [project for project in self._listed if project["id"] in self._scope]
        self.unread.update(self._scope)
        if lists.under:
            for project, listing in ChildStream(self._client, lists, lists.under, projects).whole(refused):
                style = self._endpoint.style
                yield [record for record in listing.records if not self._is_trashed(record)]
                if not listing.is_whole and isinstance(style, Changes):
                    yield from self._listed_in(project["id"], style)
                elif not listing.is_whole:
                    continue
                self.unread.remove(project["id"])
        refused.tell(all_matters=False)

    def _listed_in(self, project: int, style: Changes) -> Iterator[list[Record]]:
        """Yield the records of a project from the endpoint's own list, without its trash."""

        def fetch(params: Params, _then: Params | None = None) -> list[Record]:
            return self._client.get_list(self._endpoint.path, params)

        for records in iter_forward(fetch, [("projectId[]", project)], style.created):
            yield [record for record in records if record.get("id") not in self.trashed]

    def of_keys(self, keys: Sequence[Any]) -> Iterator[Page]:
        """Yield those of some records that can still be read, one by one."""
        for key in keys:
            with suppress(NotFoundError):
                one = self._roster.one.format(id=quote(str(key), safe=""))
                yield Page(FullListReader(self._client, _ONE).read(one).records, {}, parent={"id": key})

    def _is_trashed(self, record: Record) -> bool:
        is_trashed = self._roster.is_trashed is not None and self._roster.is_trashed(record)
        if is_trashed:
            self.trashed.add(record.get("id"))
        return is_trashed


def count(client: Client, style: Changes, projects: Collection[int] | None, params: Params = ()) -> int:
    """Return how many records of these projects, all where it is None, the space says that there are.

    :param params: filters.
    :raises ConfigurationError: where nothing tells.
    :raises ResponseError: where it says no number.
    """
    if projects is not None and not projects:
        # Without a projectId[] the API would count every project.
        return 0
    if style.count is None:
        raise ConfigurationError("nothing tells how many of these records there are")
    slices = [[]] if projects is None else project_slices.slice_projects(sorted(projects))
    return sum(client.get_count(style.count, [*project_params(some), *params]) for some in slices)


def current_user(client: Client) -> Record:
    """Return the key's user.

    :raises ResponseError: where the answer is none.
    """
    user = client.get("/users/myself")
    if not isinstance(user, dict) or not isinstance(user.get("id"), int):
        raise ResponseError("GET /users/myself: Backlog answered no user; check that the host is a Backlog space")
    return user


def deleted_projects(client: Client, projects: Collection[int]) -> list[int]:
    """Return those of some projects that exist no more, as far as the key's user may know."""
    if not projects or current_user(client).get("roleType") != ADMINISTRATOR:
        return []
    existing = {project.get("id") for project in client.get_list(PATH, [("all", "true")])}
    return [project for project in projects if project not in existing]

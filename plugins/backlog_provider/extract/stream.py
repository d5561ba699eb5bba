"""Reads an endpoint from a cursor on: picks the stream of its paging style, and follows changes of the projects."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from backlog_provider.catalogue.users import USERS
from backlog_provider.exceptions import (
    AccessDeniedError,
    ConfigurationError,
    NotFoundError,
    OffsetError,
)
from backlog_provider.extract import id_stream, list_inventory, project_slices, snapshot_stream, updated_stream
from backlog_provider.extract.child_stream import ChildStream
from backlog_provider.extract.documented import documented
from backlog_provider.extract.full_list import FullListReader
from backlog_provider.extract.inventory import CountedInventory, KeyedInventory, count, current_user, deleted_projects
from backlog_provider.extract.page import Check, Page
from backlog_provider.extract.projects import PATH, Scope, list_projects, project_params, scope_of
from backlog_provider.extract.rejoined_projects import rejoined_projects
from backlog_provider.model.endpoint import Changes, Feed, Snapshot, at
from backlog_provider.model.lazy_record import record_parser
from backlog_provider.model.timestamps import EPOCH

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from backlog_provider.api.client import Client
    from backlog_provider.extract.inventory import Inventory
    from backlog_provider.extract.page import Count, Cursor, FetchAhead, MissingRowsOf, Window
    from backlog_provider.extract.skipped_parents import SkippedParents
    from backlog_provider.model.endpoint import Endpoint, Under
    from backlog_provider.model.record import Params, Record

# What other tasks of a run need to know of a project.
PROJECT_FIELDS = ("id", "projectKey", "archived", "useWiki", "useDocument", "useFileSharing", "useGit")


class Reader:
    """Reads one endpoint of one space.

    :param client: the client of the space.
    :param endpoint: the endpoint.
    :param project_keys: the keys of the projects to read; None for all projects of the key's user.
    :param projects: the visible projects, if they are known already; saves a request.
    :param as_sent: whether the records of long lists may come with no fields but those of their columns, and the rest
        in their text (see ``sent``).
    :param counts_lists: whether the lists under parents are counted even in a first load: where the table may have rows
        that are taken for gone when they are not listed.
    :param reads_ahead: whether the next page of a long list may be asked for before it is wanted; False where
        something else is asked for between two pages.
    """

    def __init__(
        self,
        client: Client,
        endpoint: Endpoint,
        project_keys: Sequence[str] | None = None,
        projects: Sequence[Record] | None = None,
        *,
        as_sent: bool = False,
        counts_lists: bool = False,
        reads_ahead: bool = True,
    ) -> None:
        if project_keys is not None and endpoint.project is None:
            raise ConfigurationError(
                f"project_keys: {endpoint.name} belong to the space, not to a project; leave project_keys out"
            )
        self._client = client
        self._endpoint = endpoint
        self._keys = project_keys
        self._projects = projects
        self._counts_lists = counts_lists
        self._reads_ahead = reads_ahead
        self._parse = record_parser(endpoint) if as_sent and isinstance(endpoint.style, Changes) else None

    @property
    def requests(self) -> int:
        """The number of requests so far."""
        return self._client.requests

    def drain(self) -> None:
        """Receive a prefetched page before something slow is done, because the server would not wait."""
        self._client.drain()

    @property
    def visible_projects(self) -> list[Record] | None:
        """Id, key and features of all visible projects; None if they were not listed yet."""
        if self._projects is None:
            return None
        return [{field: project[field] for field in PROJECT_FIELDS if field in project} for project in self._projects]

    def pages(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield new and changed records since the cursor; all records if it is None; no page if there are none.

        Each page has the cursor to commit with it. Projects that became visible since the cursor are read whole, first.

        :param cursor: where reading continues.
        :raises BacklogError: as ``Client.get``; ResponseError for records of another shape than documented.
        """
        with documented(self._endpoint):
            yield from self._pages_behind(cursor)

    def _pages_behind(self, cursor: Cursor | None) -> Iterator[Page]:
        if self._endpoint.under:
            yield from self._lists_under(self._endpoint.under).pages(cursor)
        elif isinstance(self._endpoint.style, Snapshot):
            records = self._listed(self._endpoint.style)
            yield from snapshot_stream.read(records, cursor, self._gone_of(records))
        elif self._endpoint.project is None:
            yield from self._of(None, cursor)
        else:
            yield from self._pages_of_visible(cursor)

    def window(self, window: Window) -> Iterator[Page]:
        """Yield the records of a window: created in it, or if they are mutable, last updated in it.

        :param window: the window.
        :raises ConfigurationError: for endpoints whose records have no time to filter by.
        """
        if not self._endpoint.has_window:
            raise ConfigurationError(
                f"since/until: the API gives no times for {self._endpoint.name}, only whole lists as they are now; "
                "leave them out"
            )
        with documented(self._endpoint):
            yield from self._pages_in(window)

    def _pages_in(self, window: Window) -> Iterator[Page]:
        scope = self._wanted_projects() if self._endpoint.project else None
        match self._endpoint.style:
            case Feed():
                pages = id_stream.read_window(self._fetch(self._endpoint.path), window)
                yield from self._wanted(pages, scope)
            case Changes() as style:

                def read_of(projects: list[int]) -> Iterator[Page]:
                    return updated_stream.read_window(self._fetch(self._endpoint.path, projects), style, window)

                yield from project_slices.read_slices(
                    project_slices.slice_projects(scope.ids if scope else ()), read_of
                )

    def _pages_of_visible(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield the pages of the visible projects, even if one of them becomes hidden meanwhile.

        Backlog denies a request that names a deleted project, or one that the key's user has left. Then the projects
        are listed again, and reading continues from the last page. A second denial in a row, with the same projects, is
        an error.

        If a list is longer than Backlog gives, everything is read project by project.
        """
        refused: tuple[int, ...] | None = None
        is_by_project = False
        while True:
            scope = self._wanted_projects()
            try:
                for page in self._pages_by_project(scope, cursor):
                    refused, cursor = None, page.cursor
                    yield page
                    # As a walk does: no page is held while the next one is made.
                    del page
            except (NotFoundError, AccessDeniedError):
                if refused == scope.ids:
                    raise
                refused, self._projects = scope.ids, None
            except OffsetError:
                if is_by_project or not isinstance(self._endpoint.style, Changes):
                    raise
                names, is_by_project = (scope.ids if project_slices.fits(scope.ids) else None), True
                cursor = updated_stream.cursor_now(self._fetch(self._endpoint.path, names), self._endpoint.style)
                cursor["projects"] = []
            else:
                return

    def _pages_by_project(self, scope: Scope, cursor: Cursor | None) -> Iterator[Page]:
        seen = tuple(cursor["projects"]) if cursor else scope.ids
        archived = [] if project_slices.fits(scope.ids) else self._archived(scope.ids)
        unseen = project_slices.newly_unlisted(cursor, archived)
        joined = [project for project in scope.ids if project not in seen or project in unseen]

        def read_past(some: list[int]) -> Iterator[Page]:
            nonlocal cursor, seen
            for page in self._past_of(some):
                if isinstance(self._endpoint.style, Changes):
                    cursor = updated_stream.with_known(cursor or {}, page.records, self._endpoint.style)
                yield replace(page, cursor=cursor or {})
            seen = tuple(project for project in scope.ids if project in seen or project in some)
            cursor = {**(cursor or {}), "projects": list(seen)}
            yield Page([], cursor)

        if cursor:
            yield from project_slices.read_slices(project_slices.slice_projects(joined), read_past)
        if cursor and seen != scope.ids:
            cursor = {**cursor, "projects": list(scope.ids)}
            yield Page([], cursor)
        if cursor and project_slices.KEY in cursor and project_slices.fits(scope.ids):
            cursor = {name: value for name, value in cursor.items() if name != project_slices.KEY}
            yield Page([], cursor)
        for page in self._of(scope, cursor):
            yield replace(page, cursor={**page.cursor, "projects": list(scope.ids)})
            del page

    def inventory(self) -> Inventory:
        """Return the inventory of the endpoint, for a census.

        :raises ConfigurationError: for endpoints without a census.
        """
        if self._endpoint.key_listing:
            return KeyedInventory(self._client, self._endpoint, self._endpoint.key_listing, self._keys)
        if not isinstance(self._endpoint.style, Changes) or not self._endpoint.has_census:
            raise ConfigurationError(f"{self._endpoint.name}: there is no list to compare with; name another endpoint")
        return CountedInventory(self._client, self._endpoint, self._endpoint.style, self._keys)

    def lists_again(self, refused: SkippedParents) -> Iterator[tuple[Record | None, Iterator[Page]]]:
        """Yield all lists of the endpoint, project by project; the project is None for lists of the space.

        :param refused: collects lists that cannot be read.
        """
        if self._endpoint.project is None:
            yield None, list_inventory.lists(self._client, self._endpoint, (), refused)
            return
        ids = self._wanted_projects().ids
        for project in self._projects or ():
            if project["id"] in ids:
                yield project, list_inventory.lists(self._client, self._endpoint, (project,), refused)

    @property
    def is_narrowed(self) -> bool:
        """Whether the user has named projects."""
        return self._keys is not None

    def readable_projects(self) -> list[Record]:
        """Return all projects that the key's user is a member of."""
        self._wanted_projects()
        return list(self._projects or ())

    def linked(self, endpoint: Endpoint, keys: Sequence[Any]) -> Iterator[Page]:
        """Yield records of another endpoint by their keys, if they are in the same projects.

        :param endpoint: the other endpoint.
        :param keys: the keys of the records.
        :raises BacklogError: as ``Client.get``.
        """
        with documented(endpoint):
            yield from Reader(self._client, endpoint, self._keys).inventory().of_keys(keys)

    def _changes(
        self, style: Changes, projects: Sequence[int] | None, cursor: Cursor | None, since: str | None = None
    ) -> Iterator[Page]:
        fetch, check = self._fetch(self._endpoint.path, projects), self._check(style, projects, since)
        return updated_stream.read(fetch, style, cursor, self._count(style, projects), check)

    def _changes_unnamed(self, style: Changes, scope: Scope, cursor: Cursor | None) -> Iterator[Page]:
        """Yield the same for more projects than fit into a request."""

        def read_part(projects: Sequence[int] | None, behind: Cursor | None) -> Iterator[Page]:
            fetch = self._fetch(self._endpoint.path, projects)
            pages = updated_stream.read(fetch, style, behind, self._count(style, projects))
            return self._inside(pages, scope) if projects is None else pages

        check = self._check(style, scope.ids)
        return project_slices.read(read_part, self._archived(scope.ids), cursor, self._project_of, check)

    def _inside(self, pages: Iterator[Page], scope: Scope) -> Iterator[Page]:
        """Leave out records of other projects."""
        ids = frozenset(scope.ids)
        for page in pages:
            yield replace(page, records=[record for record in page.records if self._project_of(record) in ids])
            del page

    def _archived(self, ids: Collection[int]) -> list[int]:
        wanted = frozenset(ids)
        return sorted(each["id"] for each in self._projects or () if each["id"] in wanted and each.get("archived"))

    def _count(self, style: Changes, projects: Sequence[int] | None) -> Count | None:
        """Return a function that counts the records of these projects; None if nothing counts them."""
        return (lambda params: count(self._client, style, projects, params)) if style.count else None

    def _check(self, style: Changes, projects: Sequence[int] | None, since: str | None = None) -> Check | None:
        if projects is None or style.count is None:
            return None

        def counted() -> tuple[tuple[int, ...], int]:
            wanted = tuple(projects)
            try:
                return wanted, count(self._client, style, wanted)
            except (NotFoundError, AccessDeniedError):
                self._projects = None
                wanted = tuple(project for project in projects if project in self._wanted_projects().ids)
                return wanted, count(self._client, style, wanted)

        return Check(counted, since)

    def _lists_under(self, under: Under) -> ChildStream:
        projects: Sequence[Record] = ()
        if self._endpoint.project:
            ids = self._wanted_projects().ids
            projects = [project for project in self._projects or () if project["id"] in ids]
        if under.parent.under:
            return ChildStream(self._client, self._endpoint, under, projects, counts=self._counts_lists)
        parents = Reader(self._client, under.parent, self._keys, self._projects, reads_ahead=False)
        return ChildStream(self._client, self._endpoint, under, projects, parents.pages, counts=self._counts_lists)

    def _gone_of(self, records: list[Record]) -> MissingRowsOf | None:
        """Return a function that finds deleted records among those not listed; None if not all were requested."""
        style = self._endpoint.style
        if self._keys is not None or (isinstance(style, Snapshot) and style.appends):
            return None
        if self._endpoint.path == PATH:
            # A project that is not listed may still exist, without the key's user.
            return lambda projects: deleted_projects(self._client, projects)
        # An empty list of users is wrong, because the key's own user must be in it.
        return (lambda keys: keys) if records or self._endpoint.path != USERS.path else None

    def _of(self, scope: Scope | None, cursor: Cursor | None) -> Iterator[Page]:
        match self._endpoint.style:
            case Changes() as style if scope and not project_slices.fits(scope.ids):
                return self._changes_unnamed(style, scope, cursor)
            case Changes() as style:
                return self._changes(style, scope.ids if scope else None, cursor)
            case _:
                return self._feed(scope, cursor)

    def _feed(self, scope: Scope | None, cursor: Cursor | None) -> Iterator[Page]:
        """Yield new records of the feed; records of projects that were hidden come before the page that shows it."""
        fetch = self._fetch(self._endpoint.path)
        if scope is None:
            yield from id_stream.warn_of_gaps(
                id_stream.read(fetch, cursor, lookback=self._endpoint.lookback), self._endpoint
            )
            return
        # An initial load reads all memberships ever; only those from now on can have missed records.
        start = 0 if cursor else id_stream.newest_id(fetch)
        pages = id_stream.warn_of_gaps(id_stream.read(fetch, cursor, lookback=self._endpoint.lookback), self._endpoint)
        for page in self._wanted(pages, scope):
            young = [record for record in page.records if record["id"] > start]
            again = rejoined_projects(young, self._project_of, scope.ids, lambda: self._me)
            for past in self._past_of(again):
                yield replace(past, cursor=cursor or page.cursor)
            yield page
            cursor = page.cursor

    @cached_property
    def _me(self) -> int:
        user: int = current_user(self._client)["id"]
        return user

    def _past_of(self, joined: list[int]) -> Iterator[Page]:
        """Yield all records of projects that the key's user has joined, or that the user has just named.

        Their records may have been deleted at any time while they were hidden.
        """
        match self._endpoint.style:
            case Changes() as style:
                yield from self._changes(style, joined, None, EPOCH)
            case Feed(project_path=path):
                for project_id in joined if path else ():
                    yield from id_stream.read(self._fetch(str(path).format(project_id=project_id)), None)

    def _listed(self, style: Snapshot) -> list[Record]:
        if self._endpoint.path == PATH:
            self._projects = records = list_projects(self._client)
        else:
            records = FullListReader(self._client, style).read(self._endpoint.path).records
        if self._keys is None:
            return records
        wanted = scope_of(records, self._keys).ids
        return [record for record in records if record["id"] in wanted]

    def _wanted_projects(self) -> Scope:
        if self._projects is None:
            self._projects = list_projects(self._client)
        return scope_of(self._projects, self._keys, self._endpoint.flag)

    def _fetch(self, path: str, project_ids: Sequence[int] | None = None) -> FetchAhead:
        names = project_params(project_ids or ())

        def fetch(params: Params, then: Params | None = None) -> list[Record]:
            if project_ids is not None and not names:
                # Without a projectId[] the API would give every project.
                return []
            then = [*names, *then] if then and self._reads_ahead else None
            return self._client.get_list(path, [*names, *params], then, self._parse)

        return fetch

    def _wanted(self, pages: Iterator[Page], scope: Scope | None) -> Iterator[Page]:
        """Leave out records of other projects, if the user has named some."""
        return self._inside(pages, scope) if scope and scope.narrowed else pages

    def _project_of(self, record: Record) -> Any:
        return at(record, self._endpoint.project or "")

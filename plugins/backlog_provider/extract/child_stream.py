"""Streams of child lists: decides which parents' lists are read."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from backlog_provider.api.client import PAGE_SIZE
from backlog_provider.catalogue.activities import ACTIVITIES
from backlog_provider.extract import activity_triggers, id_stream, snapshot_stream, updated_stream
from backlog_provider.extract.full_list import FullList, FullListReader
from backlog_provider.extract.page import Page
from backlog_provider.extract.parents import Parents, has_feature, is_on, path_of
from backlog_provider.extract.skipped_parents import SkippedParents
from backlog_provider.model.endpoint import OF_PARENT, Changes, Feed, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from backlog_provider.api.client import Client
    from backlog_provider.extract.page import Cursor, Fetch
    from backlog_provider.extract.parents import ParentCursor
    from backlog_provider.model.endpoint import Endpoint, Under
    from backlog_provider.model.record import Record

    Listed = Iterator[tuple[Record, FullList]]
    ReadParents = Callable[[Cursor | None], Iterator[Page]]


# Key of the cursor: parents whose lists could not be read. The next run reads these lists first.
UNREAD = "unread"


def _no_pages(_: Cursor | None) -> Iterator[Page]:
    return iter(())


@dataclass(frozen=True)
class ChildStream:
    """The child lists of an endpoint.

    :param client: the client of the space.
    :param endpoint: the endpoint.
    :param under: the relation between lists and parents.
    :param projects: the projects to read, with the flags of their features.
    :param parent_pages: reads new and changed parents from a cursor on, if they have a stream of their own.
    :param counts: whether lists are counted in initial loads as well, not only in incremental ones.
    """

    client: Client
    endpoint: Endpoint
    under: Under
    projects: Sequence[Record]
    parent_pages: ReadParents = _no_pages
    counts: bool = False

    def pages(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield new and changed lists since the cursor; no page if there are none.

        :param cursor: where reading continues; None reads all lists.
        :raises BacklogError: as ``Client.get``. A denied list is left out, with a warning; AccessDeniedError if all are
            denied. A failed list is postponed, and UnreadListsError is raised after the last page.
        """
        refused = SkippedParents(self.endpoint)
        is_first = cursor is None or cursor["value"] is None
        lists = self if is_first else replace(self, counts=True)
        yield from lists.pages_or_refused(cursor, refused)
        # An increment may read few lists: if all of them are denied, the endpoint may still be readable.
        refused.tell(all_matters=is_first or not self._reads_changed)

    def pages_or_refused(self, cursor: Cursor | None, refused: SkippedParents) -> Iterator[Page]:
        """Yield the same, and leave the report of unread lists to the caller.

        :param cursor: where reading continues.
        :param refused: collects lists that cannot be read.
        """
        return self._pages_with_unread(cursor, refused) if self._reads_changed else self._pages(cursor, refused)

    def _pages_with_unread(self, cursor: Cursor | None, refused: SkippedParents) -> Iterator[Page]:
        """Yield the unread lists of the cursor, then the changed ones; each new cursor has the lists unread so far."""
        unread = cursor.get(UNREAD, []) if cursor else []
        rest = {name: value for name, value in cursor.items() if name != UNREAD} if cursor else None
        for parent, listing in self._lists(unread, refused):
            yield Page(listing.records, cursor or {}, parent=parent, is_whole=listing.is_whole)
        if rest and self._left(refused) != unread:
            yield Page([], self._with_left(rest, refused))
        for page in self._pages(rest, refused):
            yield replace(page, cursor=self._with_left(page.cursor, refused))
            del page

    def _with_left(self, cursor: Cursor, refused: SkippedParents) -> Cursor:
        return {**cursor, UNREAD: self._left(refused)} if refused.unread else cursor

    def _left(self, refused: SkippedParents) -> list[Record]:
        """Return the parents of postponed lists, with the fields that paths and columns need."""
        columns = [
            each.path.removeprefix(OF_PARENT).split(".")[0] for each in self.endpoint.columns if each.is_of_parent
        ]
        names = {"id", *columns, *re.findall(r"{(\w+)}", self.endpoint.path)}
        return [{name: parent[name] for name in sorted(names) if name in parent} for parent in refused.unread]

    @property
    def _reads_changed(self) -> bool:
        return self.under.reads_changed

    def _pages(self, cursor: Cursor | None, refused: SkippedParents) -> Iterator[Page]:
        if isinstance(self.endpoint.style, Feed):
            return self._feeds(cursor, refused)
        if self.under.change_events:
            return self._of_named_parents(cursor, refused)
        if isinstance(self.under.parent.style, Changes):
            return self._of_changed(cursor, refused)
        return self._of_all(cursor, refused)

    def _of_all(self, cursor: Cursor | None, refused: SkippedParents) -> Iterator[Page]:
        return snapshot_stream.read_each(self.whole(refused), cursor, appends=self._style.appends)

    def whole(self, refused: SkippedParents) -> Listed:
        """Yield every readable parent with its whole list.

        :param refused: collects lists that cannot be read.
        """
        return self._lists(self.all_parents(refused), refused)

    def _of_changed(self, cursor: Cursor | None, refused: SkippedParents) -> Iterator[Page]:
        """Yield the lists of new and changed parents; the cursor moves after all lists of a page of parents."""
        behind = cursor
        for page in self.parent_pages(cursor):
            parents = [parent for parent in page.records if is_on(self.under, parent)]
            for parent, listing in self._lists(parents, refused):
                at = behind or updated_stream.initial_cursor(page.cursor)
                yield Page(listing.records, at, parent=parent, is_whole=listing.is_whole)
            behind = page.cursor
            yield Page([], behind, again=page.again * PAGE_SIZE)

    def _of_named_parents(self, cursor: Cursor | None, refused: SkippedParents) -> Iterator[Page]:
        if self.under.change_events is None:
            raise TypeError(f"{self.endpoint.name}: nothing tells of its changes")

        # A project whose feature is off is not read: its lists would be denied.
        visible = [project for project in self.projects if has_feature(self.under, project)]

        def parents_of(
            projects: Collection[int], place: ParentCursor | None
        ) -> Iterator[tuple[list[Record], ParentCursor]]:
            wanted = [project for project in visible if project["id"] in projects]
            return Parents(self.client, wanted, refused).of(self.under, place)

        def pages_of(parents: Iterable[Record]) -> Iterator[Page]:
            unread = len(refused.unread)
            for parent, listing in self._lists(parents, refused):
                yield Page(listing.records, {}, parent=parent, is_whole=listing.is_whole)
            if len(refused.unread) > unread:
                # A postponed list exists, so the parent was found.
                yield Page([], {})

        return activity_triggers.read(
            lambda params: self.client.get_list(ACTIVITIES.path, params),
            self.under.change_events,
            sorted(project["id"] for project in visible),
            cursor,
            name=self.endpoint.name,
            parents_of=parents_of,
            pages_of=pages_of,
        )

    def _feeds(self, cursor: Cursor | None, refused: SkippedParents) -> Iterator[Page]:
        """Yield new records of each parent's feed."""
        feeds: dict[str, Cursor] = dict(cursor["feeds"]) if cursor else {}
        for parent in self.all_parents(refused):
            name = str(parent["id"])
            with refused.postpone_if_failed(parent), refused.skip_if_denied(parent):
                pages = id_stream.read(self._fetch(parent), feeds.get(name), lookback=self.endpoint.lookback)
                for page in id_stream.warn_of_gaps(pages, self.endpoint):
                    feeds[name] = page.cursor
                    if page.records:
                        cursor = _of_feeds(feeds)
                        yield replace(page, cursor=cursor, parent=parent)
        if cursor is None:
            yield Page([], _of_feeds(feeds))

    def _fetch(self, parent: Record) -> Fetch:
        path = path_of(self.endpoint, parent)
        return lambda params: self.client.get_list(path, params)

    def all_parents(self, refused: SkippedParents | None = None) -> Iterator[Record]:
        """Yield every parent that has such a list.

        :param refused: collects lists that cannot be read.
        """
        for parents, _ in Parents(self.client, self.projects, refused or SkippedParents(self.endpoint)).of(self.under):
            yield from parents

    def _lists(self, parents: Iterable[Record], refused: SkippedParents) -> Listed:
        may_have = self.under.may_have
        for parent in parents:
            if may_have and not may_have(parent):
                yield parent, FullList([])
                continue
            listing: FullList | None = None
            with refused.postpone_if_failed(parent), refused.skip_if_denied(parent):
                listing = self._full_lists.read(path_of(self.endpoint, parent), counted=self.counts)
            if listing is not None:
                yield parent, listing

    @cached_property
    def _full_lists(self) -> FullListReader:
        return FullListReader(self.client, self._style)

    @property
    def _style(self) -> Snapshot:
        if not isinstance(self.endpoint.style, Snapshot):
            raise TypeError(f"{self.endpoint.name}: a list under something is a Snapshot or a Feed")
        return self.endpoint.style


def _of_feeds(feeds: dict[str, Cursor]) -> Cursor:
    return {"value": max((each["value"] for each in feeds.values()), default=0), "feeds": dict(feeds)}

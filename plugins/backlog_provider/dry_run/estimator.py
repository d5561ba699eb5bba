"""The reader of a dry run: it estimates the number of records and requests, and reads as little as possible."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from backlog_provider.api.rate_limit import duration
from backlog_provider.catalogue.activities import ACTIVITIES
from backlog_provider.dry_run import id_stream_estimate, updated_stream_estimate
from backlog_provider.dry_run.estimates import Estimate
from backlog_provider.extract import activity_triggers, project_slices, snapshot_stream
from backlog_provider.extract.documented import documented
from backlog_provider.extract.page import Check, Page
from backlog_provider.extract.stream import Reader
from backlog_provider.model.endpoint import Changes, Feed, Snapshot
from backlog_provider.model.timestamps import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from backlog_provider.extract.page import Count, Cursor, FetchAhead, Window
    from backlog_provider.extract.projects import Scope
    from backlog_provider.model.endpoint import Endpoint, Under
    from backlog_provider.model.record import Params, Record


# A placeholder for the parent of a row in a dry run.
ANY_PARENT = {"id": 0, "readAt": EPOCH}


class Estimator(Reader):
    """Replaces the reader in a dry run. If anything is new, it yields one page with one record at most.

    The attribute ``asked`` holds each requested cursor, None for a window, with its estimate. The attribute ``listing``
    holds the requests for the list of projects. The parameters are those of ``Reader``.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.asked: list[tuple[Cursor | None, Estimate]] = []
        self.listing = Estimate()
        self._sample: list[Record] = []
        self._all: list[Record] = []

    @property
    def total(self) -> Estimate:
        """The estimate of the whole run.

        If the state differs from the mark in the XCom, the run discards one page and starts again from the state.
        """
        *discarded, (_, last) = self.asked
        discarded_pages = [Estimate(0, 1, min(1, expected.searches), exact=False) for _, expected in discarded]
        return sum(discarded_pages, self.listing) + last

    def pages(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield a page if ``Reader.pages`` would yield any. Its cursor is a placeholder.

        :param cursor: the cursor to start from; None for an initial load.
        :raises BacklogError: as ``Client.get`` does.
        """
        with documented(self._endpoint):
            expected = self.expected(cursor)
        yield from self._sample_pages(cursor, expected)

    def window(self, window: Window) -> Iterator[Page]:
        """Yield a page if ``Reader.window`` would yield any.

        :param window: the time window to backfill.
        :raises ConfigurationError: as ``Reader.window`` does.
        :raises BacklogError: as ``Client.get`` does.
        """
        if not self._endpoint.has_window:
            yield from super().window(window)
        with documented(self._endpoint):
            expected = self.expected_window(window)
        yield from self._sample_pages(None, expected)

    def expected(self, cursor: Cursor | None) -> Estimate:
        """Return the estimate for ``Reader.pages``.

        :param cursor: the cursor to start from; None for an initial load.
        :raises BacklogError: as ``Client.get`` does.
        """
        if self._endpoint.under:
            return self._expected_under(self._endpoint.under, cursor)
        if isinstance(self._endpoint.style, Snapshot):
            # Snapshots are small enough to read in full.
            before = self._client.requests
            self._all = self._listed(self._endpoint.style)
            requests = self._client.requests - before
            pages = list(snapshot_stream.read(self._all, cursor))
            self._sample = [record for page in pages for record in page.records[:1]]
            return Estimate(sum(len(page.records) for page in pages), requests, has_changes=bool(pages))
        if self._endpoint.project is None:
            return self._expected_of(None, cursor)
        scope = self._listed_scope()
        known_ids = tuple(cursor["projects"]) if cursor else scope.ids
        joined = self._expected_initial_of([i for i in scope.ids if i not in known_ids])
        return joined + Estimate(has_changes=known_ids != scope.ids) + self._expected_of(scope, cursor)

    def expected_window(self, window: Window) -> Estimate:
        """Return the estimate for ``Reader.window``.

        :param window: the time window to backfill.
        :raises BacklogError: as ``Client.get`` does.
        """
        path = self._endpoint.path
        scope = self._listed_scope() if self._endpoint.project else None
        match self._endpoint.style:
            case Changes() as style:
                parts = project_slices.slice_projects(scope.ids if scope else ()) or [[]]
                expected_of = updated_stream_estimate.expected_window
                estimates = [
                    expected_of(self._fetch(path, ids), self._count(style, ids), style, window) for ids in parts
                ]
                total = sum(estimates, Estimate(exact=len(estimates) == 1))
                return _without_requests_if_empty(total, parts[0]).at(path)
            case _:
                return id_stream_estimate.expected_window(self._fetch(path), window, self._is_wanted(scope))

    def _expected_under(self, under: Under, cursor: Cursor | None) -> Estimate:
        """Return a rough estimate for child lists: at most one request for each parent whose list is read.

        The length of a child list is unknown until it is read. If every run reads all lists, the dry run reads them
        too, because it cannot find the changes otherwise.
        """
        if self._endpoint.project:
            self._listed_scope()
        lists, before = self._lists_under(under), self._client.requests
        is_initial = cursor is None or cursor["value"] is None
        changed = Estimate()
        if under.change_events and not is_initial:
            fetch = self._fetch(ACTIVITIES.path)
            changed = id_stream_estimate.expected(
                activity_triggers.only_types(fetch, under.change_events),
                cursor,
                bool,
                fetch,
                lookback=self._endpoint.lookback,
            )
            is_initial = changed.has_gap
        elif isinstance(under.parent.style, Changes) and not under.change_events:
            parents = Estimator(self._client, under.parent, self._keys, self._projects)
            changed, is_initial = parents.expected(cursor), False
        elif not is_initial:
            pages = list(lists.pages(cursor))
            records = sum(len(page.records) for page in pages)
            return Estimate(records, self._client.requests - before, has_changes=bool(pages))
        if is_initial:
            count = sum(1 for _ in lists.all_parents()) + (2 if under.change_events else 0)
            return Estimate(0, self._client.requests - before + count, exact=False, has_changes=True)
        return replace(changed, records=0, requests=changed.requests + changed.records, exact=not changed.has_changes)

    def _expected_of(self, scope: Scope | None, cursor: Cursor | None) -> Estimate:
        match self._endpoint.style:
            case Changes() as style if scope and not project_slices.fits(scope.ids):
                return self._expected_unfiltered(style, scope.ids, cursor)
            case Changes() as style:
                return self._expected_changes(style, scope.ids if scope else None, cursor)
            case _:
                fetch = self._fetch(self._endpoint.path)
                # An initial load of project data first requests the newest ID.
                first = Estimate(requests=0 if cursor or scope is None else 1)
                return first + id_stream_estimate.expected(
                    fetch, cursor, self._is_wanted(scope), lookback=self._endpoint.lookback
                )

    def _expected_initial_of(self, joined: list[int]) -> Estimate:
        match self._endpoint.style:
            case Changes() as style:
                slices = project_slices.slice_projects(joined)
                return sum((self._expected_changes(style, some, None) for some in slices), Estimate())
            case Feed(project_path=path):
                feeds = [self._fetch(str(path).format(project_id=project_id)) for project_id in joined if path]
                return sum((id_stream_estimate.expected(fetch, None, bool) for fetch in feeds), Estimate())
            case _:
                return Estimate()

    def _expected_changes(self, style: Changes, ids: Sequence[int] | None, cursor: Cursor | None) -> Estimate:
        path = self._endpoint.path
        part = updated_stream_estimate.expected(self._fetch(path, ids), self._count(style, ids), style, cursor)
        return _without_requests_if_empty(part, ids).at(path)

    def linked(self, endpoint: Endpoint, keys: Sequence[Any]) -> Iterator[Page]:  # noqa: ARG002 (nothing is read)
        """Yield nothing, because linked records are unknown until the activities are read.

        :param endpoint: not used.
        :param keys: not used.
        """
        return iter(())

    def _expected_unfiltered(self, style: Changes, ids: Sequence[int], cursor: Cursor | None) -> Estimate:
        """Return a rough estimate for a list without a project filter, and for archived projects, read by filter."""
        state = project_slices.state_of(cursor, self._archived(ids))
        total = replace(self._expected_changes(style, None, cursor), exact=False)
        if total.proof:
            total = replace(total, requests=total.requests + len(project_slices.slice_projects(ids)) - 1)
        if cursor is None or state["is_listed"]:
            return total
        slices = zip(project_slices.slice_projects(state["projects"]), state["cursors"], strict=True)
        return sum((self._expected_changes(style, some, behind) for some, behind in slices), total)

    def seconds(self, expected: Estimate) -> float:
        """Return the approximate duration of a run in seconds, from recent response times and the rate limits.

        :param expected: the estimate of the run.
        """
        by_category = {"search": expected.searches, "read": expected.requests - expected.searches}
        client = self._client
        return sum(duration(n, client.limit(name), client.seconds_each(name)) for name, n in by_category.items())

    def _listed_scope(self) -> Scope:
        if self._projects is None:
            self.listing = Estimate(requests=1)
        return self._wanted_projects()

    def _sample_pages(self, cursor: Cursor | None, expected: Estimate) -> Iterator[Page]:
        self.asked.append((cursor, expected))
        if expected.has_changes:
            under = self._endpoint.under
            missing_rows_of = (
                self._gone_of(self._all) if isinstance(self._endpoint.style, Snapshot) and not under else None
            )
            records = self._sample[:1] if expected.records and not under else []
            is_whole = under is not None and isinstance(self._endpoint.style, Snapshot)
            yield Page(records, {"value": None}, missing_rows_of=missing_rows_of, parent=ANY_PARENT, is_whole=is_whole)
        if expected.proof:
            # The check must pass in a dry run, because no records are loaded that it could count.
            yield Page([], {"value": None}, Check(lambda: (self._wanted_projects().ids, None)))

    def _fetch(self, path: str, project_ids: Sequence[int] | None = None) -> FetchAhead:
        fetch = super()._fetch(path, project_ids)

        def fetch_and_sample(params: Params, then: Params | None = None) -> list[Record]:
            records = fetch(params, then)
            self._sample = records[:1] or self._sample
            return records

        return fetch_and_sample

    def _count(self, style: Changes, projects: Sequence[int] | None) -> Count:
        fetch = self._fetch(self._endpoint.path, projects)
        return super()._count(style, projects) or (
            lambda params: updated_stream_estimate.length(lambda more: fetch([*params, *more]), style)
        )

    def _is_wanted(self, scope: Scope | None) -> Callable[[Record], bool]:
        """Return the condition by which ``_wanted`` filters records."""
        if scope is None or not scope.narrowed:
            return bool
        return lambda record: self._project_of(record) in scope.ids


def _without_requests_if_empty(expected: Estimate, ids: Sequence[int] | None) -> Estimate:
    """Return the estimate, without requests if the list of projects is empty."""
    return replace(expected, requests=0) if ids is not None and not ids else expected

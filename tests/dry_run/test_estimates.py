"""Estimates against what reading then really gives and costs: equal where they claim it, close where they do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.dry_run.estimator import Estimator
from backlog_provider.exceptions import ResponseError
from backlog_provider.extract.page import Page, Window
from backlog_provider.extract.rejoined_projects import TEAM_JOINED
from backlog_provider.extract.stream import Reader

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator
    from backlog_provider.api.client import Client
    from backlog_provider.dry_run.estimates import Estimate
    from backlog_provider.extract.page import Cursor

WINDOWS = [
    Window("2025-12-20T00:00:00Z", "2025-12-27T00:00:00Z"),
    Window("2025-06-01T00:00:00Z", None),
    Window(None, "2025-10-01T00:00:00Z"),
    Window("2030-01-01T00:00:00Z", None),
    Window(None, "2001-01-01T00:00:00Z"),
]


@dataclass
class Twins:
    """Estimates a reading, and then does it."""

    client: Client

    def estimated(self, name: str, part: Cursor | Window | None, keys: list[str] | None = None) -> Estimate:
        estimator = Estimator(self.client, CATALOGUE[name], keys)
        pages = estimator.window(part) if isinstance(part, Window) else estimator.pages(part)
        given = list(pages)
        assert bool(given) == estimator.total.has_changes
        return estimator.total

    def read(
        self, name: str, part: Cursor | Window | None, keys: list[str] | None = None
    ) -> tuple[int, int, list[Page]]:
        reader = Reader(self.client, CATALOGUE[name], keys)
        before = reader.requests
        pages = list(reader.window(part) if isinstance(part, Window) else reader.pages(part))
        for page in pages:
            if page.check:
                page.check.count()
        return sum(len(page.records) for page in pages), reader.requests - before, pages

    def check(self, name: str, part: Cursor | Window | None, keys: list[str] | None = None) -> Estimate:
        expected = self.estimated(name, part, keys)
        records, requests, pages = self.read(name, part, keys)
        if expected.exact:
            assert (expected.records, expected.requests) == (records, requests)
            assert expected.has_changes == bool(pages)
        elif CATALOGUE[name].under:
            # How long lists are is not known before they are read, nor in which of them nothing is.
            assert expected.requests > 0
        else:
            assert expected.records == pytest.approx(records, rel=0.2, abs=1)
            assert expected.requests == pytest.approx(requests, rel=0.2, abs=1)
        return expected

    def end(self, name: str, cursor: Cursor | None = None, keys: list[str] | None = None) -> Cursor:
        return self.read(name, cursor, keys)[2][-1].cursor


@pytest.fixture
def twins(client: Client) -> Twins:
    return Twins(client)


@pytest.mark.parametrize("name", CATALOGUE)
def test_first_load_and_the_idle_run_after_it(twins: Twins, name: str) -> None:
    assert twins.check(name, None).requests > 0
    idle = twins.check(name, twins.end(name))
    assert (idle.records, idle.exact, idle.has_changes) == (0, True, False)


def test_issues_are_always_counted_exactly(twins: Twins, space: Emulator) -> None:
    assert twins.check("issues", None).exact
    cursor = twins.end("issues")
    for days in (1, 5, 60, 200):
        space.space.advance(days=days)
        assert twins.check("issues", cursor).exact
    assert twins.check("issues", cursor).records > 200


@pytest.mark.parametrize("left", [0, 1, 98, 99, 100, 101, 198, 199])
def test_issues_at_the_edges_of_pages(twins: Twins, space: Emulator, left: int) -> None:
    for issue in list(space.space.issues.values())[left:]:
        space.space.delete_issue(issue, by=space.space.owner)
    assert twins.check("issues", None).records == left


def test_first_load_of_issues_under_way(twins: Twins) -> None:
    _, _, pages = twins.read("issues", None)
    begun = pages[0].cursor
    assert begun["value"] is None
    expected = twins.check("issues", begun)
    assert expected.exact
    assert expected.has_changes


def test_bulk_update_within_a_second(twins: Twins, space: Emulator) -> None:
    cursor = twins.end("issues")
    space.space.advance(days=1)
    for issue in space.space.issues.values():
        space.space.touch(issue, space.space.owner)
    assert twins.check("issues", cursor).records == len(space.space.issues)
    # More than a page lies at the mark: nothing is new, and it takes a walk to know it.
    assert twins.check("issues", twins.end("issues", cursor)).records == 0


@pytest.mark.parametrize("window", WINDOWS)
def test_window_of_issues_is_exact(twins: Twins, window: Window) -> None:
    assert twins.check("issues", window).exact


@pytest.mark.parametrize("min_id", ["exclusive", "inclusive"])
@pytest.mark.parametrize("window", WINDOWS)
def test_window_of_activities_is_about_right(twins: Twins, space: Emulator, window: Window, min_id: str) -> None:
    space.space.switch(min_id=min_id, max_id=min_id)
    twins.check("activities", window)


@pytest.mark.parametrize("min_id", ["exclusive", "inclusive"])
@pytest.mark.parametrize(("days", "exact"), [(1, True), (20, True), (90, True), (400, False)])
def test_increment_of_activities_is_exact_while_it_is_short(
    twins: Twins, space: Emulator, days: int, exact: bool, min_id: str
) -> None:
    space.space.switch(min_id=min_id)
    cursor = twins.end("activities")
    space.space.advance(days=days)
    # A team that joins a project may be the key's user's: everything there is read, which nobody can know before.
    space.space.activities = [each for each in space.space.activities if each.type != TEAM_JOINED]
    assert twins.check("activities", cursor).exact == exact


def test_projects_that_the_user_names(twins: Twins, space: Emulator) -> None:
    first, second, *_ = (project.key for project in space.space.projects.values())
    for name in ("projects", "issues", "activities"):
        twins.check(name, None, [first])
        cursor = twins.end(name, None, [first])
        # The second comes into sight, with all its past.
        assert twins.check(name, cursor, [first, second]).has_changes


def test_user_who_takes_part_in_no_project_reads_nothing(twins: Twins, space: Emulator) -> None:
    for project in list(space.space.projects.values()):
        project.members.clear()
    for part in (None, WINDOWS[0]):
        assert twins.check("issues", part).requests == 1


def test_list_of_projects_that_is_known_is_not_paid_again(client: Client, space: Emulator) -> None:
    known: list[dict[str, Any]] = [{"id": p.id, "projectKey": p.key} for p in space.space.projects.values()]
    for projects, requests in ((known, 6), (None, 7)):
        estimator = Estimator(client, CATALOGUE["issues"], None, projects)
        list(estimator.pages(None))
        assert estimator.total.requests == requests
        assert estimator.total.searches == 6


def test_planning_takes_a_handful_of_requests(client: Client, space: Emulator) -> None:
    space.space.advance(days=400)
    for name in CATALOGUE:
        for part in (None, *WINDOWS[:1]) if CATALOGUE[name].has_window else (None,):
            before = client.requests
            estimator = Estimator(client, CATALOGUE[name])
            list(estimator.window(part) if part else estimator.pages(None))
            assert client.requests - before <= 20


def test_answer_without_a_count_is_an_error(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "get", lambda *_: {"total": 1})
    estimator = Estimator(client, CATALOGUE["issues"], None, [{"id": 1, "projectKey": "A"}])
    with pytest.raises(ResponseError, match="GET /issues/count: Backlog answered no count"):
        estimator.expected(None)

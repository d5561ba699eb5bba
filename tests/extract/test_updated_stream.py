"""Mutable records: a full load, increments of every size, and what happens in between."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from backlog_provider.catalogue import Changes
from backlog_provider.extract import updated_stream
from backlog_provider.model.timestamps import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backlog_emulator.emulator import Emulator
    from backlog_provider.api.client import Client
    from backlog_provider.extract.page import Cursor, Page
    from backlog_provider.model.record import Params

Read = "Callable[[Cursor | None], tuple[dict[int, Any], Cursor | None]]"


EITHER_WAY = pytest.mark.parametrize("counted", [True, False], ids=["from the end", "from the beginning"])


@pytest.fixture
def counted() -> bool:
    """Whether anything tells how many records there are: then a full load begins at their end."""
    return True


@pytest.fixture
def pages_behind(client: Client, counted: bool) -> Callable[[Cursor | None], Iterator[Page]]:
    def count(params: Params) -> int:
        number: int = client.get("/issues/count", params)["count"]
        return number

    style = Changes(count="/issues/count" if counted else None)
    fetch = partial(client.get_list, "/issues")
    return lambda cursor: updated_stream.read(fetch, style, cursor, count if counted else None)


@pytest.fixture
def read(client: Client, pages_behind: Any) -> Callable[[Cursor | None], tuple[list[Any], Cursor | None]]:
    """Reads to the end; returns the records as they came, and the last cursor."""

    def run(cursor: Cursor | None) -> tuple[list[Any], Cursor | None]:
        client.requests = 0
        pages = list(pages_behind(cursor))
        return [r for page in pages for r in page.records], pages[-1].cursor if pages else cursor

    return run


def counts(space: Emulator) -> list[Any]:
    return [entry for entry in space.requests.listed() if entry["path"].endswith("/count")]


def newest(space: Emulator) -> str:
    return f"{max(issue.updated for issue in space.space.issues.values()):%Y-%m-%dT%H:%M:%SZ}"


@EITHER_WAY
def test_full_load_gives_every_record_once(read: Any, space: Emulator, client: Client, counted: bool) -> None:
    records, cursor = read(None)
    assert sorted(r["id"] for r in records) == sorted(space.space.issues)
    assert cursor["value"] == newest(space)
    # Three pages, and one request for the newest change; from the end, one for the number too; else one for the end.
    assert client.requests - len(counts(space)) == 1 + 3 + (not counted)
    assert len(counts(space)) == counted


def test_full_load_of_less_than_a_page_takes_one_request_and_its_proof(
    read: Any, space: Emulator, client: Client
) -> None:
    for issue in list(space.space.issues.values())[99:]:
        space.space.delete_issue(issue, by=space.space.owner)
    records, _ = read(None)
    assert len(records) == 99
    assert client.requests == 2


def test_space_without_issues_leaves_a_mark_to_go_on_from(read: Any, space: Emulator) -> None:
    for issue in list(space.space.issues.values()):
        space.space.delete_issue(issue, by=space.space.owner)
    records, cursor = read(None)
    assert (records, cursor["value"]) == ([], EPOCH)
    space.space.advance(days=1, issues_created=5)
    records, _ = read(cursor)
    assert {r["id"] for r in records} == set(space.space.issues) != set()


def test_idle_list_costs_one_request_and_gives_nothing(read: Any, client: Client) -> None:
    _, cursor = read(None)
    assert read(cursor) == ([], cursor)
    assert client.requests == 1


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("days", [1, 150])
def test_increment_gives_what_changed_whatever_the_zone_of_the_filter(
    read: Any, space: Emulator, days: int, zone: str
) -> None:
    space.space.switch(filter_zone=zone)
    _, cursor = read(None)
    before = space.space.now
    space.space.advance(days=days)
    records, after = read(cursor)
    changed = {issue.id for issue in space.space.issues.values() if issue.updated > before}
    assert {r["id"] for r in records} == changed != set()
    assert after["value"] == newest(space)


def test_second_change_in_the_marks_own_second_is_found(read: Any, space: Emulator) -> None:
    first, second = list(space.space.issues.values())[:2]
    owner = space.space.owner
    space.space.advance(days=1)
    space.space.update_issue(first, {"summary": "first"}, by=owner)
    _, cursor = read(None)
    space.space.update_issue(second, {"summary": "second"}, by=owner)
    assert first.updated == second.updated
    records, _ = read(cursor)
    assert [r["id"] for r in records] == [second.id]


def test_change_that_becomes_visible_late_is_found(read: Any, space: Emulator) -> None:
    early, late = list(space.space.issues.values())[:2]
    space.space.advance(days=1)
    space.space.update_issue(early, {"summary": "on time"}, by=space.space.owner)
    _, cursor = read(None)
    late.updated = early.updated - timedelta(seconds=20)
    space.space.altered(late)
    records, after = read(cursor)
    assert [r["id"] for r in records] == [late.id]
    assert after["value"] == cursor["value"]


def test_bulk_update_longer_than_a_page_is_read_once_and_is_then_known(
    read: Any, space: Emulator, client: Client
) -> None:
    _, cursor = read(None)
    space.space.advance(minutes=10)
    by_project: dict[int, list[Any]] = {}
    for issue in space.space.issues.values():
        by_project.setdefault(issue.project.id, []).append(issue)
    for issues in by_project.values():
        space.space.bulk_update(issues, {"description": "all at once"}, by=space.space.owner)
    records, cursor = read(cursor)
    ids = [r["id"] for r in records]
    assert sorted(set(ids)) == sorted(space.space.issues)
    assert len(ids) == len(set(ids))
    again, _ = read(cursor)
    assert again == []


def test_what_changes_behind_the_reader_is_given_by_this_pass_or_the_next(read: Any, space: Emulator) -> None:
    _, cursor = read(None)
    start = space.space.now
    space.space.advance(days=200)
    moving = [issue for issue in space.space.issues.values() if issue.updated.month % 2]
    names = iter(range(10_000))

    def change(request: Any) -> None:
        if request.url.path.endswith("/issues") and moving:
            space.space.now += timedelta(seconds=1)
            space.space.update_issue(moving.pop(), {"summary": f"moved {next(names)}"}, by=space.space.owner)

    space.space.before_request = change
    records, cursor = read(cursor)
    space.space.before_request = None
    rest, _ = read(cursor)
    latest = {r["id"]: r for r in [*records, *rest]}
    changed = {i.id: i.summary for i in space.space.issues.values() if i.updated > start}
    assert {number: latest[number]["summary"] for number in changed} == changed


def test_mark_never_goes_back_when_the_newest_record_is_deleted(read: Any, space: Emulator) -> None:
    _, cursor = read(None)
    last = max(space.space.issues.values(), key=lambda issue: issue.updated)
    space.space.delete_issue(last, by=space.space.owner)
    records, after = read(cursor)
    assert records == []
    assert after["value"] == cursor["value"]


@pytest.mark.parametrize(("changed", "requests"), [(1, 4), (120, 5)])
def test_full_last_page_is_looked_behind_where_the_newest_changes_do_not_tell_that_it_is_the_last(
    read: Any, space: Emulator, client: Client, changed: int, requests: int
) -> None:
    """A hundred changes of old issues, and nobody knows what was created before them."""
    issues = sorted(space.space.issues.values(), key=lambda issue: issue.created)
    for issue in issues[200:]:
        space.space.delete_issue(issue, by=space.space.owner)
    space.space.advance(days=1)
    for issue in issues[:changed]:
        space.space.update_issue(issue, {"summary": f"new {issue.id}"}, by=space.space.owner)
    records, _ = read(None)
    assert {r["id"] for r in records} == set(space.space.issues)
    assert len(space.space.issues) == 200
    # The newest change, the count and two pages.
    assert client.requests == requests


@pytest.mark.parametrize("said", [0, 100, 200])
def test_full_load_is_whole_though_the_count_says_less(read: Any, space: Emulator, said: int) -> None:
    space.faults.replace([{"kind": "json", "match": "/api/v2/issues/count", "times": None, "body": {"count": said}}])
    records, _ = read(None)
    assert {r["id"] for r in records} == set(space.space.issues)


@EITHER_WAY
def test_full_load_cut_short_goes_on_where_it_stopped(read: Any, pages_behind: Any, space: Emulator) -> None:
    first = next(pages_behind(None))
    assert first.cursor["value"] is None
    mark, there = newest(space), set(space.space.issues)
    space.space.advance(days=2)
    records, cursor = read(first.cursor)
    assert {r["id"] for r in [*first.records, *records]} >= there
    # What is new or changed since the start is still ahead of the mark.
    assert cursor["value"] == mark
    assert len(records) < len(space.space.issues)
    rest, _ = read(cursor)
    assert {r["id"] for r in [*first.records, *records, *rest]} == set(space.space.issues)


def test_full_load_begun_from_the_beginning_goes_on_that_way(read: Any, client: Client, space: Emulator) -> None:
    """A release before this one began all of them there, and what it has kept is not read again."""
    fetch = partial(client.get_list, "/issues")
    first = next(updated_stream.read(fetch, Changes(count=None), None))
    assert "created" in first.cursor
    records, _ = read(first.cursor)
    assert len(records) < len(space.space.issues)
    assert {r["id"] for r in [*first.records, *records]} == set(space.space.issues)
    assert counts(space) == []

"""Feeds paged by minId, however minId is read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from backlog_provider.exceptions import ResponseError
from backlog_provider.reading import feed
from backlog_provider.reading.page import Window

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator
    from backlog_provider.reading.client import Client

PATH = "/space/activities"


@pytest.fixture(params=["exclusive", "inclusive"])
def min_id(request: pytest.FixtureRequest, space: Emulator) -> str:
    space.space.switch(min_id=request.param)
    return str(request.param)


@pytest.mark.usefixtures("min_id")
def test_everything_once_oldest_first(client: Client, space: Emulator) -> None:
    pages = list(feed.read(partial(client.get_list, PATH), None))
    assert [r["id"] for page in pages for r in page.records] == [a.id for a in space.space.activities]
    assert pages[-1].cursor["value"] == space.space.activities[-1].id


@pytest.mark.usefixtures("min_id")
def test_more_than_a_page_since_the_mark_loses_nothing(client: Client, space: Emulator) -> None:
    *_, last = feed.read(partial(client.get_list, PATH), None)
    before = len(space.space.activities)
    space.space.advance(days=90)
    new = [a.id for a in space.space.activities[before:]]
    assert len(new) > 100
    pages = list(feed.read(partial(client.get_list, PATH), last.cursor))
    assert [r["id"] for page in pages for r in page.records] == new


@pytest.mark.usefixtures("min_id")
def test_idle_feed_costs_one_request_and_gives_no_page(client: Client) -> None:
    *_, last = feed.read(partial(client.get_list, PATH), None)
    client.requests = 0
    assert list(feed.read(partial(client.get_list, PATH), last.cursor)) == []
    assert client.requests == 1


def test_id_that_becomes_visible_late_is_found(client: Client, space: Emulator) -> None:
    late = space.space.activities.pop(-3)
    *_, last = feed.read(partial(client.get_list, PATH), None)
    space.space.activities.insert(len(space.space.activities) - 2, late)
    pages = list(feed.read(partial(client.get_list, PATH), last.cursor))
    assert [r["id"] for page in pages for r in page.records] == [late.id]
    assert pages[-1].cursor["value"] == space.space.activities[-1].id


def test_empty_feed_leaves_a_mark_to_go_on_from(client: Client, space: Emulator) -> None:
    first = space.space.activities[:1]
    space.space.activities.clear()
    [page] = feed.read(partial(client.get_list, PATH), None)
    assert page.records == []
    assert list(feed.read(partial(client.get_list, PATH), page.cursor)) == []
    space.space.activities.extend(first)
    [page] = feed.read(partial(client.get_list, PATH), page.cursor)
    assert [r["id"] for r in page.records] == [first[0].id]


@pytest.mark.usefixtures("min_id")
@pytest.mark.parametrize(("first", "last"), [(0, 5), (100, 101), (300, -1), (-1, -1)])
def test_window_gives_what_was_created_in_it(client: Client, space: Emulator, first: int, last: int) -> None:
    activities = space.space.activities
    since, until = (f"{activities[at].created:%Y-%m-%dT%H:%M:%SZ}" for at in (first, last))
    pages = feed.read_window(partial(client.get_list, PATH), Window(since, until))
    expected = [a.id for a in activities if activities[first].created <= a.created < activities[last].created]
    assert [r["id"] for page in pages for r in page.records] == expected
    # Thirty halvings of the ids, the newest id, and the pages themselves.
    assert client.requests <= 32 + len(expected) / 99


@pytest.mark.parametrize("answer", [[{"id": 2}, {"id": 1}], [{"id": "x"}], [{}]])
def test_feed_in_another_order_is_an_error(answer: list[dict[str, Any]]) -> None:
    with pytest.raises(ResponseError, match="came otherwise"):
        list(feed.read(lambda _: answer, None))

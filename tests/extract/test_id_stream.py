"""Feeds paged by minId, however minId is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.gateway import gateway

from backlog_provider.exceptions import ResponseError
from backlog_provider.extract import id_stream
from backlog_provider.extract.page import Window
from backlog_provider.model.endpoint import LOOKBACK_ACTIVITIES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.support.gateway import Asked

    from backlog_emulator.emulator import Emulator
    from backlog_provider.api.client import Client
    from backlog_provider.extract.page import Cursor, Page

PATH = "/space/activities"


@pytest.fixture(params=["exclusive", "inclusive"])
def min_id(request: pytest.FixtureRequest, space: Emulator) -> str:
    space.space.switch(min_id=request.param)
    return str(request.param)


@pytest.mark.usefixtures("min_id")
def test_everything_once_oldest_first(client: Client, space: Emulator) -> None:
    pages = list(id_stream.read(partial(client.get_list, PATH), None))
    assert [r["id"] for page in pages for r in page.records] == [a.id for a in space.space.activities]
    assert pages[-1].cursor["value"] == space.space.activities[-1].id


@pytest.mark.usefixtures("min_id")
def test_more_than_a_page_since_the_mark_loses_nothing(client: Client, space: Emulator) -> None:
    *_, last = id_stream.read(partial(client.get_list, PATH), None)
    before = len(space.space.activities)
    space.space.advance(days=90)
    new = [a.id for a in space.space.activities[before:]]
    assert len(new) > 100
    pages = list(id_stream.read(partial(client.get_list, PATH), last.cursor))
    assert [r["id"] for page in pages for r in page.records] == new


@pytest.mark.usefixtures("min_id")
def test_idle_feed_costs_one_request_and_gives_no_page(client: Client) -> None:
    *_, last = id_stream.read(partial(client.get_list, PATH), None)
    client.requests = 0
    assert list(id_stream.read(partial(client.get_list, PATH), last.cursor)) == []
    assert client.requests == 1


def test_id_that_becomes_visible_late_is_found(client: Client, space: Emulator) -> None:
    late = space.space.activities.pop(-3)
    *_, last = id_stream.read(partial(client.get_list, PATH), None)
    space.space.activities.insert(len(space.space.activities) - 2, late)
    pages = list(id_stream.read(partial(client.get_list, PATH), last.cursor))
    assert [r["id"] for page in pages for r in page.records] == [late.id]
    assert pages[-1].cursor["value"] == space.space.activities[-1].id


def test_empty_feed_leaves_a_mark_to_go_on_from(client: Client, space: Emulator) -> None:
    first = space.space.activities[:1]
    space.space.activities.clear()
    [page] = id_stream.read(partial(client.get_list, PATH), None)
    assert page.records == []
    assert list(id_stream.read(partial(client.get_list, PATH), page.cursor)) == []
    space.space.activities.extend(first)
    [page] = id_stream.read(partial(client.get_list, PATH), page.cursor)
    assert [r["id"] for r in page.records] == [first[0].id]


@pytest.mark.usefixtures("min_id")
@pytest.mark.parametrize(("first", "last"), [(0, 5), (100, 101), (300, -1), (-1, -1)])
def test_window_gives_what_was_created_in_it(client: Client, space: Emulator, first: int, last: int) -> None:
    activities = space.space.activities
    since, until = (f"{activities[at].created:%Y-%m-%dT%H:%M:%SZ}" for at in (first, last))
    pages = id_stream.read_window(partial(client.get_list, PATH), Window(since, until))
    expected = [a.id for a in activities if activities[first].created <= a.created < activities[last].created]
    assert [r["id"] for page in pages for r in page.records] == expected
    # Thirty halvings of the ids, the newest id, and the pages themselves.
    assert client.requests <= 32 + len(expected) / 99


@pytest.mark.parametrize("answer", [[{"id": 2}, {"id": 1}], [{"id": "x"}], [{}]])
def test_feed_in_another_order_is_an_error(answer: list[dict[str, Any]]) -> None:
    with pytest.raises(ResponseError, match="came otherwise"):
        list(id_stream.read(lambda _: answer, None))


@dataclass
class Server:
    """A feed whose server gives fewer records to a page than it is asked for, and leaves some out.

    :param cap: how many records a page has at most.
    :param is_inclusive: whether minId and maxId belong to the page.
    :param hidden: ids that are cut from every page, which is shorter by so many.
    """

    cap: int
    is_inclusive: bool
    ids: list[int] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    requests: int = 0

    def fetch(self, params: Any) -> list[dict[str, Any]]:
        self.requests += 1
        asked = dict(params)
        low = asked.get("minId", 0) + (not self.is_inclusive)
        high = asked.get("maxId", 10**9) - (not self.is_inclusive)
        ids = sorted((i for i in self.ids if low <= i <= high), reverse=asked["order"] == "desc")
        page = ids[: min(self.cap, asked["count"])]
        return [{"id": i, "created": _moment(i)} for i in page if i not in self.hidden]

    def read(self, cursor: Cursor | None) -> tuple[list[int], Cursor]:
        self.requests = 0
        pages = list(id_stream.read(self.fetch, cursor))
        return _ids(pages), pages[-1].cursor if pages else cursor or {}


def _moment(number: int) -> str:
    return f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"


def _ids(pages: Iterable[Page]) -> list[int]:
    return [record["id"] for page in pages for record in page.records]


CAPS = st.sampled_from([1, 2, 10, 20, 50, 99, 100])
# How much is there at first, and comes before each of the following runs.
PORTIONS = st.lists(st.sampled_from([0, 1, 3, 19, 20, 21, 60, 99, 100, 101, 230]), min_size=1, max_size=4)


@given(cap=CAPS, is_inclusive=st.booleans(), portions=PORTIONS, each=st.integers(1, 3))
def test_feed_is_read_whole_however_short_its_pages(
    cap: int, is_inclusive: bool, portions: list[int], each: int
) -> None:
    server = Server(cap, is_inclusive)
    cursor: Cursor | None = None
    for portion in portions:
        new = [(len(server.ids) + number + 1) * each for number in range(portion)]
        server.ids += new
        read, cursor = server.read(cursor)
        assert read == new
        assert server.read(cursor) == ([], cursor)
        assert server.requests == 1


@given(cap=CAPS.filter(lambda cap: cap > 2), is_inclusive=st.booleans(), portions=PORTIONS, each=st.integers(3, 40))
def test_feed_is_read_on_behind_a_page_from_which_records_are_left_out(
    cap: int, is_inclusive: bool, portions: list[int], each: int
) -> None:
    """Every third record or fewer: known ones, new ones, the first and the last of a page."""
    server = Server(cap, is_inclusive)
    cursor: Cursor | None = None
    for portion in portions:
        new = range(len(server.ids) + 1, len(server.ids) + portion + 1)
        server.ids += new
        server.hidden |= set(new[each - 1 :: each])
        read, cursor = server.read(cursor)
        assert read == [number for number in new if number not in server.hidden]


@given(cap=CAPS.filter(lambda cap: cap >= 50), is_inclusive=st.booleans(), portion=st.integers(1, 230), data=st.data())
def test_record_that_a_page_has_left_out_is_found_by_the_next_run(
    cap: int, is_inclusive: bool, portion: int, data: st.DataObject
) -> None:
    server = Server(cap, is_inclusive, list(range(1, 61)))
    _, cursor = server.read(None)
    server.ids += range(61, 61 + portion)
    late = data.draw(st.integers(max(61, 60 + portion - 48), 60 + portion))
    server.hidden = {late}
    read, cursor = server.read(cursor)
    assert read == [number for number in range(61, 61 + portion) if number != late]
    server.hidden = set()
    assert server.read(cursor)[0] == [late]


@given(cap=CAPS, is_inclusive=st.booleans(), news=st.integers(0, 49))
def test_hour_whose_news_fit_on_the_newest_page_costs_one_request(cap: int, is_inclusive: bool, news: int) -> None:
    server = Server(cap, is_inclusive, list(range(1, 301)))
    _, cursor = server.read(None)
    server.ids += range(301, 301 + news)
    assert len(server.read(cursor)[0]) == news
    if cap >= news + LOOKBACK_ACTIVITIES:
        assert server.requests == 1


@given(cap=CAPS, is_inclusive=st.booleans(), edges=st.tuples(st.integers(1, 330), st.integers(1, 330)))
def test_window_and_the_way_back_are_whole_however_short_the_pages(
    cap: int, is_inclusive: bool, edges: tuple[int, int]
) -> None:
    since, until = sorted(edges)
    server = Server(cap, is_inclusive, list(range(1, 301)))
    assert _ids(id_stream.read_window(server.fetch, Window(_moment(since), _moment(until)))) == [
        number for number in server.ids if since <= number < until
    ]
    back = [record["id"] for page in id_stream.read_back_to(server.fetch, _moment(since)) for record in page]
    assert back == [number for number in reversed(server.ids) if number >= since]


@pytest.mark.usefixtures("min_id")
@pytest.mark.parametrize("cap", [1, 10, 20, 50, 99])
def test_gateway_that_caps_pages_hides_no_activity(client: Client, space: Emulator, cap: int) -> None:
    def capped(asked: Asked) -> None:
        asked.set("count", min(cap, int(asked.param("count") or cap)))

    there = [activity.id for activity in space.space.activities]
    with gateway(space, before=capped):
        *_, last = pages = list(id_stream.read(partial(client.get_list, PATH), None))
        assert _ids(pages) == there
        space.space.advance(days=30)
        pages = list(id_stream.read(partial(client.get_list, PATH), last.cursor))
    assert _ids(pages) == [activity.id for activity in space.space.activities[len(there) :]] != []


def test_newest_page_in_ascending_order_is_an_error() -> None:
    """It would look as if nothing were new, for ever."""
    oldest = [{"id": number} for number in range(1, 101)]
    with pytest.raises(ResponseError, match="descending order came otherwise"):
        list(id_stream.read(lambda _: oldest, {"value": 300, "recent": [299, 300]}))


def test_feed_that_has_forgotten_what_came_behind_the_mark_says_so_on_the_first_page() -> None:
    server = Server(100, is_inclusive=False, ids=list(range(1, 61)))
    _, cursor = server.read(None)
    server.ids = list(range(200, 450))
    server.requests = 0
    gaps = [page.gap for page in id_stream.read(server.fetch, cursor)]
    assert gaps == ["the feed begins at 200, 2026-01-01T00:03:20Z; 60 was the last one loaded", "", ""]
    # The newest page, the pages from the mark on, and the oldest.
    assert server.requests == 1 + 3 + 1


@given(cap=CAPS, is_inclusive=st.booleans(), left=st.integers(0, 60), news=st.integers(0, 230))
def test_feed_that_reaches_back_to_the_mark_has_no_gap(cap: int, is_inclusive: bool, left: int, news: int) -> None:
    """Or that has nothing new: that an old feed becomes empty is nothing to ask about."""
    server = Server(cap, is_inclusive, list(range(1, 61)))
    _, cursor = server.read(None)
    server.ids = [*server.ids[60 - left :], *range(200, 200 + news)]
    gaps = {page.gap for page in id_stream.read(server.fetch, cursor)}
    assert gaps <= {""} or not left
    server.ids = server.ids[news:]
    server.requests = 0
    assert list(id_stream.read(server.fetch, cursor)) == [] or news

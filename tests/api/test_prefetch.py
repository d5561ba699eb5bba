"""Reading ahead: the same records by the same requests, one at a time, and no answer that nobody asked for."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backlog_emulator.server import running
from backlog_provider.api.client import Client
from backlog_provider.api.prefetch import Prefetcher
from backlog_provider.api.session import ApiKeyAuth, open_session
from backlog_provider.exceptions import ConfigurationError
from backlog_provider.extract import offset_pagination

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.emulator import Emulator

PAGE = 10


@pytest.fixture(autouse=True)
def many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The space has 250 issues: 29 pages that overlap, or 25. Three of them are enough to believe in another."""
    monkeypatch.setattr(offset_pagination, "PAGE_SIZE", PAGE)
    monkeypatch.setattr(offset_pagination, "STEP", PAGE - 1)
    monkeypatch.setattr(offset_pagination, "PREFETCH_AFTER_PAGES", 3)


def page_at(offset: int) -> list[tuple[str, str | int]]:
    return [("sort", "created"), ("order", "asc"), ("count", PAGE), ("offset", offset)]


def read(client: Client, *, to_the_end: bool = True) -> list[int]:
    pages = offset_pagination.iter_forward(partial(client.get_list, "/issues"), [], "created", to_the_end=to_the_end)
    return [record["id"] for page in pages for record in page]


def read_back(client: Client) -> list[int]:
    pages = offset_pagination.iter_backward(partial(client.get_list, "/issues"), [], "created", 250)
    return [record["id"] for page in pages for record in page]


def asked(space: Emulator) -> list[str]:
    return [f"{entry['path']}?{entry['query']}" for entry in space.requests.listed()]


@pytest.mark.parametrize(
    ("way", "pages", "ahead"),
    [(read, 29, 27), (partial(read, to_the_end=False), 29, 24), (read_back, 26, 23)],
    ids=["to the end", "not to the end", "from the end"],
)
def test_pages_are_asked_for_once_each_one_at_a_time_and_on_one_connection(
    client: Client,
    space: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[Client], list[int]],
    pages: int,
    ahead: int,
) -> None:
    """Where not all of a list may be wanted, its first pages are waited for; behind the last none is asked for."""
    began: list[Any] = []
    begin = Prefetcher.begin

    def noted(ahead: Prefetcher, *asked: Any) -> None:
        began.append(asked)
        begin(ahead, *asked)

    monkeypatch.setattr(Prefetcher, "begin", noted)
    assert sorted(way(client)) == sorted(space.space.issues)
    entries = space.requests.listed()
    assert len(entries) == client.requests == len(set(asked(space))) == pages
    assert {entry["in_flight"] for entry in entries} == {1}
    assert len({entry["connection"] for entry in entries}) == 1
    assert len(began) == ahead


def test_page_that_is_not_full_is_the_last_request(client: Client, space: Emulator) -> None:
    read(client)
    assert client._ahead.asked is None


@pytest.mark.parametrize("kind", ["status", "reset", "cut", "html", "empty"])
def test_answer_that_went_wrong_is_asked_for_again(client: Client, space: Emulator, kind: str) -> None:
    space.faults.replace([{"kind": kind, "after": 12}])
    assert sorted(read(client)) == sorted(space.space.issues)
    assert client.requests == 30


@settings(max_examples=25)
@given(
    places=st.lists(st.tuples(st.integers(1, 30), st.sampled_from(["oldest", "newest", "random"])), max_size=8),
    way=st.sampled_from([read, read_back]),
)
def test_what_is_deleted_meanwhile_hides_nothing_else(
    places: list[tuple[int, str]], way: Callable[[Client], list[int]]
) -> None:
    script = [
        {"before_request": number, "do": {"op": "delete_issue", "id": which}, "match": "/api/v2/issues"}
        for number, which in places
    ]
    with running(issues=250, seed=7) as space, open_session(ApiKeyAuth(space.api_key)) as session:
        space.script.replace(script)
        given = way(Client(session, space.url, sleep=lambda _: None))
        assert len(given) == len(set(given))
        assert set(given) >= set(space.space.issues)
        assert {entry["in_flight"] for entry in space.requests.listed()} == {1}


def test_what_was_asked_for_and_is_not_wanted_is_let_go(client: Client, space: Emulator) -> None:
    pages = offset_pagination.iter_forward(partial(client.get_list, "/issues"), [], "created", to_the_end=True)
    for _ in range(8):
        next(pages)
    assert client.get("/issues/count") == {"count": 250}
    assert {entry["in_flight"] for entry in space.requests.listed()} == {1}


def test_nothing_is_asked_for_ahead_where_the_limit_is_reached(client: Client, space: Emulator) -> None:
    space.space.switch(window_seconds=60, limit_search=10)
    paused: list[Any] = []

    def pause(seconds: float) -> None:
        paused.append((seconds, client.requests, client._ahead.asked))
        space.space.switch(limit_search=1000)

    client.before_pause = pause
    read(client)
    assert [entry["status"] for entry in space.requests.listed()] == [200] * 29
    [(_, requests, under_way)] = paused
    assert (requests, under_way) == (10, None)


def test_caller_goes_on_while_the_answer_is_not_there_yet(client: Client, space: Emulator) -> None:
    """In the same thread: what the server is given to wait for happens only after the page has been given."""
    has_gone_on = threading.Event()
    waited: list[bool] = []

    def held(request: Any) -> None:
        if "offset=18&" in f"{request.url}&":
            waited.append(has_gone_on.wait(10))

    space.space.before_request = held
    pages = offset_pagination.iter_forward(partial(client.get_list, "/issues"), [], "created", to_the_end=True)
    next(pages), next(pages)
    has_gone_on.set()
    next(pages)
    assert waited == [True]


def test_what_a_signal_raises_in_a_request_ahead_is_raised_at_once_and_loses_no_page(
    client: Client, space: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(BaseException):
        pass

    real = client._session.send

    def stopped(*asked: Any, **options: Any) -> Any:
        monkeypatch.setattr(client._session, "send", real)
        raise Stopped

    def last(*asked: Any, **options: Any) -> Any:
        monkeypatch.setattr(client._session, "send", stopped)
        return real(*asked, **options)

    monkeypatch.setattr(client._session, "send", last)
    with pytest.raises(Stopped):
        client.get_list("/issues", page_at(0), page_at(PAGE))
    assert [len(client.get_list("/issues", page_at(offset))) for offset in (PAGE, 0)] == [PAGE, PAGE]


def test_closing_gives_up_what_is_on_its_way(space: Emulator) -> None:
    client = Client(open_session(ApiKeyAuth(space.api_key)), space.url)
    client.get_list("/issues", page_at(0), page_at(PAGE))
    request = client._ahead._request
    assert request is not None
    client.close()
    assert (request.dead, request.response) == (True, None)


def test_request_that_cannot_be_signed_ahead_is_told_of_where_it_is_wanted(client: Client) -> None:
    sign: Any = client._session.auth
    signs = iter([True, False, False, True])

    def signed(request: Any) -> Any:
        if not next(signs):
            raise ConfigurationError("no")
        return sign(request)

    client._session.auth = signed
    assert len(client.get_list("/issues", page_at(0), page_at(PAGE))) == PAGE
    with pytest.raises(ConfigurationError, match="no"):
        client.get_list("/issues", page_at(PAGE))
    assert len(client.get_list("/issues", page_at(PAGE))) == PAGE
    assert client.requests == 2

"""Answers of a hostile server: refused in a line that says why, in bounded time and memory."""

from __future__ import annotations

import gzip
import json
import re
import time
import tracemalloc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import requests
from tests.hostile import OK, always, body, bomb, for_ever, records, serving
from tests.secrecy import SECRETS

from backlog_provider import exceptions
from backlog_provider.api import response_limits
from backlog_provider.api.client import Client
from backlog_provider.api.session import ApiKeyAuth, open_session
from backlog_provider.catalogue import CATALOGUE
from backlog_provider.dry_run.estimator import Estimator
from backlog_provider.extract.stream import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.hostile import Hostile, Sent

    from backlog_provider.model.endpoint import Endpoint

KEY = "the-key-of-this-very-space"
SECRETS.known.add(KEY)
MIB = 1024 * 1024
BOMB = body(bomb(64), "Content-Encoding: gzip")


@contextmanager
def asking(answer: Callable[[str], Sent]) -> Iterator[tuple[Client, Hostile]]:
    """A client of a server that gives these answers."""
    with serving(answer) as server, open_session(ApiKeyAuth(KEY)) as session:
        yield Client(session, server.url, sleep=lambda _: None), server


def failure(answer: Callable[[str], Sent], path: str = "/issues") -> exceptions.BacklogError:
    """How asking for a list ends: in one line, without the key."""
    with asking(answer) as (client, _), pytest.raises(exceptions.BacklogError) as caught:
        client.get_list(path)
    text = str(caught.value)
    assert "\n" not in text
    assert KEY not in text
    assert len(text) < 700
    return caught.value


@pytest.fixture(autouse=True)
def tries_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backlog_provider.api.client.ATTEMPTS", 1)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight megabytes are the most; the times are short."""
    monkeypatch.setattr(response_limits, "MAX_BODY_BYTES", 8 * MIB)
    monkeypatch.setattr(response_limits, "MAX_HEADER_BYTES", MIB)
    monkeypatch.setattr(response_limits, "MAX_SECONDS", 0.5)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_refused_and_nobody_else_is_asked(status: int) -> None:
    with serving(lambda _: records([])) as elsewhere:
        for to in (
            f"{elsewhere.url}/api/v2/issues",
            f"//{elsewhere.url[7:]}/",
            "file:///etc/passwd",
            f"https://{KEY}/",
        ):
            error = failure(always(f"HTTP/1.1 {status} Go\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()))
            assert isinstance(error, exceptions.InvalidRequestError)
            assert "put the space's own address into the connection's host" in str(error)
        assert elsewhere.requests == []


def test_redirect_to_itself_is_asked_once() -> None:
    with asking(lambda path: f"HTTP/1.1 302 Go\r\nLocation: {path}\r\nContent-Length: 0\r\n\r\n".encode()) as (
        client,
        server,
    ):
        with pytest.raises(exceptions.InvalidRequestError):
            client.get("/issues")
        assert len(server.requests) == 1


def test_body_of_a_redirect_is_bounded_like_any_other(small: None) -> None:
    packed = bomb(64)
    head = f"HTTP/1.1 302 Go\r\nLocation: /x\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    assert isinstance(failure(lambda _: head.encode() + packed), exceptions.LimitError)


def test_session_follows_no_redirect_whoever_uses_it() -> None:
    with serving(lambda _: records([])) as elsewhere:
        go = f"HTTP/1.1 302 Go\r\nLocation: {elsewhere.url}\r\nContent-Length: 0\r\n\r\n".encode()
        with (
            serving(lambda _: go) as server,
            open_session(ApiKeyAuth(KEY)) as session,
            pytest.raises(requests.TooManyRedirects),
        ):
            session.get(server.url, timeout=5)
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda _: BOMB, "more than 8 MiB"),
        (lambda _: for_ever(OK + b"\r\n", bytes(MIB)), "more than 8 MiB"),
        (
            lambda _: for_ever(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + bytes(MIB) + b"\r\n"),
            "more than 8",
        ),
        (lambda _: for_ever(OK + b"Content-Length: 999999999999999\r\n\r\n", bytes(MIB)), "more than 8 MiB"),
        # Where the chunk's size should end, and what comes after the last chunk: lines without end.
        (lambda _: for_ever(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1" * MIB), "(more than 8|no whole answer)"),
        (
            lambda _: for_ever(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ", b"1" * MIB),
            "(more than 8|no whole answer)",
        ),
        (
            lambda _: for_ever(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: 1\r\n" * 9999),
            "(more than 8|no whole)",
        ),
        (lambda _: for_ever(OK + b"X: ", b"x" * MIB), "its headers are too many or too long"),
        (lambda _: for_ever(OK, b"X-Header: x\r\n" * 1000), "its headers are too many or too long"),
        (lambda _: for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), "(more than 8 MiB|not whole after)"),
    ],
)
def test_answer_without_end_is_given_up_in_little_memory(answer: Any, message: str, small: None) -> None:
    tracemalloc.start()
    try:
        error = failure(answer)
        assert tracemalloc.get_traced_memory()[1] < 30 * MIB
    finally:
        tracemalloc.stop()
    assert re.search(message, str(error)), error


def drops(text: bytes) -> Iterator[bytes]:
    for letter in text:
        yield bytes([letter])
        time.sleep(0.05)


@pytest.mark.parametrize(
    "start", [b"", OK, OK + b"Transfer-Encoding: chunked\r\n\r\n", OK + b"Content-Length: 9999\r\n\r\n"]
)
def test_answer_that_drips_has_as_much_time_as_any_other(start: bytes, small: None) -> None:
    began = time.monotonic()
    error = failure(lambda _: (part for part in (start, *drops_of(start))))
    assert time.monotonic() - began < 3
    assert isinstance(error, exceptions.TransportError)
    assert re.search("not whole after 0 seconds|timed out", str(error)), error


def drops_of(start: bytes) -> Iterator[bytes]:
    return drops({b"": OK, OK: b"X: " + b"x" * 999}.get(start, b"1\r\n \r\n" * 999))


def test_page_of_a_hundred_megabytes_still_arrives() -> None:
    page = [{"id": number, "description": "x" * MIB} for number in range(100)]
    packed = gzip.compress(json.dumps(page).encode(), 1)
    with asking(lambda _: body(packed, "Content-Encoding: gzip")) as (client, _):
        assert len(client.get_list("/issues")) == 100


@pytest.mark.parametrize("members", [1, 3])
def test_packed_answer_may_have_several_members_and_arrive_in_drops(members: int) -> None:
    text = json.dumps([{"id": number} for number in range(3000)]).encode()
    size = -(-len(text) // members)
    packed = b"".join(gzip.compress(text[at : at + size]) for at in range(0, len(text), size))
    head = body(b"", "Content-Encoding: gzip", length=len(packed))
    with asking(lambda _: iter([head, *(packed[at : at + 100] for at in range(0, len(packed), 100))])) as (client, _):
        assert len(client.get_list("/issues")) == 3000


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (body(b"x" * 99, "Content-Encoding: gzip"), "it cannot be unpacked; check that the connection's host"),
        (body(gzip.compress(b"[]")[:-4], "Content-Encoding: gzip"), "its end is missing"),
        (body(b"[]", "Content-Encoding: br"), "packed in another way than was asked for"),
        (body(bomb(1), "Content-Encoding: gzip, gzip"), "packed in another way than was asked for"),
        (body(b"[]", length=1000) + b"HTTP/1.1 200", "timed out|cut off|not whole"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n0\r\n\r\n", "the body was cut off"),
        (b"[]\r\n\r\n", "it does not speak HTTP"),
        (b"SSH-2.0-OpenSSH\r\n", "it does not speak HTTP"),
        (body(b"[" * 100_000), "are not JSON"),
        (body(b"[" * 100_000 + b"]" * 100_000), "are not JSON .*depth"),
        (body(b'{"a":' * 100_000 + b"1" + b"}" * 100_000), "are not JSON .*depth"),
        (body(b'[{"id": NaN}]'), "are not JSON"),
        (body(b'[{"id": 1e999}]'), "are not JSON"),
        (body(b'[{"id": "\\ud800"}]'), "text that is no Unicode"),
        (body(b'{"__proto__": 1}'), "dict where a list of objects was expected"),
        (body(b"[]", f"Content-Type: {KEY}\x1b[31m" + "x" * 9999, length=1), "200 with 1 bytes of application/json"),
    ],
)
def test_what_is_no_answer_is_named(answer: bytes, message: str, small: None) -> None:
    error = failure(lambda _: answer)
    assert re.search(message, str(error)), error


@pytest.mark.parametrize(
    "said",
    [
        {"errors": [{"message": f"no such key: {KEY}\n\x1b[31m", "code": 11}]},
        {"errors": [{"message": "m" * 99_999, "code": 1}]},
        {"errors": [{"message": {"a": []}, "code": 10**300}]},
        {"errors": {"__proto__": 1}},
        [],
        None,
    ],
)
def test_refusal_is_told_in_a_line_whatever_it_says(said: Any) -> None:
    content = json.dumps(said).encode()
    head = f"HTTP/1.1 400 Bad\r\nContent-Length: {len(content)}\r\n\r\n".encode()
    assert "Backlog refused (400" in str(failure(lambda _: head + content))


def test_answer_cannot_make_the_next_request_wait_for_years() -> None:
    waits: list[float] = []
    headers = ("X-RateLimit-Limit: 600", "X-RateLimit-Remaining: 0")
    for reset in (str(10**11), "9" * 400, "9" * 5000, "-1", "soon"):
        answer = body(b"[]", *headers, f"X-RateLimit-Reset: {reset}")
        with serving(always(answer)) as server, open_session(ApiKeyAuth(KEY)) as session:
            client = Client(session, server.url, sleep=waits.append)
            assert client.get("/issues") == client.get("/issues") == []
    assert max(waits) <= 120


def test_cookies_are_not_kept() -> None:
    with asking(lambda _: body(b"[]", *(f"Set-Cookie: c{number}=1" for number in range(50)))) as (client, server):
        client.get("/issues")
        client.get("/issues")
    assert "cookie" not in "".join(server.requests).lower()


def test_another_answer_in_the_same_breath_is_not_taken_for_the_next(small: None) -> None:
    wrong = records([{"id": 666}])
    answers = iter([records([{"id": 1}]) + wrong, records([{"id": 2}])])
    with asking(lambda _: next(answers)) as (client, _):
        assert client.get_list("/issues") == [{"id": 1}]
        assert client.get_list("/issues") == [{"id": 2}]


PROJECT = {"id": 1, "projectKey": "A", "name": "A"}
FULL: list[dict[str, Any]] = [
    {"id": n, "projectId": 1, "created": "2026-01-01T00:00:00Z", "updated": "2026-01-01T00:00:00Z"}
    for n in range(1, 101)
]


def read(
    client: Client, endpoint: Endpoint, reader: type[Reader] = Reader
) -> tuple[int, exceptions.BacklogError | None]:
    """Read an endpoint; how many pages came, and how it failed, if it did."""
    pages = 0
    try:
        for _ in reader(client, endpoint).pages(None):
            pages += 1
    except exceptions.BacklogError as error:
        return pages, error
    return pages, None


def space_of(answer: Callable[[str], Any]) -> Callable[[str], bytes]:
    """A space with one project, in which everything else is as ``answer`` has it."""

    def answered(path: str) -> bytes:
        if path.startswith("/api/v2/projects?") or path == "/api/v2/projects":
            return records([PROJECT])
        if "/count" in path:
            return records({"count": 10**9})
        return records({"id": 1, "roleType": 1} if "/myself" in path else answer(path))

    return answered


@pytest.mark.parametrize(
    "endpoint", ["issues", "documents", "activities", "teams", "stars", "watchings", "notifications"]
)
def test_list_that_gives_the_same_page_for_ever_ends(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backlog_provider.extract.full_list.MAX_RECORDS", 2000)
    with asking(space_of(lambda _: FULL)) as (client, _):
        pages, error = read(client, CATALOGUE[endpoint])
        assert client.requests < 300
    assert pages < 300
    assert error is None or re.search("no end|for ever|has moved", str(error)), error


def test_feed_that_goes_back_and_forth_ends() -> None:
    turns = iter(range(10**6))

    def answer(path: str) -> Any:
        start = 1000 * (1 + next(turns) % 2)
        return [{**record, "id": record["id"] + start} for record in FULL]

    with asking(space_of(answer)) as (client, _), pytest.raises(exceptions.ResponseError, match="what is before it"):
        list(Reader(client, CATALOGUE["notifications"]).pages(None))


def test_list_in_memory_has_a_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backlog_provider.extract.full_list.MAX_RECORDS", 2000)

    def endless(path: str) -> Any:
        start = int(path.rpartition("offset=")[2].partition("&")[0] or 0)
        return [{**record, "id": record["id"] + start} for record in FULL]

    with (
        asking(space_of(endless)) as (client, _),
        pytest.raises(exceptions.LimitError, match="more than 2,000 records"),
    ):
        list(Reader(client, CATALOGUE["teams"]).pages(None))


def test_folders_in_folders_without_end_are_given_up() -> None:
    inner = [{"id": 1, "type": "directory", "dir": "/", "name": "a"}]
    with (
        asking(space_of(lambda _: inner)) as (client, _),
        pytest.raises(exceptions.LimitError, match="they have no end"),
    ):
        list(Reader(client, CATALOGUE["shared_files"]).pages(None))


@pytest.mark.parametrize("endpoint", CATALOGUE.values(), ids=str)
def test_records_of_any_shape_are_read_or_refused(endpoint: Endpoint) -> None:
    nested: Any = []
    for _ in range(300):
        nested = [nested]
    for record in (
        {},
        {"id": None},
        {"id": {"__proto__": 1}},
        {"id": "1); DROP TABLE X", "projectId": "../../../x?y=z", "updated": [], "created": {}, "type": "directory"},
        {"id": 1, "created": "2026-01-01T00:00:00Z", "updated": "2026-01-01T00:00:00Z", "nested": nested},
        {"id": 1e300, "a.b": 1, 'q"': 2, "\x00": 3, "constructor": {"prototype": 4}, "project": "x", "content": 7},
    ):
        with asking(space_of(always([record]))) as (client, server):
            for reader in (Reader, Estimator):
                _, error = read(client, endpoint, reader)
                assert "\n" not in str(error)
            assert all(request.split(" ")[1].startswith("/api/v2/") for request in server.requests)
            assert len(server.requests) < 300

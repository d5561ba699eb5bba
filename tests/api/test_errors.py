"""Error answers: only Backlog's own code says what was decided; everything else is tried again."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest
from tests.support.gateway import Asked, Reply, error, gateway, page

from backlog_provider import exceptions
from backlog_provider.api.client import ATTEMPTS, LONGEST_WAIT, Client
from backlog_provider.api.rate_limit import DEFAULT_WAIT
from backlog_provider.api.session import ApiKeyAuth, open_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.emulator import Emulator

STATUSES = (400, 401, 403, 404, 405, 408, 409, 423, 425, 451)


def first(*replies: Reply) -> Callable[[Asked], Reply | None]:
    """Return what answers so, one request after the other, and then lets the space answer."""
    left = list(replies)
    return lambda _: left.pop(0) if left else None


@pytest.mark.parametrize("body", ["<html>Gateway</html>", "", '{"error": "no"}', '{"errors": []}'])
@pytest.mark.parametrize("status", STATUSES)
def test_single_error_without_a_code_is_retried(client: Client, space: Emulator, status: int, body: str) -> None:
    with gateway(space, before=first(page(status, body))):
        assert len(client.get_list("/users")) == 12
    assert client.requests == 2


@pytest.mark.parametrize("status", STATUSES)
def test_error_without_a_code_that_stays_is_neither_not_found_nor_denied(
    client: Client, space: Emulator, status: int
) -> None:
    with (
        gateway(space, before=lambda _: page(status)),
        pytest.raises(exceptions.UnknownError, match=rf"GET /users: Backlog refused \({status}\); the answer has no"),
    ):
        client.get("/users")
    assert client.requests == ATTEMPTS


def test_code_that_nobody_documents_is_retried(client: Client, space: Emulator) -> None:
    with gateway(space, before=first(error(404, 404), error(99, 403))):
        assert len(client.get_list("/users")) == 12


@pytest.mark.parametrize("status", [200 + 1, 400, 401, 403, 404, 409, 500])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (2, exceptions.AccessDeniedError),
        (5, exceptions.AccessDeniedError),
        (6, exceptions.NotFoundError),
        (7, exceptions.InvalidRequestError),
        (11, exceptions.AuthenticationError),
    ],
)
def test_code_decides_whatever_the_status_is(
    client: Client, space: Emulator, status: int, code: int, kind: type[exceptions.ApiError]
) -> None:
    with gateway(space, before=lambda _: error(code, status)), pytest.raises(kind) as caught:
        client.get("/users")
    assert (caught.value.status, caught.value.code, caught.value.retryable) == (status, code, False)
    assert client.requests == 1


def test_feature_switched_off_with_401_is_no_wrong_key(client: Client, space: Emulator) -> None:
    with (
        gateway(space, before=lambda _: error(5, 401)),
        pytest.raises(exceptions.AccessDeniedError, match="the feature is switched off"),
    ):
        client.get("/users")


def waits_of(space: Emulator, *replies: Reply) -> list[float]:
    """Ask once with these answers first; return the seconds that the client waited in between."""
    waits: list[float] = []
    with open_session(ApiKeyAuth(space.api_key)) as session, gateway(space, before=first(*replies)):
        Client(session, space.url, sleep=waits.append).get("/users")
    return waits


@pytest.mark.parametrize("status", [429, 503, 404])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(space: Emulator, status: int, form: str) -> None:
    value = "90" if form == "seconds" else formatdate(time.time() + 90, usegmt=True)
    [wait] = waits_of(space, page(status, retry_after=value))
    assert wait == pytest.approx(90, abs=2)


def test_retry_after_never_shortens_a_wait_and_never_lasts_for_ever(space: Emulator) -> None:
    waits = waits_of(space, page(429, retry_after="0"), page(503, retry_after="86400"), page(503, retry_after="soon"))
    assert waits[0] == DEFAULT_WAIT
    assert waits[1] == LONGEST_WAIT
    assert waits[2] < 5


def test_429_without_headers_after_a_window_that_is_over_waits_a_minute(space: Emulator) -> None:
    waits: list[float] = []
    with open_session(ApiKeyAuth(space.api_key)) as session:
        client = Client(session, space.url, sleep=waits.append)
        over = {
            "X-RateLimit-Limit": "600",
            "X-RateLimit-Remaining": "9",
            "X-RateLimit-Reset": str(int(time.time()) - 90),
        }
        with gateway(space, before=first(Reply(200, [], over), page(429))):
            client.get("/users")
            client.get("/users")
    assert waits == [DEFAULT_WAIT]

"""The hook: what a connection may say, and that the key never leaves it."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from backlog_provider.exceptions import ConfigurationError, InvalidRequestError
from backlog_provider.hooks.backlog import BacklogHook

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Defines the connection ``backlog_default``, and returns a hook to it."""

    def connected(**connection: Any) -> BacklogHook:
        body = {"conn_type": "backlog", "password": "key", **connection}
        monkeypatch.setenv("AIRFLOW_CONN_BACKLOG_DEFAULT", json.dumps(body))
        return BacklogHook()

    return connected


def test_connection_is_tested_by_asking_whose_key_it_is(connect: Any, space: Emulator) -> None:
    hook = connect(host=space.url, password=space.api_key)
    assert hook.test_connection() == (True, f"Connected to {space.url}/api/v2 as {space.space.owner.name}")
    hook.close()


def test_wrong_key_is_told_by_the_test_of_the_connection(connect: Any, space: Emulator) -> None:
    hook = connect(host=space.url, password="wrong")
    worked, message = hook.test_connection()
    assert not worked
    assert "put a valid API key" in message
    hook.close()


def test_get_returns_what_the_api_answers(connect: Any, space: Emulator) -> None:
    hook = connect(host=space.url, password=space.api_key)
    assert hook.get("/issues/count") == {"count": 250}
    assert hook.get("/issues", [("id[]", 1)]) == []
    hook.close()


def test_uri_from_the_environment_works_too(monkeypatch: pytest.MonkeyPatch, space: Emulator) -> None:
    port = space.url.rpartition(":")[2]
    monkeypatch.setenv("AIRFLOW_CONN_BACKLOG_DEFAULT", f"backlog://:{space.api_key}@127.0.0.1:{port}/http")
    hook = BacklogHook()
    assert hook.address == space.url
    assert hook.test_connection()[0]
    hook.close()


@pytest.mark.parametrize(
    ("connection", "address", "space"),
    [
        ({"host": "example.backlog.com"}, "https://example.backlog.com", "example.backlog.com"),
        ({"host": "https://example.backlog.jp/"}, "https://example.backlog.jp", "example.backlog.jp"),
        ({"host": "https://b.example.com:8443/backlog"}, "https://b.example.com:8443/backlog", "b.example.com/backlog"),
        (
            {"host": "https://example.backlogtool.com/api/v2"},
            "https://example.backlogtool.com",
            "example.backlogtool.com",
        ),
        ({"host": "127.0.0.1", "port": 81, "schema": "http"}, "http://127.0.0.1:81", "127.0.0.1"),
        ({"host": "http://[::1]:81"}, "http://[::1]:81", "::1"),
    ],
)
def test_host_may_be_written_in_many_ways(connect: Any, connection: dict[str, Any], address: str, space: str) -> None:
    hook = connect(**connection)
    assert (hook.address, hook.space) == (address, space)


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        ({}, "connection 'backlog_default': host is empty; put the space's address there"),
        ({"host": "ftp://example.backlog.com"}, "host is not an address like https://SPACE.backlog.com"),
        ({"host": "https://user@example.backlog.com"}, "host is not an address like"),
        ({"host": "https://example.backlog.com:port"}, "has a port that is no number"),
        ({"host": "example.backlog.com", "password": ""}, "password is empty; put an API key there"),
        ({"host": "example.backlog.com", "password": "a\nb"}, "password holds characters that no API key has"),
        (
            {"host": "https://example.backlog.com", "extra": '{"verify": false}'},
            "verify=false would send the key to whoever answers; give the CA bundle",
        ),
    ],
)
def test_connection_that_cannot_work_is_named(connect: Any, connection: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        connect(**connection).get_conn()


def test_verification_may_be_off_on_this_machine_only(connect: Any) -> None:
    assert connect(host="https://localhost:1", extra='{"verify": false}').get_conn().verify is False
    assert connect(host="https://127.0.0.1:1", extra='{"ca_bundle": "/ca.pem"}').get_conn().verify == "/ca.pem"
    assert connect(host="https://example.backlog.com").get_conn().verify is True


def test_nothing_of_the_extra_becomes_a_header(connect: Any) -> None:
    session = connect(host="https://example.backlog.com", extra='{"ca_bundle": "", "x": "y"}').get_conn()
    assert not {"ca_bundle", "x"} & {name.lower() for name in session.headers}


def test_http_hooks_own_run_carries_the_key_too(connect: Any, space: Emulator) -> None:
    hook = connect(host=space.url, password=space.api_key)
    assert hook.run("/api/v2/users/myself").json()["id"] == space.space.owner.id


def test_redirect_is_not_followed_even_by_the_http_hooks_own_run(connect: Any, space: Emulator) -> None:
    space.faults.replace([{"kind": "redirect", "location": f"{space.url}/api/v2/users/myself"}])
    hook = connect(host=space.url, password=space.api_key)
    with pytest.raises(Exception, match="redirects") as caught:
        hook.run("/api/v2/users/myself")
    assert space.api_key not in str(caught.value)
    assert len(space.requests.listed()) <= 1


def test_redirect_is_told_with_where_it_points(connect: Any, space: Emulator) -> None:
    space.faults.replace([{"kind": "redirect", "location": "http://127.0.0.1:9/elsewhere"}])
    hook = connect(host=space.url, password=space.api_key)
    with pytest.raises(
        InvalidRequestError, match="points to http://127.0.0.1:9/elsewhere: put the space's own address"
    ):
        hook.get("/users")
    assert hook.client.requests == 1
    hook.close()


def test_key_is_in_no_log_line_and_no_exception(
    connect: Any, space: Emulator, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backlog_provider.api.client.GROWING_WAIT", lambda _: 0)
    caplog.set_level(logging.DEBUG)
    hook = connect(host=space.url, password=space.api_key)
    for fault in ("reset", "cut", "html", "empty", "not_list", "redirect", "status"):
        space.faults.replace([{"kind": fault, "times": 99}])
        with pytest.raises(Exception, match=".") as caught:
            hook.client.get_list("/users")
        assert space.api_key not in repr(caught.value)
    hook.close()
    assert caplog.text
    assert space.api_key not in caplog.text

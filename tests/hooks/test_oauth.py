"""OAuth 2.0: one authorization for all tasks, and nobody locked out, whatever Backlog does with refresh tokens."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from airflow import settings
from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService
from airflow.models.base import Base
from airflow.providers.common.compat.sdk import redact

from backlog_provider import exceptions
from backlog_provider.api import token_refresh
from backlog_provider.api.oauth import App, refresh_tokens
from backlog_provider.hooks.backlog import BacklogHook
from backlog_provider.hooks.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from backlog_emulator.emulator import Emulator

    MakeHook = Callable[..., AbstractContextManager[BacklogHook]]
    Told = Callable[..., dict[str, Any]]

pytestmark = pytest.mark.usefixtures("variables", "quick")
TOKEN = "/api/v2/oauth2/token"
VARIABLES = [Base.metadata.tables["variable"]]
AGAIN = ["never", "briefly", "always"]


def token_requests(space: Emulator) -> int:
    return sum(entry["path"] == TOKEN for entry in space.requests.listed())


def secrets_of(space: Emulator) -> set[str]:
    oauth = space.oauth
    return {oauth.client_secret, *oauth.refresh_tokens, *oauth.access_tokens}


def test_access_token_is_got_at_the_first_need_and_travels_in_its_header_alone(hook: MakeHook, space: Emulator) -> None:
    seen: list[Any] = []
    space.space.before_request = seen.append
    with hook() as made:
        assert seen == []
        made.get("/users")
        made.get("/projects")
    assert [request.url.path for request in seen] == [TOKEN, "/api/v2/users", "/api/v2/projects"]
    [token] = space.oauth.access_tokens
    for request in seen[1:]:
        assert request.headers["authorization"] == f"Bearer {token}"
        others = [value for name, value in request.headers.items() if name != "authorization"]
        assert not any(secret in text for secret in secrets_of(space) for text in [str(request.url), *others])
    assert not any(secret in str(seen[0].url) for secret in secrets_of(space))


def test_connection_is_tested_as_that_of_a_key_is(hook: MakeHook, space: Emulator) -> None:
    with hook() as made:
        assert made.test_connection() == (True, f"Connected to {space.url}/api/v2 as {space.space.owner.name}")
        # HttpHook's own way of asking is signed, too.
        assert made.run("/api/v2/users/myself").json()["id"] == space.space.owner.id


@pytest.mark.parametrize("again", AGAIN)
def test_all_tasks_of_an_hour_and_the_forms_test_button_share_one_token(
    hook: MakeHook, space: Emulator, again: str
) -> None:
    space.space.switch(refresh_again=again)
    # The Test button gives the connection an id made up for the occasion.
    for conn_id in ("backlog_default", "backlog_default", "zufvqrtk"):
        with hook(conn_id) as made:
            assert made.test_connection()[0]
    assert token_requests(space) == 1


@pytest.mark.parametrize("again", AGAIN)
def test_access_token_is_refreshed_before_it_ends(hook: MakeHook, space: Emulator, again: str) -> None:
    space.space.switch(refresh_again=again, access_token_seconds=1)
    with hook() as made:
        made.get("/users/myself")
        time.sleep(0.95)
        made.get("/users/myself")
    assert token_requests(space) == 2
    assert {entry["status"] for entry in space.requests.listed()} == {200}


@pytest.mark.parametrize("again", AGAIN)
def test_token_that_is_refused_is_refreshed_once_and_the_request_repeated(
    hook: MakeHook, space: Emulator, again: str
) -> None:
    space.space.switch(refresh_again=again)
    with hook() as made:
        made.get("/users/myself")
        space.oauth.access_tokens.clear()
        assert len(made.client.get_list("/users")) == 12
    assert [entry["status"] for entry in space.requests.listed()] == [200, 200, 401, 200, 200]


@pytest.mark.parametrize("ends", ["in time", "unexpectedly"])
def test_token_that_ends_between_two_pages_is_refreshed_once(hook: MakeHook, space: Emulator, ends: str) -> None:
    """Also where the next page is on its way already, or what signs it has to ask for a token first."""
    space.space.switch(access_token_seconds=1 if ends == "in time" else 3600)
    order: list[tuple[str, str | int]] = [("sort", "created"), ("order", "asc"), ("count", 100)]
    first, second, third = ([*order, ("offset", offset)] for offset in (0, 100, 200))
    with hook() as made:
        made.get("/users/myself")
        space.space.switch(access_token_seconds=3600)
        made.client.get_list("/issues", first, second)
        if ends == "in time":
            time.sleep(0.95)
        else:
            space.oauth.access_tokens.clear()
        made.client.get_list("/issues", second, third)
        assert len(made.client.get_list("/issues", third)) == 50
        assert made.client.requests == 4
    statuses = [entry["status"] for entry in space.requests.listed()]
    assert token_requests(space) == 2
    assert statuses.count(200) == 6
    assert len(statuses) == (6 if ends == "in time" else 7)


def test_signing_many_requests_leaves_nothing_behind(hook: MakeHook, space: Emulator) -> None:
    with hook() as made:
        for _ in range(5):
            made.get("/users")
        _, prepared = made.client._prepared or (None, None)
        assert prepared is not None
        assert prepared.hooks == {"response": []}
        assert "Authorization" not in prepared.headers


def test_token_that_another_task_has_refreshed_meanwhile_is_taken(hook: MakeHook, space: Emulator) -> None:
    with hook() as first, hook() as second:
        first.get("/users/myself")
        second.get("/users/myself")
        space.oauth.access_tokens.clear()
        first.get("/users/myself")
        second.get("/users/myself")
    assert token_requests(space) == 2


def test_token_that_is_refused_again_and_again_ends_the_task_in_one_line(
    hook: MakeHook, space: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space.oauth, "user_of", lambda *_: None)
    with hook() as made, pytest.raises(exceptions.AuthenticationError) as caught:
        made.get("/users/myself")
    assert str(caught.value) == (
        "GET /users/myself: Backlog refused (401): The access token expired; "
        "authorize the app again, and put the new refresh token into the connection"
    )
    assert token_requests(space) == 2


def test_refusal_of_a_right_is_no_reason_to_refresh(hook: MakeHook, space: Emulator) -> None:
    space.space.switch(status_unauthorized=401)
    space.oauth.refresh_tokens[next(iter(space.oauth.refresh_tokens))].user = space.keys[space.member_key]
    with hook() as made, pytest.raises(exceptions.BacklogError, match="code 5"):
        made.get("/users")
    assert token_requests(space) == 1


def four_at_once(hook: MakeHook) -> list[Any]:
    """Whom four tasks sign in as that start in the same moment."""
    together = threading.Barrier(4)

    def task(_: int) -> Any:
        with hook() as made:
            together.wait()
            return made.get("/users/myself")["id"]

    with ThreadPoolExecutor(4) as tasks:
        return list(tasks.map(task, range(4)))


@pytest.mark.parametrize("again", AGAIN)
def test_tasks_that_refresh_at_once_take_turns(
    hook: MakeHook, space: Emulator, again: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_refresh, "SETTLE_SECONDS", 0.5)
    space.space.switch(refresh_again=again, latency_ms=100)
    assert set(four_at_once(hook)) == {space.space.owner.id}
    assert token_requests(space) == 1


@pytest.mark.parametrize("again", AGAIN)
def test_tasks_that_get_through_at_once_all_the_same_lock_nobody_out(
    hook: MakeHook, space: Emulator, again: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if what one task writes took longer to arrive than the others wait for it.
    monkeypatch.setattr(token_refresh.SharedTokens, "_has_turn", lambda *_: True)
    monkeypatch.setattr(token_refresh, "REREAD_DELAYS", (0.0, 0.5, 1.0, 2.0))
    space.space.switch(refresh_again=again, latency_ms=100)
    assert set(four_at_once(hook)) == {space.space.owner.id}
    assert token_requests(space) > 1
    space.oauth.access_tokens.clear()
    # What is kept is good for the next hour as well.
    assert task_alone(hook) == space.space.owner.id


def task_alone(hook: MakeHook) -> Any:
    with hook() as made:
        return made.get("/users/myself")["id"]


def test_turn_of_a_task_that_was_killed_passes_to_the_next(
    hook: MakeHook, space: Emulator, authorized: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_refresh, "TURN_TIMEOUT", 0.3)
    digest = App(**authorized).digest(space.url)
    Variables().write(f"backlog_oauth_turn_{digest}", "of one who is dead", "")
    started = time.monotonic()
    assert task_alone(hook) == space.space.owner.id
    assert time.monotonic() - started > 0.3


def test_what_another_task_gets_for_the_same_token_is_waited_for(
    hook: MakeHook, space: Emulator, authorized: dict[str, str]
) -> None:
    app = App(**authorized)
    tokens = refresh_tokens(app, app.refresh_token, space.url)
    name = f"backlog_oauth_token_{app.digest(space.url)}"
    late = threading.Timer(0.2, lambda: Variables().write(name, tokens.as_text(), ""))
    late.start()
    assert task_alone(hook) == space.space.owner.id
    late.join()
    assert list(space.oauth.access_tokens) == [tokens.access_token]


def test_new_refresh_token_in_the_connection_begins_anew(hook: MakeHook, space: Emulator) -> None:
    assert task_alone(hook) == space.space.owner.id
    member = space.keys[space.member_key]
    with hook(**space.oauth.authorize(member)) as made:
        assert made.get("/users/myself")["id"] == member.id


def test_tokens_are_kept_encrypted_under_a_name_that_airflow_masks(
    hook: MakeHook, space: Emulator, variables: Told
) -> None:
    assert task_alone(hook) == space.space.owner.id
    kept = {name: text for name, text in variables().items() if name.startswith("backlog_oauth_token_")}
    [(name, text)] = kept.items()
    assert json.loads(text)["access_token"] in space.oauth.access_tokens
    assert not any(secret in stored for secret in secrets_of(space) for stored in variables(raw=True).values())
    assert redact(text, name) == "***"
    assert {redact(secret) for secret in secrets_of(space)} == {"***"}


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", '{"access_token": 1, "refresh_token": 1, "ends": "x"}', "half"]
)
def test_variable_that_somebody_has_edited_counts_for_nothing(
    hook: MakeHook, space: Emulator, authorized: dict[str, str], text: str
) -> None:
    Variables().write(f"backlog_oauth_token_{App(**authorized).digest(space.url)}", text, "")
    assert task_alone(hook) == space.space.owner.id


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"client_id": ""}, "connection 'backlog_default': client_id is empty; OAuth 2.0 takes all of client_id,"),
        ({"client_secret": "", "refresh_token": None}, "client_secret and refresh_token are empty; OAuth 2.0"),
        ({"refresh_token": "a\nb"}, "refresh_token holds characters that none has; copy it anew"),
    ],
)
def test_app_that_cannot_work_is_named(hook: MakeHook, extra: dict[str, Any], message: str) -> None:
    with hook(**extra) as made, pytest.raises(exceptions.ConfigurationError, match=re.escape(message)):
        made.get_conn()


def test_connection_has_a_key_or_an_app_and_not_both(
    space: Emulator, authorized: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = {"conn_type": "backlog", "host": space.url, "password": space.api_key, "extra": authorized}
    monkeypatch.setenv("AIRFLOW_CONN_BACKLOG_DEFAULT", json.dumps(connection))
    with pytest.raises(exceptions.ConfigurationError, match="has both an API key and an OAuth app; leave one of them"):
        BacklogHook().get_conn()


@pytest.mark.parametrize(
    ("extra", "error", "message"),
    [
        (
            {"refresh_token": "of-yesterday"},
            exceptions.GrantError,
            "(STATUS, invalid_grant): The refresh token is invalid; authorize the app again, and put the new",
        ),
        (
            {"client_secret": "wrong-secret"},
            exceptions.AuthenticationError,
            "(STATUS, invalid_client): The client is not known, or its secret is wrong; put the app's client_id and",
        ),
    ],
)
@pytest.mark.parametrize("status", [400, 401, 500])
def test_refusal_of_the_token_endpoint_says_what_to_do_whatever_its_status(
    hook: MakeHook, space: Emulator, extra: dict[str, str], error: type[Exception], message: str, status: int
) -> None:
    space.space.switch(status_token_refused=status)
    told = re.escape(f"POST /oauth2/token: Backlog refused {message.replace('STATUS', str(status))}")
    with hook(**extra) as made, pytest.raises(error, match=told) as caught:
        made.get("/users/myself")
    assert not any(secret in str(caught.value) for secret in [*extra.values(), *secrets_of(space)])
    assert token_requests(space) == 1


@pytest.mark.parametrize(
    ("kind", "again"),
    # What is lost on its way back has used the token up, unless it may be used again for a while.
    [("reset", "never"), ("html", "never"), *((kind, "briefly") for kind in ("status", "storm", "empty", "cut"))],
)
def test_passing_fault_of_the_token_endpoint_costs_a_request_and_nothing_else(
    hook: MakeHook, space: Emulator, kind: str, again: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backlog_provider.api.rate_limit.DEFAULT_WAIT", 0.01)
    space.space.switch(refresh_again=again)
    space.faults.replace([{"kind": kind, "match": TOKEN, "times": 2}])
    assert task_alone(hook) == space.space.owner.id
    assert token_requests(space) == 3


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        ({"kind": "status"}, exceptions.ServerError, "POST /oauth2/token: Backlog refused (503); it may pass; try"),
        ({"kind": "reset"}, exceptions.TransportError, "POST /oauth2/token: no whole answer from http://127.0.0.1"),
        ({"kind": "html"}, exceptions.ResponseError, "POST /oauth2/token: Backlog answered 200 without a token in it"),
        ({"kind": "json", "body": {"access_token": "a\nb"}}, exceptions.ResponseError, "without a token in it"),
        (
            {"kind": "redirect", "location": "http://127.0.0.1:9/elsewhere"},
            exceptions.InvalidRequestError,
            "it points to http://127.0.0.1:9/elsewhere: put the space's own address into the connection's host",
        ),
        # The new token is lost with the answer, and the old one is used up.
        ({"kind": "reset_midway", "times": 1}, exceptions.GrantError, "authorize the app again"),
        (
            {"kind": "json", "status": 400, "body": {"error": "odd", "error_description": "SECRET is odd"}},
            exceptions.InvalidRequestError,
            "(400, another error): *** is odd; check that the connection's host is a Backlog space",
        ),
    ],
)
def test_fault_of_the_token_endpoint_that_stays_is_named_without_a_secret(
    hook: MakeHook, space: Emulator, fault: Any, error: type[Exception], message: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = json.loads(json.dumps(fault).replace("SECRET", space.oauth.client_secret))
    space.faults.replace([{"times": 99, **said, "match": TOKEN}])
    with hook() as made, pytest.raises(error, match=re.escape(message)) as caught:
        made.get("/users/myself")
    assert "\n" not in str(caught.value)
    assert not any(secret in repr(caught.value) or secret in caplog.text for secret in secrets_of(space))
    assert caplog.text


def test_refresh_token_is_not_used_where_the_next_one_cannot_be_kept(hook: MakeHook, space: Emulator) -> None:
    Base.metadata.drop_all(settings.engine, tables=VARIABLES)
    with hook() as made, pytest.raises(exceptions.TokenStoreError, match="could not be kept in Airflow's Variable"):
        made.get("/users/myself")
    assert token_requests(space) == 0


def test_tokens_are_not_lost_by_a_database_that_is_away_for_a_moment(
    hook: MakeHook, space: Emulator, variables: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(request: Any) -> None:
        if request.url.path == TOKEN:
            Base.metadata.drop_all(settings.engine, tables=VARIABLES)

    def back(_: Any) -> float:
        Base.metadata.create_all(settings.engine, tables=VARIABLES)
        return 0.0

    space.space.before_request = away
    monkeypatch.setattr("backlog_provider.api.client.GROWING_WAIT", back)
    assert task_alone(hook) == space.space.owner.id
    assert token_requests(space) == 1
    [text] = [text for name, text in variables().items() if name.startswith("backlog_oauth_token_")]
    assert json.loads(text)["refresh_token"] in space.oauth.refresh_tokens


def test_form_has_fields_for_the_app_and_hides_its_secrets() -> None:
    [form] = [each for each in HookMetaService.hook_meta_data() if each.connection_type == "backlog"]
    assert form.extra_fields
    formats = {name: field["schema"].get("format") for name, field in form.extra_fields.items()}
    assert formats == {
        **dict.fromkeys(("client_secret", "refresh_token", "pii_secret"), "password"),
        **dict.fromkeys(("client_id", "ca_bundle")),
    }
    usual: Any = form.standard_fields
    assert (usual.password.title, usual.login.hidden) == ("API key", True)

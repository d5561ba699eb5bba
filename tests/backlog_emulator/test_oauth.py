"""OAuth 2.0: the token endpoint, and what an access token opens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import requests

from backlog_emulator.server import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_emulator.emulator import Emulator


@pytest.fixture
def served() -> Iterator[Emulator]:
    with running(issues=5) as emulator:
        yield emulator


def asked(emulator: Emulator, **form: str) -> requests.Response:
    return requests.post(f"{emulator.url}/api/v2/oauth2/token", data=form, timeout=10)


def authorized(emulator: Emulator, **given: str) -> dict[str, str]:
    answer: dict[str, str] = requests.post(f"{emulator.url}/control/authorize", json=given, timeout=10).json()
    return answer


def refreshed(emulator: Emulator, app: dict[str, str]) -> requests.Response:
    return asked(emulator, grant_type="refresh_token", **app)


def myself(emulator: Emulator, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{emulator.url}/api/v2/users/myself", headers=headers, timeout=10)


def test_an_access_token_opens_what_its_users_key_does(served: Emulator) -> None:
    for key in (served.api_key, served.member_key):
        tokens = refreshed(served, authorized(served, key=key)).json()
        assert {name: tokens[name] for name in ("token_type", "expires_in")} == {
            "token_type": "Bearer",
            "expires_in": 3600,
        }
        assert myself(served, tokens["access_token"]).json()["id"] == served.keys[key].id


@pytest.mark.parametrize(("life", "description"), [(3600, "is invalid"), (0, "expired")])
def test_a_token_that_is_not_good_is_401_without_a_body_and_says_why_in_a_header(
    served: Emulator, life: int, description: str
) -> None:
    served.space.switch(access_token_seconds=life)
    token = refreshed(served, authorized(served)).json()["access_token"]
    answer = myself(served, token if life == 0 else "another")
    assert (answer.status_code, answer.content) == (401, b"")
    assert (
        f'error="invalid_token", error_description="The access token {description}"'
        in answer.headers["WWW-Authenticate"]
    )


@pytest.mark.parametrize(
    ("again", "grace", "works", "rotates"),
    [("never", 30, False, True), ("briefly", 30, True, True), ("briefly", 0, False, True), ("always", 0, True, False)],
)
def test_whether_a_refresh_token_may_be_used_again_is_a_switch(
    served: Emulator, again: str, grace: int, works: bool, rotates: bool
) -> None:
    served.space.switch(refresh_again=again, refresh_grace_seconds=grace)
    app = authorized(served)
    first, second = refreshed(served, app), refreshed(served, app)
    assert (first.json()["refresh_token"] != app["refresh_token"]) is rotates
    assert (first.ok, second.ok) == (True, works)
    assert refreshed(served, {**app, "refresh_token": first.json()["refresh_token"]}).ok


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"refresh_token": "another"}, "invalid_grant"),
        ({"client_secret": "another"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
@pytest.mark.parametrize("status", [400, 401])
def test_a_refusal_has_an_error_of_oauth_and_a_status_that_is_a_switch(
    served: Emulator, changes: dict[str, str], error: str, status: int
) -> None:
    served.space.switch(status_token_refused=status)
    answer = asked(served, **{"grant_type": "refresh_token", **authorized(served), **changes})
    assert (answer.status_code, list(answer.json()), answer.json()["error"]) == (
        status,
        ["error", "error_description"],
        error,
    )


def test_a_browser_is_sent_back_with_a_code_that_gives_tokens_once(served: Emulator) -> None:
    app, there = served.oauth, "http://127.0.0.1:9/callback"
    params: dict[str, Any] = {"response_type": "code", "client_id": app.client_id, "redirect_uri": there, "state": "s"}
    page = f"{served.url}/OAuth2AccessRequest.action"
    sent = requests.get(page, params=params, allow_redirects=False, timeout=10)
    found = re.fullmatch(rf"{there}\?code=(\w+)&state=s", sent.headers["Location"])
    assert (sent.status_code, bool(found)) == (302, True)
    assert found
    form = {"grant_type": "authorization_code", "code": found[1], "redirect_uri": there}
    form |= {"client_id": app.client_id, "client_secret": app.client_secret}
    assert myself(served, asked(served, **form).json()["access_token"]).ok
    assert asked(served, **form).json()["error"] == "invalid_grant"
    assert requests.get(page, params={**params, "client_id": "x"}, allow_redirects=False, timeout=10).status_code == 400


def test_tokens_are_in_no_request_that_is_written_down(served: Emulator) -> None:
    app = authorized(served)
    token = refreshed(served, app).json()["access_token"]
    myself(served, token)
    log = requests.get(f"{served.url}/control/requests", timeout=10).text
    assert "/oauth2/token" in log
    assert not any(secret in log for secret in (token, app["client_secret"], app["refresh_token"]))

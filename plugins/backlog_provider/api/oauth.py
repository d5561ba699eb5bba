"""OAuth 2.0 as Backlog has it: a refresh token becomes an access token, which signs requests for an hour.

Source: https://developer.nulab.com/docs/backlog/auth/. Whether a refresh token may be used twice is not documented;
each answer brings one, and the latest is the one to use. Knows nothing of Airflow.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from requests.auth import AuthBase

from backlog_provider.api import response_limits
from backlog_provider.api import session as api_session
from backlog_provider.api.errors import error_from_token_response, is_token_refused
from backlog_provider.api.transport import CHECK_HOST, send_once
from backlog_provider.exceptions import ConfigurationError, ResponseError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests

# The fields of a connection, in its extra.
FIELDS = ("client_id", "client_secret", "refresh_token")
SECRETS = frozenset({"client_secret", "refresh_token", "code"})
PATH = "/oauth2/token"
# Seconds to connect, seconds between two bytes: who waits for this answer keeps others waiting.
TIMEOUT = (10.0, 20.0)
# Seconds that an access token lives where the answer does not say; as documented.
DEFAULT_LIFETIME = 3600
# An access token counts as ended so many seconds before it does, or a tenth of its life where that is less.
EXPIRY_MARGIN = 300


@dataclass(frozen=True)
class App:
    """What a connection says of an authorized app: its id, its secret, and the refresh token that it was given."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)

    def digest(self, base_url: str) -> str:
        """Return what tells this authorization from others: a name for what comes of it."""
        what = json.dumps([base_url, self.client_id, self.refresh_token])
        return hashlib.sha256(what.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Tokens:
    """What an authorization has come to.

    :param refresh_token: the one to use next.
    :param ends: when the access token counts as ended, in epoch seconds.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    ends: float

    @classmethod
    def from_text(cls, text: str | None) -> Tokens | None:
        """Return what ``as_text`` has written; None where it is nothing of the kind."""
        try:
            found = orjson.loads(text or "")
            return cls(str(found["access_token"]), str(found["refresh_token"]), float(found["ends"]))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return None

    def as_text(self) -> str:
        """Return them as JSON."""
        return json.dumps(asdict(self))


def app_of(extra: Mapping[str, Any], *, named: str) -> App | None:
    """Return the app that a connection's extra names; None where it names none.

    :param named: the connection, for the error.
    :raises ConfigurationError: where a part of it is missing, or cannot be.
    """
    values = {name: str(extra.get(name) or "").strip() for name in FIELDS}
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(FIELDS):
        return None
    if missing:
        raise ConfigurationError(
            f"{named}: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} empty; "
            f"OAuth 2.0 takes all of {', '.join(FIELDS)}"
        )
    for name, value in values.items():
        if not (value.isascii() and value.isprintable()):
            raise ConfigurationError(f"{named}: {name} holds characters that none has; copy it anew")
    return App(**values)


def refresh_tokens(app: App, refresh_token: str, base_url: str, *, verify: bool | str = True) -> Tokens:
    """Exchange a refresh token for new tokens, in one request to the space.

    :raises BacklogError: as the token endpoint refuses it, or does not answer; the text holds no secret.
    """
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return exchange_code(app.client_id, app.client_secret, form, base_url, verify=verify)


def exchange_code(
    client_id: str, client_secret: str, form: Mapping[str, str], base_url: str, *, verify: bool | str = True
) -> Tokens:
    """Ask the token endpoint for tokens.

    :param form: grant_type, and what this grant takes.
    :raises BacklogError: as it refuses, or does not answer; the text holds no secret.
    """
    data = {**form, "client_id": client_id, "client_secret": client_secret}
    started = time.time()
    with api_session.open_session(None, verify=verify) as session:
        response = send_once(session, "POST", base_url, PATH, timeout=TIMEOUT, data=data)
    if response.status_code not in (200, 201):
        sent = [value for name, value in data.items() if name in SECRETS]
        raise error_from_token_response(PATH, response, secrets=sent)
    return _tokens_in(response, started, kept=form.get("refresh_token", ""))


def _tokens_in(response: requests.Response, started: float, *, kept: str) -> Tokens:
    try:
        answer = orjson.loads(response.content)
        access, refresh = answer["access_token"], answer.get("refresh_token") or kept
        life = float(answer.get("expires_in") or DEFAULT_LIFETIME)
        right = all(isinstance(token, str) and token.isascii() and token.isprintable() for token in (access, refresh))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        right = False
    if not (right and access and refresh):
        raise ResponseError(f"POST {PATH}: Backlog answered {response.status_code} without a token in it; {CHECK_HOST}")
    return Tokens(access, refresh, started + life - min(EXPIRY_MARGIN, life / 10))


class BearerAuth(AuthBase):
    """Signs requests with an access token, and once more with another where Backlog no longer takes the first.

    :param access_token: returns a token; called with the one that was refused, returns another.
    """

    def __init__(self, access_token: Callable[[str | None], str]) -> None:
        self._access_token = access_token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request."""
        _sign(request, self._access_token(None))
        request.hooks["response"].append(self._answered)
        return request

    def _answered(self, response: requests.Response, **options: Any) -> requests.Response:
        # A 401 of another kind says nothing of the token: a missing right, or a gateway's own.
        response_limits.read_body(response)
        if not is_token_refused(response):
            return response
        refused = str(response.request.headers["Authorization"]).removeprefix("Bearer ")
        request = response.request.copy()
        _sign(request, self._access_token(refused))
        again: requests.Response = response.connection.send(request, **options)
        again.request = request
        return again


def _sign(request: requests.PreparedRequest, token: str) -> None:
    request.headers["Authorization"] = f"Bearer {token}"

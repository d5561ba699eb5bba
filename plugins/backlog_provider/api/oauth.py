"""OAuth 2.0 for Backlog: exchange a refresh token for an access token that is valid for an hour.

Source: https://developer.nulab.com/docs/backlog/auth/. It does not say whether a refresh token may be used twice. Each
response contains a new one, and the latest must be used. This module does not import Airflow.
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

# The OAuth fields in a connection's extra.
FIELDS = ("client_id", "client_secret", "refresh_token")
SECRETS = frozenset({"client_secret", "refresh_token", "code"})
PATH = "/oauth2/token"
# Timeouts in seconds: to connect, and between two bytes. They are short because other tasks wait for the new token.
TIMEOUT = (10.0, 20.0)
# The documented lifetime of an access token in seconds, for responses without ``expires_in``.
DEFAULT_LIFETIME = 3600
# Seconds before its expiry when an access token counts as expired; at most a tenth of its lifetime.
EXPIRY_MARGIN = 300


@dataclass(frozen=True)
class App:
    """The OAuth app of a connection.

    :param client_id: the app's id.
    :param client_secret: the app's secret.
    :param refresh_token: the first refresh token, from the authorization of the app.
    """

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)

    def digest(self, base_url: str) -> str:
        """Return a digest of 16 hexadecimal digits that identifies this authorization.

        :param base_url: the address of the space.
        """
        identity = json.dumps([base_url, self.client_id, self.refresh_token])
        return hashlib.sha256(identity.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Tokens:
    """The current tokens of an authorization.

    :param access_token: the token that authenticates requests.
    :param refresh_token: the refresh token to use next.
    :param ends: the time from which the access token counts as expired, in epoch seconds.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    ends: float

    @classmethod
    def from_text(cls, text: str | None) -> Tokens | None:
        """Return the tokens from the JSON of ``as_text``; None if the text has another form.

        :param text: the JSON; None if nothing is stored.
        """
        try:
            found = orjson.loads(text or "")
            return cls(str(found["access_token"]), str(found["refresh_token"]), float(found["ends"]))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return None

    def as_text(self) -> str:
        """Return the tokens as JSON."""
        return json.dumps(asdict(self))


def app_of(extra: Mapping[str, Any], *, named: str) -> App | None:
    """Return the OAuth app in a connection's extra; None if all of its fields are empty.

    :param extra: the connection's extra.
    :param named: the name of the connection, for the error.
    :raises ConfigurationError: if a field is missing or has invalid characters.
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
    """Return new tokens for a refresh token, with one request and no retry.

    Source: https://developer.nulab.com/docs/backlog/auth/.

    :param app: the OAuth app.
    :param refresh_token: the latest refresh token.
    :param base_url: the address of the space.
    :param verify: whether to check the space's certificate, or the path of a CA bundle.
    :raises BacklogError: if the token endpoint refuses the request or does not answer. The message has no secrets.
    """
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return exchange_code(app.client_id, app.client_secret, form, base_url, verify=verify)


def exchange_code(
    client_id: str, client_secret: str, form: Mapping[str, str], base_url: str, *, verify: bool | str = True
) -> Tokens:
    """Return tokens from the token endpoint, with one request and no retry.

    Source: https://developer.nulab.com/docs/backlog/auth/.

    :param client_id: the app's id.
    :param client_secret: the app's secret.
    :param form: ``grant_type`` and the parameters of that grant.
    :param base_url: the address of the space.
    :param verify: whether to check the space's certificate, or the path of a CA bundle.
    :raises BacklogError: if the token endpoint refuses the request or does not answer. The message has no secrets.
    """
    data = {**form, "client_id": client_id, "client_secret": client_secret}
    started = time.time()
    with api_session.open_session(None, verify=verify) as session:
        response = send_once(session, "POST", base_url, PATH, timeout=TIMEOUT, data=data)
    if response.status_code not in (200, 201):
        secrets = [value for name, value in data.items() if name in SECRETS]
        raise error_from_token_response(PATH, response, secrets=secrets)
    return _tokens_from(response, started, default_refresh_token=form.get("refresh_token", ""))


def _tokens_from(response: requests.Response, started: float, *, default_refresh_token: str) -> Tokens:
    try:
        answer = orjson.loads(response.content)
        access, refresh = answer["access_token"], answer.get("refresh_token") or default_refresh_token
        lifetime = float(answer.get("expires_in") or DEFAULT_LIFETIME)
        is_valid = all(
            isinstance(token, str) and token.isascii() and token.isprintable() for token in (access, refresh)
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        is_valid = False
    if not (is_valid and access and refresh):
        raise ResponseError(f"POST {PATH}: Backlog answered {response.status_code} without a token in it; {CHECK_HOST}")
    return Tokens(access, refresh, started + lifetime - min(EXPIRY_MARGIN, lifetime / 10))


class BearerAuth(AuthBase):
    """Authenticates requests with an access token, and retries once with a new token if Backlog refuses the first.

    :param access_token: returns an access token. It is called with None, or with the refused token to get another one.
    """

    def __init__(self, access_token: Callable[[str | None], str]) -> None:
        self._access_token = access_token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return the request with the access token in its header."""
        _set_token(request, self._access_token(None))
        request.hooks["response"].append(self._retry_with_new_token)
        return request

    def _retry_with_new_token(self, response: requests.Response, **options: Any) -> requests.Response:
        # Other 401 responses, for a missing right or from a gateway, do not need a new token.
        response_limits.read_body(response)
        if not is_token_refused(response):
            return response
        refused = str(response.request.headers["Authorization"]).removeprefix("Bearer ")
        request = response.request.copy()
        _set_token(request, self._access_token(refused))
        retried: requests.Response = response.connection.send(request, **options)
        retried.request = request
        return retried


def _set_token(request: requests.PreparedRequest, token: str) -> None:
    request.headers["Authorization"] = f"Bearer {token}"

"""OAuth 2.0: who authorized the app, the token endpoint, and whose an access token is.

Source: https://developer.nulab.com/docs/backlog/auth/. Its clock is the real one, as that of the rate limits:
tokens end while the space stands still.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.responses import Response

from backlog_emulator.broken import JSON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backlog_emulator.records import User
    from backlog_emulator.switches import Switches


@dataclass
class _Code:
    user: User
    redirect_uri: str


@dataclass
class _Refresh:
    user: User
    # The moment of its first use, in epoch seconds.
    used: float | None = None


@dataclass
class _Access:
    user: User
    ends: float


@dataclass
class OAuth:
    """One registered app, and all that was given to it."""

    switches: Switches
    client_id: str = field(default_factory=lambda: secrets.token_hex(16))
    client_secret: str = field(default_factory=lambda: secrets.token_hex(32))
    codes: dict[str, _Code] = field(default_factory=dict)
    refresh_tokens: dict[str, _Refresh] = field(default_factory=dict)
    access_tokens: dict[str, _Access] = field(default_factory=dict)

    def authorize(self, user: User) -> dict[str, str]:
        """What the app gets when a user has authorized it: the three fields of a connection."""
        token = self._refresh_token(user)
        return {"client_id": self.client_id, "client_secret": self.client_secret, "refresh_token": token}

    def redirect(self, user: User, given: Mapping[str, str]) -> str | None:
        """Where the browser of a user who consents is sent, with a code; None where the request is no request."""
        uri = given.get("redirect_uri")
        if given.get("response_type") != "code" or given.get("client_id") != self.client_id or not uri:
            return None
        code = secrets.token_hex(16)
        self.codes[code] = _Code(user, uri)
        state = {"state": given["state"]} if "state" in given else {}
        return f"{uri}?{urlencode({'code': code, **state})}"

    def user_of(self, token: str, now: float) -> User | None:
        """Whose an access token is; None when it has ended or never was."""
        access = self.access_tokens.get(token)
        return access.user if access and now < access.ends else None

    def refusal(self, token: str) -> Response:
        """The answer to an access token that is not good: it says why in a header."""
        why = "expired" if token in self.access_tokens else "is invalid"
        words = f'Bearer error="invalid_token", error_description="The access token {why}"'
        return Response(status_code=401, headers={"WWW-Authenticate": words})

    def token(self, body: bytes, now: float) -> Response:
        """The answer of the token endpoint to a form."""
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return self._refused("invalid_client", "The client is not known, or its secret is wrong")
        kind = form.get("grant_type")
        if kind == "refresh_token":
            return self._of_refresh_token(form.get("refresh_token", ""), now)
        if kind == "authorization_code":
            return self._of_code(form, now)
        return self._refused("unsupported_grant_type", "Only authorization_code and refresh_token")

    def _of_refresh_token(self, token: str, now: float) -> Response:
        refresh = self.refresh_tokens.get(token)
        if refresh is None or self._is_used_up(refresh, now):
            return self._refused("invalid_grant", "The refresh token is invalid")
        if refresh.used is None:
            refresh.used = now
        rotates = self.switches.refresh_again != "always"
        return self._granted(refresh.user, self._refresh_token(refresh.user) if rotates else token, now)

    def _of_code(self, form: dict[str, str], now: float) -> Response:
        code = self.codes.pop(form.get("code", ""), None)
        if code is None or code.redirect_uri != form.get("redirect_uri"):
            return self._refused("invalid_grant", "The code is invalid")
        return self._granted(code.user, self._refresh_token(code.user), now)

    def _is_used_up(self, refresh: _Refresh, now: float) -> bool:
        if refresh.used is None or self.switches.refresh_again == "always":
            return False
        grace = self.switches.refresh_grace_seconds if self.switches.refresh_again == "briefly" else 0
        return now >= refresh.used + grace

    def _granted(self, user: User, refresh_token: str, now: float) -> Response:
        access, life = secrets.token_hex(32), self.switches.access_token_seconds
        self.access_tokens[access] = _Access(user, now + life)
        body = {"access_token": access, "token_type": "Bearer", "expires_in": life, "refresh_token": refresh_token}
        return Response(orjson.dumps(body), media_type=JSON)

    def _refresh_token(self, user: User) -> str:
        token = secrets.token_hex(32)
        self.refresh_tokens[token] = _Refresh(user)
        return token

    def _refused(self, error: str, description: str) -> Response:
        body: dict[str, Any] = {"error": error, "error_description": description}
        return Response(orjson.dumps(body), status_code=self.switches.status_token_refused, media_type=JSON)

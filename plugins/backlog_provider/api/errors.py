"""Backlog's error answers as exceptions that say what to do.

The body is ``{"errors": [{"message", "code", "moreInfo"}]}`` (https://developer.nulab.com/docs/backlog/error-response/).
Only the code says what Backlog decided: most codes have no documented HTTP status, and a proxy or gateway on the way
sends the same statuses. An error without a known code is therefore retried, and never read as "not found" or "denied".
"""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import orjson

from backlog_provider.exceptions import (
    AccessDeniedError,
    ApiError,
    AuthenticationError,
    GrantError,
    InvalidRequestError,
    NotFoundError,
    RateLimitError,
    ServerError,
    UnknownError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    import requests

# Backlog's code -> what it is, and what to do about it.
BY_CODE: dict[int, tuple[type[ApiError], str]] = {
    1: (ServerError, "it may pass; try again later"),
    2: (AccessDeniedError, "the space's plan does not include this"),
    3: (AccessDeniedError, "the space's licence has ended"),
    4: (AccessDeniedError, "the space may be restricted to certain IP addresses: allow this machine's"),
    5: (
        AccessDeniedError,
        "give the key's user the right, or the membership; or the feature is switched off",
    ),
    6: (NotFoundError, "it does not exist, or the key's user cannot see it"),
    7: (
        InvalidRequestError,
        "this is a fault of the provider or of the endpoint's definition: please report it",
    ),
    11: (AuthenticationError, "put a valid API key of this very space into the connection's password"),
    12: (AccessDeniedError, "the space demands two-factor authentication: set it up for the key's user"),
    13: (RateLimitError, "something else is using up the same user's limit"),
}
NO_CODE = (
    "the answer has no error code of Backlog's: a proxy or gateway may have answered in its place; "
    "if it stays so, check that the connection's host is a Backlog space"
)
AUTHORIZE = "authorize the app again, and put the new refresh token into the connection"
# OAuth 2.0's error -> what it is, and what to do about it (RFC 6749, 5.2); the HTTP status does not matter.
BY_OAUTH_ERROR: dict[str, tuple[type[ApiError], str]] = {
    "invalid_grant": (GrantError, AUTHORIZE),
    "invalid_client": (AuthenticationError, "put the app's client_id and client_secret into the connection"),
    "unauthorized_client": (AuthenticationError, "put the app's client_id and client_secret into the connection"),
    "server_error": BY_CODE[1],
    "temporarily_unavailable": BY_CODE[1],
}
REFUSED_FORM = InvalidRequestError, "check that the connection's host is a Backlog space"


def error_from_response(path: str, response: requests.Response) -> ApiError:
    """Return the exception for an answer that is not 200, from its headers and its body."""
    status = response.status_code
    code, message = first_error(response.content)
    kind, advice = BY_CODE.get(code or 0) or _without_code(status, response)
    if is_token_refused(response):
        kind, advice, message = AuthenticationError, AUTHORIZE, _token_error(response) or message
    said = f": {redact(message, response)}" if message else ""
    numbers = f"{status}, code {code}" if code else f"{status}"
    error = kind(f"GET {path}: Backlog refused ({numbers}){said}; {advice}", status=status, code=code)
    error.retry_after = retry_after(response)
    return error


def is_token_refused(response: requests.Response) -> bool:
    """Return whether Backlog refused the access token of a request.

    It says so in a header, in a body without a code (https://developer.nulab.com/docs/backlog/auth/), or by code 11.
    """
    if response.status_code != 401 or "Authorization" not in response.request.headers:
        return False
    code, _ = first_error(response.content)
    return code == 11 or (code is None and "invalid_token" in response.headers.get("WWW-Authenticate", ""))


def retry_after(response: requests.Response) -> float | None:
    """Return the seconds that ``Retry-After`` asks to wait (RFC 9110, 10.2.3); None where it says nothing."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


def error_from_token_response(path: str, response: requests.Response, secrets: Iterable[str]) -> ApiError:
    """Return the exception for an answer of the token endpoint that is no token.

    :param secrets: what was sent, which an answer may repeat and an exception may not.
    """
    status = response.status_code
    error, message = _oauth_error(response.content)
    known = BY_OAUTH_ERROR.get(error) or (REFUSED_FORM if error and 400 <= status < 429 else None)
    kind, advice = known or _without_code(status, response)
    said = f": {redact(message, response, secrets)}" if message else ""
    numbers = f"{status}, {error}" if error else f"{status}"
    return kind(f"POST {path}: Backlog refused ({numbers}){said}; {advice}", status=status)


def _oauth_error(body: bytes) -> tuple[str, str]:
    """Return error and description of the token endpoint's body; nothing where it is of another shape."""
    try:
        answer: Any = orjson.loads(body)
        error, description = answer["error"], answer.get("error_description")
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return "", ""
    return (error if error in BY_OAUTH_ERROR else "another error"), str(description or error)


def _token_error(response: requests.Response) -> str:
    """Return why an access token was refused, as the header says; empty where it does not."""
    found = re.search(r'error_description="([^"]*)"', response.headers.get("WWW-Authenticate", ""))
    return found[1] if found else ""


def first_error(body: bytes) -> tuple[int | None, str]:
    """Return code and message of an error body; nothing where it is not of the documented shape."""
    try:
        entry: Any = orjson.loads(body)["errors"][0]
        return int(entry["code"]), str(entry["message"])
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError, ValueError, OverflowError):
        return None, ""


def redact(text: str, response: requests.Response, secrets: Iterable[str] = ()) -> str:
    """Return what an answer says as one short line, without the key: whoever answers may repeat what it was sent.

    :param secrets: what else was sent and may not be told.
    """
    signed = [str(response.request.headers.get(name) or "").split() for name in ("Backlog-API-Key", "Authorization")]
    for secret in [*(words[-1] for words in signed if words), *filter(None, secrets)]:
        text = text.replace(secret, "***")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:300]


def _without_code(status: int, response: requests.Response) -> tuple[type[ApiError], str]:
    """Return the kind of an error that has no code of Backlog's, and the remedy."""
    if status == 429:
        return BY_CODE[13]
    if status >= 500:
        return BY_CODE[1]
    if 300 <= status < 400:
        where = redact(response.headers.get("Location", "elsewhere").split("?")[0], response)
        return (
            InvalidRequestError,
            f"it points to {where}: put the space's own address into the connection's host",
        )
    return UnknownError, NO_CODE

"""Backlog's error answers as exceptions that say what to do.

The body is ``{"errors": [{"message", "code", "moreInfo"}]}`` (https://developer.nulab.com/docs/backlog/error-response/).
The code decides where there is one; the HTTP statuses of most codes are not documented.
"""

from __future__ import annotations

import re
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
BY_STATUS: dict[int, tuple[type[ApiError], str]] = {
    401: BY_CODE[11],
    403: BY_CODE[5],
    404: BY_CODE[6],
    429: BY_CODE[13],
}
# The codes of a 401 that may be due to an access token; as documented, a bad one brings none.
OF_TOKEN = frozenset({None, 11})
AUTHORIZE = "authorize the app again, and put the new refresh token into the connection"
# OAuth 2.0's error -> what it is, and what to do about it (RFC 6749, 5.2); the HTTP status does not matter.
BY_OAUTH_ERROR: dict[str, tuple[type[ApiError], str]] = {
    "invalid_grant": (GrantError, AUTHORIZE),
    "invalid_client": (AuthenticationError, "put the app's client_id and client_secret into the connection"),
    "unauthorized_client": (AuthenticationError, "put the app's client_id and client_secret into the connection"),
    "server_error": BY_CODE[1],
    "temporarily_unavailable": BY_CODE[1],
}


def refusal(path: str, response: requests.Response) -> ApiError:
    """Return the exception for an answer that is not 200, from its headers and its body."""
    status = response.status_code
    code, message = first_error(response.content)
    by_code = BY_CODE.get(code or 0)
    # 403 has many reasons, which only the code tells apart.
    by_status = BY_STATUS.get(status) if status != 403 or by_code is None else None
    kind, advice = by_status or by_code or _by_range(status, response)
    if status == 401 and code in OF_TOKEN and "Authorization" in response.request.headers:
        message, advice = _of_token(response) or message, AUTHORIZE
    said = f": {told(message, response)}" if message else ""
    numbers = f"{status}, code {code}" if code else f"{status}"
    return kind(f"GET {path}: Backlog refused ({numbers}){said}; {advice}", status=status, code=code)


def token_refusal(path: str, response: requests.Response, secrets: Iterable[str]) -> ApiError:
    """Return the exception for an answer of the token endpoint that is no token.

    :param secrets: what was sent, which an answer may repeat and an exception may not.
    """
    status = response.status_code
    error, message = _oauth_error(response.content)
    usual = BY_OAUTH_ERROR.get(error) or (BY_CODE[13] if status == 429 else None)
    kind, advice = usual or _by_range(status, response)
    said = f": {told(message, response, secrets)}" if message else ""
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


def _of_token(response: requests.Response) -> str:
    """Return what a refused access token was refused for: it stands in a header, and in no body."""
    found = re.search(r'error_description="([^"]*)"', response.headers.get("WWW-Authenticate", ""))
    return found[1] if found else ""


def first_error(body: bytes) -> tuple[int | None, str]:
    """Return code and message of an error body; nothing where it is not of the documented shape."""
    try:
        entry: Any = orjson.loads(body)["errors"][0]
        return int(entry["code"]), str(entry["message"])
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError, ValueError, OverflowError):
        return None, ""


def told(text: str, response: requests.Response, secrets: Iterable[str] = ()) -> str:
    """Return what an answer says as one short line, without the key: whoever answers may repeat what it was sent.

    :param secrets: what else was sent and may not be told.
    """
    signed = [str(response.request.headers.get(name) or "").split() for name in ("Backlog-API-Key", "Authorization")]
    for secret in [*(words[-1] for words in signed if words), *filter(None, secrets)]:
        text = text.replace(secret, "***")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:300]


def _by_range(status: int, response: requests.Response) -> tuple[type[ApiError], str]:
    if status >= 500:
        return BY_CODE[1]
    if 300 <= status < 400:
        where = told(response.headers.get("Location", "elsewhere").split("?")[0], response)
        return (
            InvalidRequestError,
            f"it points to {where}: put the space's own address into the connection's host",
        )
    return InvalidRequestError, "check that the connection's host is a Backlog space"

"""Convert Backlog's error responses to exceptions with advice.

The body is ``{"errors": [{"message", "code", "moreInfo"}]}`` (https://developer.nulab.com/docs/backlog/error-response/).
Only the code is reliable: most codes have no documented HTTP status, and proxies and gateways send the same statuses.
An error without a known code is therefore retried, and never treated as "not found" or "denied".
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

# Backlog's error code -> exception class and advice.
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
REAUTHORIZE = "authorize the app again, and put the new refresh token into the connection"
# OAuth 2.0 error (RFC 6749, 5.2) -> exception class and advice. The HTTP status does not matter.
BY_OAUTH_ERROR: dict[str, tuple[type[ApiError], str]] = {
    "invalid_grant": (GrantError, REAUTHORIZE),
    "invalid_client": (AuthenticationError, "put the app's client_id and client_secret into the connection"),
    "unauthorized_client": (AuthenticationError, "put the app's client_id and client_secret into the connection"),
    "server_error": BY_CODE[1],
    "temporarily_unavailable": BY_CODE[1],
}
OTHER_OAUTH_ERROR = InvalidRequestError, "check that the connection's host is a Backlog space"


def error_from_response(path: str, response: requests.Response) -> ApiError:
    """Return the exception for a response with a status other than 200.

    Source: https://developer.nulab.com/docs/backlog/error-response/.

    :param path: the path of the request, for the message.
    :param response: the response, with its body.
    """
    status = response.status_code
    code, message = first_error(response.content)
    kind, advice = BY_CODE.get(code or 0) or _without_code(status, response)
    if is_token_refused(response):
        kind, advice, message = AuthenticationError, REAUTHORIZE, _token_error(response) or message
    detail = f": {redact(message, response)}" if message else ""
    numbers = f"{status}, code {code}" if code else f"{status}"
    error = kind(f"GET {path}: Backlog refused ({numbers}){detail}; {advice}", status=status, code=code)
    error.retry_after = retry_after(response)
    return error


def is_token_refused(response: requests.Response) -> bool:
    """Return whether Backlog refused the access token of a request.

    Backlog reports this in a header with a body without a code, or by code 11
    (https://developer.nulab.com/docs/backlog/auth/).

    :param response: the response, with its body.
    """
    if response.status_code != 401 or "Authorization" not in response.request.headers:
        return False
    code, _ = first_error(response.content)
    return code == 11 or (code is None and "invalid_token" in response.headers.get("WWW-Authenticate", ""))


def retry_after(response: requests.Response) -> float | None:
    """Return the seconds to wait from ``Retry-After`` (RFC 9110, 10.2.3); None if it is missing or invalid.

    :param response: the response.
    """
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


def error_from_token_response(path: str, response: requests.Response, secrets: Iterable[str]) -> ApiError:
    """Return the exception for an error response of the token endpoint.

    :param path: the path of the request, for the message.
    :param response: the response, with its body.
    :param secrets: the secrets in the request. The response may repeat them; the message must not.
    """
    status = response.status_code
    error, message = _oauth_error(response.content)
    class_and_advice = BY_OAUTH_ERROR.get(error) or (OTHER_OAUTH_ERROR if error and 400 <= status < 429 else None)
    kind, advice = class_and_advice or _without_code(status, response)
    detail = f": {redact(message, response, secrets)}" if message else ""
    numbers = f"{status}, {error}" if error else f"{status}"
    return kind(f"POST {path}: Backlog refused ({numbers}){detail}; {advice}", status=status)


def _oauth_error(body: bytes) -> tuple[str, str]:
    """Return the error and the description in a token endpoint's body; empty texts if it has another shape."""
    try:
        answer: Any = orjson.loads(body)
        error, description = answer["error"], answer.get("error_description")
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return "", ""
    return (error if error in BY_OAUTH_ERROR else "another error"), str(description or error)


def _token_error(response: requests.Response) -> str:
    """Return the reason for a refused access token from the header; empty if there is none."""
    found = re.search(r'error_description="([^"]*)"', response.headers.get("WWW-Authenticate", ""))
    return found[1] if found else ""


def first_error(body: bytes) -> tuple[int | None, str]:
    """Return the code and the message of an error body; None and an empty text if it has another shape.

    :param body: the body of the response.
    """
    try:
        entry: Any = orjson.loads(body)["errors"][0]
        return int(entry["code"]), str(entry["message"])
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError, ValueError, OverflowError):
        return None, ""


def redact(text: str, response: requests.Response, secrets: Iterable[str] = ()) -> str:
    """Return a text of a response as one line of at most 300 characters, with secrets replaced by ``***``.

    A server may repeat the API key or the token of the request.

    :param text: the text from the response.
    :param response: the response; the credentials come from its request.
    :param secrets: other secrets in the request.
    """
    credentials = [
        str(response.request.headers.get(name) or "").split() for name in ("Backlog-API-Key", "Authorization")
    ]
    for secret in [*(words[-1] for words in credentials if words), *filter(None, secrets)]:
        text = text.replace(secret, "***")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:300]


def _without_code(status: int, response: requests.Response) -> tuple[type[ApiError], str]:
    """Return the exception class and the advice for an error without a Backlog code."""
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

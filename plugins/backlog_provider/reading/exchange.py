"""One request to a space and its whole answer, or an error that says what was asked and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
import urllib3

from backlog_provider.exceptions import LimitError, ResponseError, TransportError
from backlog_provider.reading import bounds

if TYPE_CHECKING:
    from backlog_provider.exceptions import BacklogError

API = "/api/v2"
# Seconds to connect, seconds between two bytes.
TIMEOUT = (10.0, 60.0)
OTHERS_ANSWER = "check that the connection's host is a Backlog space and that no proxy answers for it"


def exchange(
    session: requests.Session,
    method: str,
    base_url: str,
    path: str,
    *,
    timeout: tuple[float, float] = TIMEOUT,
    **options: Any,
) -> requests.Response:
    """Return the answer of whatever status, with its whole body as its ``content``; follows no redirect.

    :param path: below ``/api/v2``.
    :param timeout: seconds to connect, seconds between two bytes.
    :param options: what else ``requests`` takes.
    :raises TransportError: where no whole answer comes.
    :raises LimitError, ResponseError: where it is larger than any, or cannot be unpacked.
    """
    try:
        response = session.request(
            method, f"{base_url}{API}{path}", timeout=timeout, allow_redirects=False, stream=True, **options
        )
        bounds.take(response)
    except (requests.RequestException, urllib3.exceptions.HTTPError, bounds.BoundsError) as error:
        raise _told(f"{method} {path}", base_url, error) from None
    return response


def _told(asked: str, base_url: str, error: Exception) -> BacklogError:
    if isinstance(error, bounds.TooLargeError):
        return LimitError(
            f"{asked}: Backlog answered with more than {bounds.LARGEST // bounds.MIB} MiB; {OTHERS_ANSWER}"
        )
    if isinstance(error, bounds.PackingError):
        return ResponseError(f"{asked}: Backlog's answer was not read: {error}; {OTHERS_ANSWER}")
    return TransportError(
        f"{asked}: no whole answer from {base_url}: {_cause(error)}; "
        "check the connection's host, and that this machine can reach it"
    )


def _cause(error: Exception) -> str:
    """Name what went wrong in a word or two: the library's own texts are a screen long and carry the URL."""
    if isinstance(error, bounds.TooSlowError):
        return f"not whole after {bounds.SLOWEST:.0f} seconds"
    if isinstance(error, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)):
        return "its TLS certificate is not trusted (give the CA bundle in the connection)"
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        return "timed out"
    if isinstance(error, urllib3.exceptions.HTTPError):
        return "the body was cut off"
    if isinstance(error, requests.ConnectionError):
        text = str(error)
        known = {
            "Name or service not known": "there is no such host",
            "getaddrinfo": "there is no such host",
            "NameResolution": "there is no such host",
            "refused": "connection refused",
            "got more than": "its headers are too many or too long",
            "BadStatusLine": "it does not speak HTTP",
        }
        return next((words for sign, words in known.items() if sign in text), "the connection broke")
    return type(error).__name__

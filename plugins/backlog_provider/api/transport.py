"""One request to a space and its whole answer, or an error that says what was asked and what is wrong."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import requests
import urllib3

from backlog_provider.api import response_limits
from backlog_provider.exceptions import LimitError, ResponseError, TransportError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_provider.exceptions import BacklogError
    from backlog_provider.model.record import Params

API = "/api/v2"
# Seconds to connect, seconds between two bytes.
TIMEOUT = (10.0, 60.0)
CHECK_HOST = "check that the connection's host is a Backlog space and that no proxy answers for it"


def send_once(
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
    :param options: what else ``requests.Request`` takes.
    :raises TransportError: where no whole answer comes.
    :raises LimitError, ResponseError: where it is larger than any, or cannot be unpacked.
    """
    request = authenticate(session, prepare(session, method, base_url, path, **options))
    return send(session, request, base_url, path, timeout=timeout)


def prepare(
    session: requests.Session, method: str, base_url: str, path: str, **options: Any
) -> requests.PreparedRequest:
    """Return a request that lacks nothing but what ``signed`` adds, as often as it is called; as ``exchange``."""
    with _translate_errors(f"{method} {path}", base_url):
        return session.prepare_request(requests.Request(method, f"{base_url}{API}{path}", auth=_no_auth, **options))


def authenticate(
    session: requests.Session, request: requests.PreparedRequest, params: Params = ()
) -> requests.PreparedRequest:
    """Return a copy of a request, with params, and signed by the session's auth.

    :raises BacklogError: where that has to ask for a token, and gets none.
    """
    copy = request.copy()
    # The library's copy has the same lists as the original, and what signs may put something into them.
    copy.hooks = {event: list(hooks) for event, hooks in request.hooks.items()}
    if params:
        copy.url = f"{request.url}?{urlencode(params)}"
    copy.prepare_auth(session.auth)
    return copy


def send(
    session: requests.Session,
    request: requests.PreparedRequest,
    base_url: str,
    path: str,
    *,
    timeout: tuple[float, float] = TIMEOUT,
) -> requests.Response:
    """Send a request and return the answer; as ``exchange``."""
    with _translate_errors(f"{request.method} {path}", base_url):
        environment = session.merge_environment_settings(request.url, {}, True, None, None)
        response = session.send(request, timeout=timeout, allow_redirects=False, **environment)
        response_limits.read_body(response)
    return response


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Sign nothing: without an auth of its own the library would look for one in a .netrc."""
    return request


@contextmanager
def _translate_errors(asked: str, base_url: str) -> Iterator[None]:
    try:
        yield
    except (requests.RequestException, urllib3.exceptions.HTTPError, response_limits.ResponseLimitError) as error:
        raise _error_from(asked, base_url, error) from None


def _error_from(asked: str, base_url: str, error: Exception) -> BacklogError:
    if isinstance(error, response_limits.TooLargeError):
        return LimitError(
            f"{asked}: Backlog answered with more than {response_limits.MAX_BODY_BYTES // response_limits.MIB} MiB; "
            f"{CHECK_HOST}"
        )
    if isinstance(error, response_limits.DecodingError):
        return ResponseError(f"{asked}: Backlog's answer was not read: {error}; {CHECK_HOST}")
    return TransportError(
        f"{asked}: no whole answer from {base_url}: {_cause(error)}; "
        "check the connection's host, and that this machine can reach it"
    )


def _cause(error: Exception) -> str:
    """Name what went wrong in a word or two: the library's own texts are a screen long and carry the URL."""
    if isinstance(error, response_limits.TooSlowError):
        return f"not whole after {response_limits.MAX_SECONDS:.0f} seconds"
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

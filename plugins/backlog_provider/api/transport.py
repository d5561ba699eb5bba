"""Send one request, and return its complete response or raise an error that names the request and the cause."""

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
# Timeouts in seconds: to connect, and between two bytes.
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
    """Return the response of one request, with any status and its complete body as ``content``.

    It does not follow redirects and does not retry.

    :param session: the session, whose auth authenticates the request.
    :param method: the HTTP method.
    :param base_url: the address of the space.
    :param path: the path below ``/api/v2``.
    :param timeout: seconds to connect, and seconds between two bytes.
    :param options: other arguments of ``requests.Request``.
    :raises TransportError: if no complete response arrives.
    :raises LimitError: if the body is too large.
    :raises ResponseError: if the body cannot be decompressed.
    """
    request = authenticate(session, prepare(session, method, base_url, path, **options))
    return send(session, request, base_url, path, timeout=timeout)


def prepare(
    session: requests.Session, method: str, base_url: str, path: str, **options: Any
) -> requests.PreparedRequest:
    """Return a request without authentication. ``authenticate`` may copy it any number of times.

    :param session: the session.
    :param method: the HTTP method.
    :param base_url: the address of the space.
    :param path: the path below ``/api/v2``.
    :param options: other arguments of ``requests.Request``.
    :raises TransportError: if the URL is invalid.
    """
    with _translate_errors(f"{method} {path}", base_url):
        return session.prepare_request(requests.Request(method, f"{base_url}{API}{path}", auth=_no_auth, **options))


def authenticate(
    session: requests.Session, request: requests.PreparedRequest, params: Params = ()
) -> requests.PreparedRequest:
    """Return a copy of a request, with query parameters and the session's authentication.

    :param session: the session.
    :param request: a request from ``prepare``.
    :param params: the query parameters.
    :raises BacklogError: if the authentication needs a new token and cannot get one.
    """
    copy = request.copy()
    # PreparedRequest.copy() shares the hook lists, and the authentication may append to them.
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
    """Return the response of a prepared request, as ``send_once`` does.

    :param session: the session.
    :param request: a request from ``authenticate``.
    :param base_url: the address of the space, for the message of an error.
    :param path: the path of the request, for the message of an error.
    :param timeout: seconds to connect, and seconds between two bytes.
    :raises TransportError: if no complete response arrives.
    :raises LimitError: if the body is too large.
    :raises ResponseError: if the body cannot be decompressed.
    """
    with _translate_errors(f"{request.method} {path}", base_url):
        environment = session.merge_environment_settings(request.url, {}, True, None, None)
        response = session.send(request, timeout=timeout, allow_redirects=False, **environment)
        response_limits.read_body(response)
    return response


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add no authentication. Without any auth, requests would look for credentials in a .netrc file."""
    return request


@contextmanager
def _translate_errors(request: str, base_url: str) -> Iterator[None]:
    try:
        yield
    except (requests.RequestException, urllib3.exceptions.HTTPError, response_limits.ResponseLimitError) as error:
        raise _error_from(request, base_url, error) from None


def _error_from(request: str, base_url: str, error: Exception) -> BacklogError:
    if isinstance(error, response_limits.TooLargeError):
        return LimitError(
            f"{request}: Backlog answered with more than {response_limits.MAX_BODY_BYTES // response_limits.MIB} MiB; "
            f"{CHECK_HOST}"
        )
    if isinstance(error, response_limits.DecodingError):
        return ResponseError(f"{request}: Backlog's answer was not read: {error}; {CHECK_HOST}")
    return TransportError(
        f"{request}: no whole answer from {base_url}: {_cause(error)}; "
        "check the connection's host, and that this machine can reach it"
    )


def _cause(error: Exception) -> str:
    """Return the cause in a few words. The messages of requests are long and contain the URL."""
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
        causes = {
            "Name or service not known": "there is no such host",
            "getaddrinfo": "there is no such host",
            "NameResolution": "there is no such host",
            "refused": "connection refused",
            "got more than": "its headers are too many or too long",
            "BadStatusLine": "it does not speak HTTP",
        }
        return next((cause for pattern, cause in causes.items() if pattern in text), "the connection broke")
    return type(error).__name__

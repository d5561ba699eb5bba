"""The parts of a connection to a space: address, API key and session. This module does not import Airflow."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.auth import AuthBase

import backlog_provider
from backlog_provider.api.response_limits import BoundedSession
from backlog_provider.api.transport import API
from backlog_provider.exceptions import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    import requests


def base_url(host: Any, *, named: str, scheme: Any = None, port: Any = None) -> str:
    """Return the base URL of a space, with scheme, host, port and path, from a user's input.

    :param host: the address, with or without scheme, port, path and ``/api/v2``.
    :param named: the place of the address, for the error.
    :param scheme: the scheme if the address has none; https by default.
    :param port: the port if the address has none.
    :raises ConfigurationError: if the address is empty or invalid.
    """
    host = (host or "").strip().rstrip("/")
    if not host:
        raise ConfigurationError(f"{named}: host is empty; put the space's address there, https://SPACE.backlog.com")
    url = urlsplit(host if "://" in host else f"{scheme if scheme in ('http', 'https') else 'https'}://{host}")
    try:
        port = url.port or port
    except ValueError:
        raise ConfigurationError(f"{named}: host {host!r} has a port that is no number") from None
    if url.scheme not in ("http", "https") or not url.hostname or url.username or url.query:
        raise ConfigurationError(f"{named}: host is not an address like https://SPACE.backlog.com")
    bracketed = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    return f"{url.scheme}://{bracketed}{f':{port}' if port else ''}{url.path.removesuffix(API)}"


def api_key(key: Any, *, named: str) -> str:
    """Return an API key without surrounding spaces.

    :param key: the key.
    :param named: the place of the key, for the error. The error does not show the key.
    :raises ConfigurationError: if the key is empty or has invalid characters.
    """
    key = str(key or "").strip()
    if not key or not key.isascii() or not key.isprintable():
        fault = "holds characters that no API key has" if key else "is empty"
        raise ConfigurationError(f"{named} {fault}; put an API key there, from Personal settings > API of the space")
    return str(key)


def open_session(
    auth: Callable[[requests.PreparedRequest], requests.PreparedRequest] | None, *, verify: bool | str = True
) -> requests.Session:
    """Return a new session to a space.

    :param auth: authenticates the requests; None for requests to the token endpoint, which need no authentication.
    :param verify: whether to check the space's certificate, or the path of a CA bundle.
    """
    session = BoundedSession()
    # With an auth object, requests does not look for credentials in a .netrc file.
    session.auth = auth
    session.verify = verify
    session.headers["User-Agent"] = f"airflow-provider-backlog/{backlog_provider.__version__}"
    return session


class ApiKeyAuth(AuthBase):
    """Authenticates requests with an API key in a header. The key is not part of the URL, which logs may show.

    :param key: the API key.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return the request with the API key in its header."""
        request.headers["Backlog-API-Key"] = self._key
        return request

"""What a connection to a space is made of, whoever names it: an address, a key, a session. Knows nothing of Airflow."""

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
    """Return scheme, host, port and path of a space from what people write for its address.

    :param named: where it was written, for the error.
    :param scheme: where the address has none; https by default.
    :param port: likewise.
    :raises ConfigurationError: where it is none.
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
    """Return an API key without the spaces around it.

    :param named: where it was written, for the error, which does not show the key.
    :raises ConfigurationError: where it cannot be one.
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

    :param auth: signs its requests; None where they are ``exchange``'s and nobody signs them.
    :param verify: whether to check the space's certificate, or the file with what to trust.
    """
    session = BoundedSession()
    # An auth object also keeps requests from looking for other credentials in a .netrc.
    session.auth = auth
    session.verify = verify
    session.headers["User-Agent"] = f"airflow-provider-backlog/{backlog_provider.__version__}"
    return session


class ApiKeyAuth(AuthBase):
    """Puts the key into its header, and into nothing that is ever printed."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request."""
        request.headers["Backlog-API-Key"] = self._key
        return request

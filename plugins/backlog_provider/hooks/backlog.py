"""The hook to a Backlog space."""

from __future__ import annotations

from functools import cached_property
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from airflow.providers.http.hooks.http import HttpHook
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

import backlog_provider
from backlog_provider.exceptions import BacklogError, ConfigurationError
from backlog_provider.reading.client import API, Client

if TYPE_CHECKING:
    from backlog_provider.reading.client import Params


class BacklogHook(HttpHook):
    """Reads the API of one Backlog space, with one session and one request at a time.

    The connection, of type ``backlog``: *host* is the space, ``https://SPACE.backlog.com``, ``.backlog.jp``,
    ``.backlogtool.com`` or any base URL; *password* is the API key (Personal settings > API). The extra may have
    ``ca_bundle``, the path of the certificates to trust, and for loopback hosts ``verify`` false. The key travels in
    the ``Backlog-API-Key`` header, to this host alone (https://developer.nulab.com/docs/backlog/auth/).

    :param backlog_conn_id: the connection.
    """

    conn_name_attr = "backlog_conn_id"
    default_conn_name = "backlog_default"
    conn_type = "backlog"
    hook_name = "Backlog"

    def __init__(self, backlog_conn_id: str = default_conn_name) -> None:
        super().__init__(method="GET", http_conn_id=backlog_conn_id)
        self.backlog_conn_id = backlog_conn_id

    def get_conn(
        self, headers: dict[Any, Any] | None = None, extra_options: dict[str, Any] | None = None
    ) -> requests.Session:
        """Return a new session to the space; nothing of the connection's extra becomes a header.

        :raises ConfigurationError: where the connection lacks a host or key, or has one that cannot be.
        """
        connection = self.get_connection(self.backlog_conn_id)
        extra = connection.extra_dejson
        self.base_url = self._base_url_of(connection)
        self._base_url_initialized = True
        session = requests.Session()
        # An auth object also keeps requests from looking for other credentials in a .netrc.
        session.auth = ApiKeyAuth(self._key_of(connection))
        session.verify = self._verify_of(extra)
        # A redirect would carry the key to wherever it points.
        session.max_redirects = 0
        session.headers["User-Agent"] = f"airflow-provider-backlog/{backlog_provider.__version__}"
        session.headers.update(headers or {})
        self.merged_extra = dict(extra_options or {})
        for scheme in ("https://", "http://"):
            session.mount(scheme, self.keep_alive_adapter or HTTPAdapter())
        return session

    @cached_property
    def client(self) -> Client:
        """The lane to the space; made once, so that a whole task uses one connection."""
        session = self.get_conn()
        return Client(session, self.base_url)

    @property
    def address(self) -> str:
        """The space's address, as people open it."""
        return self._base_url_of(self.get_connection(self.backlog_conn_id))

    @property
    def space(self) -> str:
        """The space that this hook reads, by its address without scheme and port."""
        parts = urlsplit(self.address)
        return f"{parts.hostname}{parts.path.rstrip('/')}"

    def get(self, path: str, params: Params = ()) -> Any:
        """Return the JSON at a path below ``/api/v2``, for instance ``get("/issues/count", [("statusId[]", 1)])``.

        :raises BacklogError: the tree in ``backlog_provider.exceptions``.
        """
        return self.client.get(path, params)

    def test_connection(self) -> tuple[bool, str]:
        """Ask who the key belongs to, for the Test button of the connection's form."""
        try:
            myself = self.get("/users/myself")
            return True, f"Connected to {self.base_url}{API} as {myself['name']}"
        except BacklogError as error:
            return False, str(error)

    def close(self) -> None:
        """End the session, if there is one."""
        if "client" in self.__dict__:
            self.client.close()

    def _base_url_of(self, connection: Any) -> str:
        name = f"connection {self.backlog_conn_id!r}"
        host = (connection.host or "").strip().rstrip("/")
        if not host:
            raise ConfigurationError(f"{name}: host is empty; put the space's address there, https://SPACE.backlog.com")
        scheme = connection.schema if connection.schema in ("http", "https") else "https"
        url = urlsplit(host if "://" in host else f"{scheme}://{host}")
        try:
            port = url.port or connection.port
        except ValueError:
            raise ConfigurationError(f"{name}: host {host!r} has a port that is no number") from None
        if url.scheme not in ("http", "https") or not url.hostname or url.username or url.query:
            raise ConfigurationError(f"{name}: host is not an address like https://SPACE.backlog.com")
        bracketed = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
        return f"{url.scheme}://{bracketed}{f':{port}' if port else ''}{url.path.removesuffix(API)}"

    def _key_of(self, connection: Any) -> str:
        key = (connection.password or "").strip()
        if not key or not key.isascii() or not key.isprintable():
            fault = "holds characters that no API key has" if key else "is empty"
            raise ConfigurationError(
                f"connection {self.backlog_conn_id!r}: password {fault}; "
                "put an API key there, from Personal settings > API of the space"
            )
        return key

    def _verify_of(self, extra: dict[str, Any]) -> bool | str:
        if extra.get("verify", True) in (False, "false", "False"):
            if not _is_loopback(urlsplit(self.base_url).hostname or ""):
                raise ConfigurationError(
                    f"connection {self.backlog_conn_id!r}: verify=false would send the key to whoever answers; "
                    "give the CA bundle instead (ca_bundle)"
                )
            return False
        return str(extra.get("ca_bundle") or "") or True


class ApiKeyAuth(AuthBase):
    """Puts the key into its header, and into nothing that is ever printed."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request."""
        request.headers["Backlog-API-Key"] = self._key
        return request


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""The hook to a Backlog space."""

from __future__ import annotations

from functools import cached_property
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow.providers.http.hooks.http import HttpHook
from requests.adapters import HTTPAdapter

from backlog_provider.exceptions import BacklogError, ConfigurationError
from backlog_provider.hooks import space
from backlog_provider.reading.client import API, Client

if TYPE_CHECKING:
    import requests

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
        key = space.api_key(connection.password, named=f"connection {self.backlog_conn_id!r}: password")
        session = space.opened(key, verify=self._verify_of(extra))
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
        named = f"connection {self.backlog_conn_id!r}"
        return space.base_url(connection.host, named=named, scheme=connection.schema, port=connection.port)

    def _verify_of(self, extra: dict[str, Any]) -> bool | str:
        if extra.get("verify", True) in (False, "false", "False"):
            if not _is_loopback(urlsplit(self.base_url).hostname or ""):
                raise ConfigurationError(
                    f"connection {self.backlog_conn_id!r}: verify=false would send the key to whoever answers; "
                    "give the CA bundle instead (ca_bundle)"
                )
            return False
        return str(extra.get("ca_bundle") or "") or True


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""The hook to a Backlog space."""

from __future__ import annotations

from functools import cached_property
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow.providers.http.hooks.http import HttpHook
from airflow.sdk.log import mask_secret

import backlog_provider
from backlog_provider.api import session as api_session
from backlog_provider.api.client import Client
from backlog_provider.api.oauth import BearerAuth, app_of
from backlog_provider.api.token_refresh import SharedTokens
from backlog_provider.api.transport import API
from backlog_provider.exceptions import BacklogError, ConfigurationError
from backlog_provider.hooks.variables import Variables

if TYPE_CHECKING:
    import requests
    from requests.auth import AuthBase

    from backlog_provider.model.record import Params


class BacklogHook(HttpHook):
    """Reads the API of one Backlog space, with one session and one request at a time.

    The connection, of type ``backlog``: *host* is the space, ``https://SPACE.backlog.com``, ``.backlog.jp``,
    ``.backlogtool.com`` or any base URL; *password* is the API key (Personal settings > API). For OAuth 2.0 the extra
    has ``client_id``, ``client_secret`` and ``refresh_token`` instead. It may have ``ca_bundle``, the path of the
    certificates to trust, for loopback hosts ``verify`` false, and ``pii_secret``, the secret of hashes that stand for
    people. The key travels in the ``Backlog-API-Key`` header, an access token in ``Authorization``, to this host alone
    (https://developer.nulab.com/docs/backlog/auth/).

    :param backlog_conn_id: the connection.
    """

    conn_name_attr = "backlog_conn_id"
    default_conn_name = "backlog_default"
    conn_type = "backlog"
    hook_name = "Backlog"

    def __init__(self, backlog_conn_id: str = default_conn_name) -> None:
        super().__init__(method="GET", http_conn_id=backlog_conn_id)
        self.backlog_conn_id = backlog_conn_id

    @classmethod
    def get_connection_form_widgets(cls) -> dict[str, Any]:
        """Return the form's own fields; Airflow 3.1 alone asks, later ones read the description of the provider."""
        from wtforms import PasswordField, StringField

        kinds = {"password": PasswordField}
        return {
            name: kinds.get(field["schema"].get("format"), StringField)(
                field["label"], description=field.get("description", "")
            )
            for name, field in _connection_type()["conn-fields"].items()
        }

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """Return what becomes of the form's usual fields; likewise for Airflow 3.1."""
        return {name.replace("-", "_"): value for name, value in _connection_type()["ui-field-behaviour"].items()}

    def get_conn(
        self, headers: dict[Any, Any] | None = None, extra_options: dict[str, Any] | None = None
    ) -> requests.Session:
        """Return a new session to the space; nothing of the connection's extra becomes a header.

        :raises ConfigurationError: where the connection lacks a host or key, has one that cannot be, or has two ways to
            sign in.
        """
        connection = self.get_connection(self.backlog_conn_id)
        extra = connection.extra_dejson
        self.base_url = self._base_url_of(connection)
        self._base_url_initialized = True
        verify = self._verify_of(extra)
        session = api_session.open_session(self._auth_of(connection, extra, verify), verify=verify)
        session.headers.update(headers or {})
        self.merged_extra = dict(extra_options or {})
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

    @property
    def pii_secret(self) -> str | None:
        """The secret of hashes that stand for people, apart from the key: that may change, and they may not."""
        return str(self.get_connection(self.backlog_conn_id).extra_dejson.get("pii_secret") or "") or None

    def named(self, field: str) -> str:
        """Return how an error calls a field of the connection."""
        return f"{field} of connection {self.backlog_conn_id!r}"

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
        return api_session.base_url(connection.host, named=named, scheme=connection.schema, port=connection.port)

    def _auth_of(self, connection: Any, extra: dict[str, Any], verify: bool | str) -> AuthBase:
        named = f"connection {self.backlog_conn_id!r}"
        app = app_of(extra, named=named)
        if app is None:
            return api_session.ApiKeyAuth(api_session.api_key(connection.password, named=f"{named}: password"))
        if connection.password:
            raise ConfigurationError(f"{named} has both an API key and an OAuth app; leave one of them empty")
        grant = SharedTokens(app, self.base_url, Variables(), verify=verify, mask=mask_secret)
        return BearerAuth(grant.access_token)

    def _verify_of(self, extra: dict[str, Any]) -> bool | str:
        if extra.get("verify", True) in (False, "false", "False"):
            if not _is_loopback(urlsplit(self.base_url).hostname or ""):
                raise ConfigurationError(
                    f"connection {self.backlog_conn_id!r}: verify=false would send the key to whoever answers; "
                    "give the CA bundle instead (ca_bundle)"
                )
            return False
        return str(extra.get("ca_bundle") or "") or True


def _connection_type() -> dict[str, Any]:
    [described] = backlog_provider.get_provider_info()["connection-types"]
    return dict(described)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""A running account: the server in a thread, and what its clients need to find and to trust it."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import snowflake.connector
import uvicorn
from snowflake.connector import SnowflakeConnection

from local_snowflake import sessions
from local_snowflake.app import create_app
from local_snowflake.certificates import LOOPBACK_NAMES, Certificates, certificates
from local_snowflake.engine import close_engine, open_engine
from local_snowflake.protocol import SessionProtocol
from local_snowflake.sessions import State
from local_snowflake.statements import StatementLog

DATABASE, SCHEMA, WAREHOUSE, ROLE = "BACKLOG", "RAW", "LOCAL", "LOADER"
_TRUST = "REQUESTS_CA_BUNDLE"
_NO_DETECTION = "SNOWFLAKE_DISABLE_PLATFORM_DETECTION"
_START_SECONDS = 30.0
_IDLE_SECONDS = 4 * 3600  # Snowflake's own patience with a session that does nothing


@dataclass(frozen=True)
class Account:
    """Where a running account is, and how to get in."""

    host: str
    port: int
    ca_bundle: Path
    """Trust this in clients: REQUESTS_CA_BUNDLE."""
    log: StatementLog

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://{self.host}:{self.port}"

    @property
    def client_environment(self) -> dict[str, str]:
        """What the environment of a client has to say, for want of settings that SnowflakeHook passes on.

        Whom to trust; and not to look around, at login, for the cloud it may run in: that asks hosts elsewhere.
        """
        return {_TRUST: str(self.ca_bundle), _NO_DETECTION: "true"}

    @property
    def connection_json(self) -> str:
        """An Airflow connection of type snowflake, for AIRFLOW_CONN_SNOWFLAKE_DEFAULT."""
        extra = {"account": "local", "database": DATABASE, "warehouse": WAREHOUSE, "role": ROLE}
        where = {"host": self.host, "port": self.port}
        user = {"conn_type": "snowflake", "login": "loader", "password": "any password", "schema": SCHEMA}
        return json.dumps({**user, "extra": {**extra, **where}}, indent=2)

    def connect(self, **options: Any) -> SnowflakeConnection:
        """A connector's connection to the account; options go to snowflake.connector.connect."""
        defaults = {
            "user": "loader",
            "password": "any password",
            "account": "local",
            "host": self.host,
            "port": self.port,
            "database": DATABASE,
            "schema": SCHEMA,
            "role": ROLE,
            "network_timeout": 30,
            "login_timeout": 30,
        }
        return snowflake.connector.connect(**{**defaults, **options})

    def statements(self) -> list[tuple[int, str]]:
        """What clients asked for since the last clear_statements(): (session id, SQL text), oldest first."""
        return self.log.all()

    def query_tags(self) -> list[tuple[str, str]]:
        """The same statements, as (query tag, SQL text)."""
        return self.log.tags()

    def clear_statements(self) -> None:
        """Empty the statement log."""
        self.log.clear()


@contextmanager
def running(directory: Path, *, host: str = "127.0.0.1", port: int = 0, names: Sequence[str] = ()) -> Iterator[Account]:
    """Serve the account kept in a directory, from a thread of this process, until the block ends.

    Port 0 is any free one. `names` are host names to be reached by besides the loopback ones, which `host` has to
    let in (0.0.0.0 does); the first of them is the one announced.
    Within the block this process has the account's `client_environment`; afterwards what it had before.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with socket.create_server((host, port)) as listener, _engine(directory) as state:
        # An answer is two packets; the second would wait for the client's word on the first, which takes 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tls = certificates(directory, names, os.environ.get(_TRUST))
        announced = names[0] if names else LOOPBACK_NAMES[0]
        account = Account(announced, listener.getsockname()[1], tls.ca_bundle, state.log)
        (directory / "connection.json").write_text(account.connection_json + "\n")
        with _serving(state, listener, tls), _environment(account.client_environment):
            yield account


@contextmanager
def _engine(directory: Path) -> Iterator[State]:
    """The database, from opening to closing."""
    state = State(open_engine(directory))
    try:
        yield state
    finally:
        sessions.end_all(state)
        close_engine(state.engine)


@contextmanager
def _serving(state: State, listener: socket.socket, tls: Certificates) -> Iterator[None]:
    """The HTTPS server, from its first to its last answer."""
    config = uvicorn.Config(
        create_app(state),
        ssl_certfile=tls.server,
        log_level="warning",
        access_log=False,
        lifespan="off",
        loop="asyncio",
        http=SessionProtocol,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="local-snowflake")
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield
    finally:
        server.should_exit = True
        thread.join()


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the local Snowflake did not start; what uvicorn logged says why")
        time.sleep(0.01)


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Environment variables for as long as the block lasts."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

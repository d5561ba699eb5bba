"""Serves an emulator over plain HTTP: for good from the command line, or from a thread for tests."""

from __future__ import annotations

import asyncio
import socket
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.routing import Mount, Router
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from backlog_emulator.answer import api, browser
from backlog_emulator.control import control
from backlog_emulator.emulator import Emulator, new_emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Receive, Scope, Send


class _Protocol(HttpToolsProtocol):
    """Gives requests the connection that they came on, `scope["state"]["transport"]`, for faults to break."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class _ThreadServer(uvicorn.Server):
    """Starts and stops at a word: Uvicorn's own looks ten times a second whether it was told to, and waits as long."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_serving = Event()
        self._told = asyncio.Event()

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.is_serving.set()
        await self._told.wait()

    def stop(self) -> None:
        """Tell it to end, from another thread."""
        self.should_exit = True
        if self.is_serving.is_set():
            self._loop.call_soon_threadsafe(self._told.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)
        if self.server_state.tasks:
            await super().shutdown(sockets)
        for served in self.servers:
            served.close()


def listening(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one. OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


def application(emulator: Emulator) -> ASGIApp:
    """Everything that an emulator answers."""
    inner = api(emulator)

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        app = emulator.middleware(inner) if emulator.middleware else inner
        await app(scope, receive, send)

    return Router([Mount("/api/v2", outer), Mount("/control", control(emulator)), browser(emulator)])


def server(app: ASGIApp) -> uvicorn.Server:
    """A server that is ready to run on a socket, until the process is told to end."""
    return uvicorn.Server(_config(app))


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        lifespan="off",
        ws="none",
        access_log=False,
        proxy_headers=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        # Every answer of the API brings its own, which a fault may skew.
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )


@contextmanager
def running(
    *, issues: int = 200, projects: int = 6, users: int = 12, seed: int = 1, port: int = 0, **switches: Any
) -> Iterator[Emulator]:
    """Serve a new space on loopback from a thread while the block runs; ValueError names a wrong switch."""
    emulator = new_emulator(issues=issues, projects=projects, users=users, seed=seed, switches=switches)
    with listening("127.0.0.1", port) as connection:
        emulator.url = f"http://127.0.0.1:{connection.getsockname()[1]}"
        served = _ThreadServer(_config(application(emulator)))
        thread = Thread(target=served.run, kwargs={"sockets": [connection]}, name="backlog-emulator")
        thread.start()
        try:
            _wait(served, thread)
            yield emulator
        finally:
            served.stop()
            thread.join()


def _wait(served: _ThreadServer, thread: Thread) -> None:
    while not served.is_serving.wait(0.1):
        if not thread.is_alive():
            raise RuntimeError("the emulator did not start: its own message is above")

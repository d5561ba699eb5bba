"""A record of every API request, for tests that care about what a client sends. Keys never get into it."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from backlog_emulator.rates import bucket_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REMEMBERED = 100_000


@dataclass
class Entry:
    """One request.

    `started` is in epoch seconds; `in_flight` counts the requests being served when it came, itself included;
    `connection` is the client's port; `status` is None until an answer starts.
    """

    method: str
    path: str
    query: str
    bucket: str
    started: float
    in_flight: int
    connection: int
    user_agent: str
    status: int | None = None


@dataclass
class RequestLog:
    """The latest requests, oldest first, and how many are being served."""

    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    in_flight: int = 0

    def listed(self) -> list[dict[str, Any]]:
        """All entries as dicts."""
        return [asdict(entry) for entry in self.entries]

    def open(self, scope: Scope) -> Entry:
        """Write down a request that has just come."""
        request = Request(scope)
        path = request.url.path
        self.in_flight += 1
        entry = Entry(
            method=request.method,
            path=path,
            query=_without_key(request.url.query),
            bucket=bucket_of(request.method, path.removeprefix("/api/v2")),
            started=time.time(),
            in_flight=self.in_flight,
            connection=request.client.port if request.client else 0,
            user_agent=request.headers.get("user-agent", ""),
        )
        self.entries.append(entry)
        return entry


def logged(app: ASGIApp, log: RequestLog) -> ASGIApp:
    """An ASGI application that writes its requests into a log."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        entry = log.open(scope)

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
            await send(message)

        try:
            await app(scope, receive, noted)
        finally:
            log.in_flight -= 1

    return wrapped


def _without_key(query: str) -> str:
    return urlencode([pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != "apiKey"])

"""Responses that break on their way, down to the TCP connection."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

JSON = "application/json;charset=utf-8"
# Closing with this option sends a TCP reset instead of an orderly end.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_DROPS = 20


class Reset(Response):
    """Closes the connection by a TCP reset, without a byte of an answer."""

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        """Break the connection and wait until that is noticed."""
        _reset(scope)
        await _disconnected(receive)


class Cut(Response):
    """Sends the headers and a `share` of the body, and hangs up: by an orderly end, or by a TCP reset.

    What it announces is the whole body in Content-Length, or, `chunked`, that more chunks follow.
    """

    def __init__(self, whole: Response, share: float, *, chunked: bool = False, reset: bool = False) -> None:
        super().__init__(whole.body, status_code=whole.status_code, headers=dict(whole.headers))
        self.share, self.reset = share, reset
        if chunked:
            del self.headers["Content-Length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is to be sent, break the connection and wait until that is noticed."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        part = bytes(self.body[: int(len(self.body) * self.share)])
        await send({"type": "http.response.body", "body": part, "more_body": True})
        if self.reset:
            # A reset throws away what has not left yet.
            await asyncio.sleep(0.05)
            _reset(scope)
        else:
            _transport(scope).close()
        await _disconnected(receive)


class Drip(Response):
    """Sends the body in twenty drops over some seconds, the headers at once."""

    def __init__(self, whole: Response, seconds: float) -> None:
        super().__init__(whole.body, status_code=whole.status_code, headers=dict(whole.headers))
        self.seconds = seconds

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it drop by drop."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        size = -(-len(self.body) // _DROPS)
        for drop in range(_DROPS):
            await asyncio.sleep(self.seconds / _DROPS)
            part = bytes(self.body[drop * size : (drop + 1) * size])
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _reset(scope: Scope) -> None:
    transport = _transport(scope)
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


def _transport(scope: Scope) -> asyncio.Transport:
    transport: asyncio.Transport = scope["state"]["transport"]
    return transport


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

"""A server that means harm: answers with whatever bytes it is given, and notes what it is asked."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Sent = bytes | Iterator[bytes]
    Answer = Callable[[str], Sent]

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@dataclass
class Hostile:
    """A listening server.

    :param answer: called with the path and query of a request; returns the bytes of the answer, headers and all.
    :param requests: the text of every request so far.
    """

    answer: Answer
    listener: socket.socket
    requests: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while request := self._asked(connection):
                self.requests.append(request)
                sent = self.answer(request.split(" ")[1])
                for part in [sent] if isinstance(sent, bytes) else sent:
                    connection.sendall(part)

    @staticmethod
    def _asked(connection: socket.socket) -> str:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            if not (part := connection.recv(65536)):
                return ""
            request += part
        return request.decode()


@contextmanager
def serving(answer: Answer) -> Iterator[Hostile]:
    """Serve on a free port until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Hostile(answer, listener)
        threading.Thread(target=server.serve, daemon=True).start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def body(content: bytes, *headers: str, length: int | None = None) -> bytes:
    """An orderly answer, but for what is in it."""
    more = "".join(f"{header}\r\n" for header in headers).encode()
    size = len(content) if length is None else length
    return OK + more + f"Content-Length: {size}\r\n\r\n".encode() + content


def records(value: Any) -> bytes:
    """An answer of JSON."""
    return body(json.dumps(value).encode())


def always(answer: Any) -> Callable[[str], Any]:
    """The same answer, whatever is asked."""
    return lambda _: answer


def bomb(mebibytes: int) -> bytes:
    """So many zeros, a thousand times smaller on the wire."""
    return gzip.compress(bytes(mebibytes * 1024 * 1024))


def for_ever(start: bytes, part: bytes) -> Iterator[bytes]:
    """An answer without end."""
    yield start
    while True:
        yield part

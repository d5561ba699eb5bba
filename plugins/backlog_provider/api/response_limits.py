"""The bounds of an answer, whoever gives it: it comes from where it was asked for, in so much time, in so many bytes.

What the library does by itself is not enough: it waits anew after each byte, unpacks whatever it is sent, reads the
body of a redirect that it does not follow, and keeps cookies for ever.
"""

from __future__ import annotations

import http.client
import io
import time
import zlib
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from backlog_provider.api.prefetch import yield_to_caller

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable, Iterator

    from urllib3 import PoolManager

MIB = 1024 * 1024
# Bytes of a body, unpacked: a page of a hundred records of a megabyte each is within it.
MAX_BODY_BYTES = 128 * MIB
# Bytes beside the body: http.client takes a hundred headers of 64 kB.
MAX_HEADER_BYTES = 8 * MIB
# Seconds from the request to the end of the answer: MAX_BODY_BYTES, at four megabits a second.
MAX_SECONDS = 300.0
# Bytes to take of an answer at once: the library's 10 kB are some twenty calls for a page, and a copy.
CHUNK_BYTES = MIB
# All that is asked for, and so all that is unpacked.
ENCODING = "gzip"
GZIP = 16 + zlib.MAX_WBITS


class ResponseLimitError(Exception):
    """An answer beyond the bounds."""


class TooLargeError(ResponseLimitError):
    """An answer of more bytes than are taken."""


class TooSlowError(ResponseLimitError):
    """An answer that is not whole when its time is over."""


class DecodingError(ResponseLimitError):
    """An answer that is packed in another way than was asked for, or that cannot be unpacked."""


class BoundedSession(requests.Session):
    """Keeps each answer within the bounds, follows no redirect, and keeps no cookie."""

    def __init__(self) -> None:
        super().__init__()
        self.headers["Accept-Encoding"] = ENCODING
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self.mount(scheme, _BoundedAdapter())
        self._settings: dict[Any, Any] = {}

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Find what the environment says of proxies and certificates, once for a host: it takes as long as to send."""
        asked = urlsplit(url)[:2], tuple((proxies or {}).items()), stream, verify, cert
        if asked not in self._settings:
            self._settings[asked] = super().merge_environment_settings(url, proxies, stream, verify, cert)
        return self._settings[asked]

    def resolve_redirects(
        self, resp: requests.Response, *_: Any, yield_requests: bool = False, **__: Any
    ) -> Iterator[Any]:
        """Give none: what the key is sent to is the connection's host, and no other.

        :raises requests.TooManyRedirects: for whoever would have it followed.
        """
        if resp.is_redirect and not yield_requests:
            resp.close()
            raise requests.TooManyRedirects("no redirects are followed", response=resp)
        return iter(())


def read_body(response: requests.Response) -> None:
    """Read the body of an answer that is being streamed, once: from then on it is its ``content``.

    :raises ResponseLimitError: where it is beyond the bounds.
    :raises urllib3.exceptions.HTTPError: where it does not arrive whole.
    """
    if not isinstance(response.raw, _ReadBody):
        with response:
            body = _body_of(response)
        response.raw = _ReadBody(body)


class _ReadBody(io.BytesIO):
    """A body that has been read, for the library to take as one piece instead of copying it by 10 kB."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.getvalue()


def _body_of(response: requests.Response) -> bytes:
    pieces: Iterable[bytes] = response.raw.stream(CHUNK_BYTES, decode_content=False)
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding == ENCODING:
        pieces = _decompress(pieces)
    elif encoding not in {"", "identity"}:
        raise DecodingError("it is packed in another way than was asked for")
    taken, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_BODY_BYTES:
            raise TooLargeError
        taken.append(piece)
    return b"".join(taken)


def _decompress(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack no more than a piece at once, however much there is in a few bytes."""
    unpacker = zlib.decompressobj(GZIP)
    is_whole = True
    try:
        for piece in pieces:
            rest = piece
            while rest:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(GZIP)
                yield unpacker.decompress(rest, CHUNK_BYTES)
                rest = unpacker.unconsumed_tail or unpacker.unused_data
            is_whole = unpacker.eof
    except zlib.error:
        raise DecodingError("it cannot be unpacked") from None
    if not is_whole:
        raise DecodingError("it cannot be unpacked: its end is missing")


class _TimedReader(io.RawIOBase):
    """What arrives on a socket, until the time or the bytes of an answer are used up."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._patience = sock.gettimeout() or MAX_SECONDS
        self._end = time.monotonic() + MAX_SECONDS
        self._left = MAX_BODY_BYTES + MAX_HEADER_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(min(self._patience, max(0.001, self._end - time.monotonic())))
        try:
            got: int | None = self._raw.readinto(buffer)
        except TimeoutError:
            self._check_time()
            raise
        self._check_time()
        self._left -= got or 0
        if self._left < 0:
            raise TooLargeError
        return got

    def _check_time(self) -> None:
        if time.monotonic() >= self._end:
            raise TooSlowError

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_TimedReader(self.fp.detach(), sock), CHUNK_BYTES)


class _Connection(HTTPConnection):
    response_class = _Response

    def getresponse(self) -> Any:
        yield_to_caller()
        return super().getresponse()


class _TlsConnection(_Connection, HTTPSConnection):
    """The same, encrypted."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _BoundedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _with_bounded_pools(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> PoolManager:
        return _with_bounded_pools(super().proxy_manager_for(*args, **kwargs))


def _with_bounded_pools(manager: Any) -> PoolManager:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    bound: PoolManager = manager
    return bound

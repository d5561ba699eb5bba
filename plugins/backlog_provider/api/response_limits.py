"""Limits for every response: no redirects, a maximum time, and a maximum number of bytes.

The defaults of the requests library are not enough. Its timeout starts again after each byte, and it decompresses any
encoding without a size limit. It reads the body of a redirect that it does not follow, and it keeps cookies.
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
# The maximum size of a decompressed body: enough for a page of 100 records of a megabyte each.
MAX_BODY_BYTES = 128 * MIB
# The maximum size of the headers: http.client accepts 100 headers of 64 kB.
MAX_HEADER_BYTES = 8 * MIB
# Seconds from the request to the end of the response: MAX_BODY_BYTES at four megabits a second.
MAX_SECONDS = 300.0
# Bytes to read at once: with the 10 kB of requests, a page takes about 20 calls and a copy.
CHUNK_BYTES = MIB
# The only encoding that is requested, and so the only one that is decompressed.
ENCODING = "gzip"
GZIP = 16 + zlib.MAX_WBITS


class ResponseLimitError(Exception):
    """A response that exceeds a limit."""


class TooLargeError(ResponseLimitError):
    """A response with too many bytes."""


class TooSlowError(ResponseLimitError):
    """A response that is not complete within the maximum time."""


class DecodingError(ResponseLimitError):
    """A response with an unexpected encoding, or with a body that cannot be decompressed."""


class BoundedSession(requests.Session):
    """A session that limits each response, follows no redirects and keeps no cookies."""

    def __init__(self) -> None:
        super().__init__()
        self.headers["Accept-Encoding"] = ENCODING
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self.mount(scheme, _BoundedAdapter())
        self._settings: dict[Any, Any] = {}

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Return the proxy and certificate settings of the environment, cached per host.

        Reading them takes as long as sending a request. See ``requests.Session.merge_environment_settings``.

        :param url: the URL of the request.
        :param proxies: the proxies of the request.
        :param stream: whether to stream the body.
        :param verify: whether to check the certificate, or the path of a CA bundle.
        :param cert: the client certificate.
        """
        settings_key = urlsplit(url)[:2], tuple((proxies or {}).items()), stream, verify, cert
        if settings_key not in self._settings:
            self._settings[settings_key] = super().merge_environment_settings(url, proxies, stream, verify, cert)
        return self._settings[settings_key]

    def resolve_redirects(
        self, resp: requests.Response, *_: Any, yield_requests: bool = False, **__: Any
    ) -> Iterator[Any]:
        """Return no redirects, so that the API key is sent to no other host than that of the connection.

        :param resp: the response.
        :param yield_requests: whether the caller only asks for the next request, without following it.
        :raises requests.TooManyRedirects: if the caller asks to follow a redirect.
        """
        if resp.is_redirect and not yield_requests:
            resp.close()
            raise requests.TooManyRedirects("no redirects are followed", response=resp)
        return iter(())


def read_body(response: requests.Response) -> None:
    """Read the body of a streamed response, so that it becomes its ``content``. A second call does nothing.

    :param response: the response.
    :raises ResponseLimitError: if the response exceeds a limit.
    :raises urllib3.exceptions.HTTPError: if the body is cut off.
    """
    if not isinstance(response.raw, _CompleteBody):
        with response:
            body = _decoded_body(response)
        response.raw = _CompleteBody(body)


class _CompleteBody(io.BytesIO):
    """A complete body, which requests then takes in one piece instead of copying it in chunks of 10 kB."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.getvalue()


def _decoded_body(response: requests.Response) -> bytes:
    pieces: Iterable[bytes] = response.raw.stream(CHUNK_BYTES, decode_content=False)
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding == ENCODING:
        pieces = _decompress(pieces)
    elif encoding not in {"", "identity"}:
        raise DecodingError("it is packed in another way than was asked for")
    chunks, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_BODY_BYTES:
            raise TooLargeError
        chunks.append(piece)
    return b"".join(chunks)


def _decompress(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress at most one chunk at a time, so that a few bytes cannot expand without limit."""
    decompressor = zlib.decompressobj(GZIP)
    is_whole = True
    try:
        for piece in pieces:
            rest = piece
            while rest:
                if decompressor.eof:
                    decompressor = zlib.decompressobj(GZIP)
                yield decompressor.decompress(rest, CHUNK_BYTES)
                rest = decompressor.unconsumed_tail or decompressor.unused_data
            is_whole = decompressor.eof
    except zlib.error:
        raise DecodingError("it cannot be unpacked") from None
    if not is_whole:
        raise DecodingError("it cannot be unpacked: its end is missing")


class _TimedReader(io.RawIOBase):
    """Reads a socket until the time or the bytes of a response are used up."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._read_timeout = sock.gettimeout() or MAX_SECONDS
        self._deadline = time.monotonic() + MAX_SECONDS
        self._bytes_left = MAX_BODY_BYTES + MAX_HEADER_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(min(self._read_timeout, max(0.001, self._deadline - time.monotonic())))
        try:
            got: int | None = self._raw.readinto(buffer)
        except TimeoutError:
            self._check_time()
            raise
        self._check_time()
        self._bytes_left -= got or 0
        if self._bytes_left < 0:
            raise TooLargeError
        return got

    def _check_time(self) -> None:
        if time.monotonic() >= self._deadline:
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
    """The same connection over TLS."""


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

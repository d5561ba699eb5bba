"""Prefetch the next page while the current one is processed, as file systems read ahead.

There is still one request at a time: a prefetch starts after the previous response is complete. It only follows a full
page, and only if the caller knows the next request. A wrong prediction, for example after a deletion, costs a request.

A greenlet sends the request and pauses inside the HTTP library, where it would wait for the response. It continues when
the response is needed. A thread would take longer for each page, as it and the caller block each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from greenlet import getcurrent, greenlet

from backlog_provider.exceptions import BacklogError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    import requests

    from backlog_provider.model.record import Params

    RequestKey: TypeAlias = tuple[str, Params]
    Send: TypeAlias = Callable[[], requests.Response]


class Prefetcher:
    """Keeps one request in flight while the caller does other work. It must be used by one thread only."""

    def __init__(self) -> None:
        self._request: _Request | None = None
        self.asked: RequestKey | None = None
        """Path and params of the request in flight; None if there is none."""

    def begin(self, asked: RequestKey, send: Send) -> None:
        """Start a request, and return as soon as it was sent. No other request may be in flight.

        :param asked: path and params of the request.
        :param send: sends the request and returns the response.
        """
        self.asked, self._request = asked, _Request(send)
        self._request.switch()

    def take(self) -> None:
        """Receive and keep the response in flight, as a server does not wait for minutes."""
        if self._request is not None and not self._request.dead:
            self._request.switch()

    def answer(self, asked: RequestKey) -> requests.Response | None:
        """Return the response to a prefetched request; None if the request was not prefetched.

        If another request is in flight, wait for it and discard its response or error.

        :param asked: path and params of the request.
        :raises BacklogError: the error of the prefetched request.
        """
        self.take()
        prefetched, request = self.asked, self._request
        self.asked = self._request = None
        if request is None or prefetched != asked:
            return None
        try:
            if request.failure:
                raise request.failure
            return request.response
        finally:
            # Break the reference cycle between the exception and this frame.
            del request

    def close(self) -> None:
        """Cancel the request in flight."""
        if self._request is not None and not self._request.dead:
            self._request.throw()
        self.asked = self._request = None


class _Request(greenlet):
    """A greenlet that sends a request. It pauses only once; a further request, such as a retry, blocks."""

    def __init__(self, send: Send) -> None:
        super().__init__()
        self._send = send
        self.has_yielded = False
        self.response: requests.Response | None = None
        self.failure: BacklogError | None = None

    def run(self) -> None:
        # Other exceptions, for example from a signal handler, do not belong to the request: raise them in the caller.
        try:
            self.response = self._send()
        except BacklogError as error:
            self.failure = error


def yield_to_caller() -> None:
    """Return to the caller of ``begin`` until the response is needed. Call this when the request was sent."""
    request = getcurrent()
    if isinstance(request, _Request) and request.parent and not request.has_yielded:
        request.has_yielded = True
        request.parent.switch()

"""The next page is asked for while the last one is still being read, as file systems read ahead.

Still one request at a time: it is sent when the answer before it has come whole. Only behind a full page, and only
where the reader has said what comes next; where that is wrong, as where something was deleted meanwhile, it costs a
request.

What asks is put aside where it would wait, in the middle of the HTTP library, and goes on when the answer is wanted. A
thread that waits in its place takes longer for each page, as it and the caller keep each other waiting.
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

    Asked: TypeAlias = tuple[str, Params]
    Send: TypeAlias = Callable[[], requests.Response]


class Prefetcher:
    """Has a request on its way while its caller does something else; of one thread alone."""

    def __init__(self) -> None:
        self._request: _Request | None = None
        self.asked: Asked | None = None
        """Path and params of what is on its way."""

    def begin(self, asked: Asked, send: Send) -> None:
        """Begin a request, when there is none; comes back when it has been sent.

        :param send: sends it, and waits for the answer.
        """
        self.asked, self._request = asked, _Request(send)
        self._request.switch()

    def take(self) -> None:
        """Wait for the answer to what is on its way, and keep it for later: a server does not wait for minutes."""
        if self._request is not None and not self._request.dead:
            self._request.switch()

    def answer(self, asked: Asked) -> requests.Response | None:
        """Return the answer to a request, or raise what came instead; None where it was not begun.

        Another one that is on its way is waited for, whatever comes of it.
        """
        self.take()
        begun, request = self.asked, self._request
        self.asked = self._request = None
        if request is None or begun != asked:
            return None
        try:
            if request.failure:
                raise request.failure
            return request.response
        finally:
            # An exception knows this frame, and would be known to it.
            del request

    def close(self) -> None:
        """Give up what is on its way."""
        if self._request is not None and not self._request.dead:
            self._request.throw()
        self.asked = self._request = None


class _Request(greenlet):
    """A request that waits for its answer somewhere else, once: what it asks for after that is waited for."""

    def __init__(self, send: Send) -> None:
        super().__init__()
        self._send = send
        self.is_aside = False
        self.response: requests.Response | None = None
        self.failure: BacklogError | None = None

    def run(self) -> None:
        # What is raised otherwise, as by a signal, is nobody's answer, and is raised where the caller is now.
        try:
            self.response = self._send()
        except BacklogError as error:
            self.failure = error


def yield_to_caller() -> None:
    """Let whoever began this request go on until the answer is wanted; called when it has been sent."""
    request = getcurrent()
    if isinstance(request, _Request) and request.parent and not request.is_aside:
        request.is_aside = True
        request.parent.switch()

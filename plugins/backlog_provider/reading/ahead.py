"""The next page is asked for while the last one is still being read, as file systems read ahead.

Still one request at a time: it is sent when the answer before it has come whole. Only in a list that has been read in
equal steps for long, and behind a full page: a guess that is wrong, as where something was deleted meanwhile, costs a
request, and then that is one of many.
"""

from __future__ import annotations

from concurrent.futures import Future
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    import requests

    from backlog_provider.reading.client import Params

    Asked: TypeAlias = tuple[str, Params]
    Send: TypeAlias = Callable[[], requests.Response]

# So many equal steps, and there will be another; a guess that is wrong is less than a hundredth of them.
STEADY = 100


class Steps:
    """Follows what is asked for, and knows what comes next where a list is read step by step."""

    def __init__(self) -> None:
        self._list: Any = None
        self._offset = 0
        self._step = 0
        self._taken = 0

    def follow(self, path: str, params: Params) -> Params | None:
        """Note a request, and return the params of the one that will follow; None where nobody can tell."""
        asked = path, [pair for pair in params if pair[0] != "offset"]
        offset = next((int(value) for name, value in params if name == "offset"), 0)
        step = offset - self._offset if asked == self._list else 0
        self._taken = self._taken + 1 if step == self._step else 0
        self._list, self._offset, self._step = asked, offset, step
        if step <= 0 or self._taken < STEADY:
            return None
        return [(name, offset + step if name == "offset" else value) for name, value in params]


class Ahead:
    """Has a request on its way while its caller does something else, in one thread for all of them."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[tuple[Future[requests.Response], Send] | None] = SimpleQueue()
        self._begun = Semaphore(0)
        self._thread: Thread | None = None
        self._answer: Future[requests.Response] | None = None
        self.asked: Asked | None = None
        """Path and params of what is on its way."""

    def begin(self, asked: Asked, send: Send) -> None:
        """Begin a request, when there is none.

        :param send: sends it, and waits for the answer.
        """
        if self._thread is None:
            # A task that is told to end does not wait for an answer that nobody needs any more: hence a daemon.
            self._thread = Thread(target=self._run, name="backlog-ahead", daemon=True)
            self._thread.start()
        self.asked, self._answer = asked, Future()
        self._jobs.put((self._answer, send))
        # To wait for this lets the other thread have its turn, and so the request is sent at once.
        self._begun.acquire()

    def answer(self, asked: Asked) -> requests.Response | None:
        """Return the answer to a request, or raise what came instead; None where it was not begun.

        Another one that is on its way is waited for, whatever comes of it.
        """
        begun, self.asked = self.asked, None
        answer, self._answer = self._answer, None
        if answer is None:
            return None
        try:
            if begun == asked:
                return answer.result()
            answer.exception()
            return None
        finally:
            # An exception knows this frame, and would be known to it.
            del answer

    def close(self) -> None:
        """End the thread."""
        self._jobs.put(None)

    def _run(self) -> None:
        while job := self._jobs.get():
            answer, send = job
            self._begun.release()
            try:
                answer.set_result(send())
            except BaseException as error:  # noqa: BLE001 (it is raised where the answer is asked for)
                answer.set_exception(error)
            # The next turn may come late, and an answer is large.
            del job, answer, send

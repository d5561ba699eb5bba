"""One thing at a time, done beside its caller: an upload under way while records are made."""

from __future__ import annotations

from concurrent.futures import Future
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Given = TypeVar("Given")


class Beside(Generic[Given]):
    """Does what it is given in one thread of its own, which begins with the first of it.

    :param name: the thread's.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: SimpleQueue[tuple[Future[Any], Callable[[], Given]] | None] = SimpleQueue()
        self._begun = Semaphore(0)
        self._thread: Thread | None = None
        self._under_way: Future[Given] | None = None

    def begin(self, job: Callable[[], Given]) -> None:
        """Begin something, where nothing is under way."""
        if self._thread is None:
            # A task that is told to end does not wait for what nobody needs any more: hence a daemon.
            self._thread = Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        self._under_way = Future()
        self._jobs.put((self._under_way, job))
        # To wait for this lets the other thread have its turn, and so it begins at once.
        self._begun.acquire()

    def result(self) -> Given | None:
        """Wait for what was begun, and return what came of it, or raise what came instead; None where nothing was."""
        under_way, self._under_way = self._under_way, None
        try:
            return under_way.result() if under_way else None
        finally:
            # An exception knows this frame, and would be known to it.
            del under_way

    def close(self) -> None:
        """End the thread, when it is done; nobody waits for that."""
        self._under_way = None
        self._jobs.put(None)

    def _run(self) -> None:
        while job := self._jobs.get():
            future, do = job
            self._begun.release()
            try:
                future.set_result(do())
            except BaseException as error:  # noqa: BLE001 (it is raised where the result is asked for)
                future.set_exception(error)
            # The next turn may come late, and a result is large.
            del job, future, do

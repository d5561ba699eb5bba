"""A single background thread that runs one job at a time, such as an upload while the next records are prepared."""

from __future__ import annotations

from concurrent.futures import Future
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Given = TypeVar("Given")


class Beside(Generic[Given]):
    """Runs one job at a time in its own thread, which starts with the first job.

    :param name: the name of the thread.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: SimpleQueue[tuple[Future[Any], Callable[[], Given]] | None] = SimpleQueue()
        self._begun = Semaphore(0)
        self._thread: Thread | None = None
        self._under_way: Future[Given] | None = None

    def begin(self, job: Callable[[], Given]) -> None:
        """Start a job and return. Call ``result`` before the next ``begin``.

        :param job: the function to run in the thread.
        """
        if self._thread is None:
            # A daemon thread does not delay the exit of a task that is stopped.
            self._thread = Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        self._under_way = Future()
        self._jobs.put((self._under_way, job))
        # Waiting here releases the GIL, so that the thread starts the job at once.
        self._begun.acquire()

    def result(self) -> Given | None:
        """Wait for the current job and return its result; None if there is no job.

        :raises BaseException: the exception that the job raised.
        """
        under_way, self._under_way = self._under_way, None
        try:
            return under_way.result() if under_way else None
        finally:
            # The exception's traceback refers to this frame; break the reference cycle.
            del under_way

    def close(self) -> None:
        """End the thread after its current job, without waiting for it."""
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
            # Free the result, which may be large, before waiting for the next job.
            del job, future, do

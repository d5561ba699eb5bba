"""How much memory the processes of tasks have had at most, as Linux tells it of each while it lives."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

PROC = Path("/proc")
# Seconds between two looks. The figure never falls: missed is how it grows between the last look and the end.
OFTEN = 0.02


class Watch:
    """Looks at the processes of tasks: those that the workers of a scheduler's LocalExecutor have started.

    :param scheduler: the id of its process.
    """

    def __init__(self, scheduler: int) -> None:
        self.first: dict[int, float] = {}
        """What each process had resident when it was first seen, in MB, by its id."""
        self.peaks: dict[int, float] = {}
        """The most that it has had."""
        self._scheduler = scheduler
        self._ended = Event()
        self._thread = Thread(target=self._look, name="watch")

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(OFTEN):
            for worker in _children(self._scheduler):
                for task in _children(worker):
                    if peak := peak_of(task):
                        self.first.setdefault(task, peak)
                        self.peaks[task] = peak


def peak_of(pid: int) -> float:
    """Return the most that a process has had resident, in MB; 0 where it has ended."""
    lines = [line for line in _read(f"{pid}/status").splitlines() if line.startswith("VmHWM")]
    return int(lines[0].split()[1]) / 1024 if lines else 0


def _children(pid: int) -> Iterator[int]:
    return map(int, _read(f"{pid}/task/{pid}/children").split())


def _read(path: str) -> str:
    try:
        return (PROC / path).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""

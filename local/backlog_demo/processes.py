"""Processes that the demo starts, each with a log of its own, and that end with it whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Self

# Seconds that a process has to end by itself.
GRACE = 10.0
# SIGINT among them: a shell that starts a command in the background has it ignored.
INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Processes:
    """A set of background processes: ``with Processes(logs) as processes``, and none of them outlives the block.

    :param logs: the folder of their logs, ``NAME.log``.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        # While a process is being born nobody knows it yet: an interruption waits until somebody does.
        self._patient = False
        self._interrupted = False

    def __enter__(self) -> Self:
        """Make the folder, and turn interruptions into exceptions, so that the block's end is always reached."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._handlers = {number: signal.signal(number, self._interrupt) for number in INTERRUPTIONS}
        return self

    def __exit__(self, *_: object) -> None:
        """End them all, and whatever they have started; nobody may interrupt that."""
        self._patient = True
        end([psutil.Process(process.pid) for process in self._running.values() if process.poll() is None])
        for process in self._running.values():
            process.wait()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def start(self, name: str, command: Sequence[str | Path], env: Mapping[str, str]) -> None:
        """Start a command in a process group of its own, so that a Ctrl-C at the terminal reaches the demo alone."""
        self._patient = True
        with self.log(name).open("wb") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 (our own commands)
                [str(part) for part in command],
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._patient = False
        if self._interrupted:
            raise KeyboardInterrupt

    def run(self, name: str, command: Sequence[str | Path], env: Mapping[str, str]) -> None:
        """Run a command to its end.

        :raises RuntimeError: where it fails; with the end of its log.
        """
        self.start(name, command, env)
        code = self._running[name].wait()
        # Not before it has ended: until then an interruption has to end it.
        del self._running[name]
        if code != 0:
            raise RuntimeError(f"{name} failed:\n{self.tail(name)}")

    def wait_for_line(self, name: str, start: str, seconds: float = 60) -> str:
        """Return the first line of a process's output that starts so.

        :raises RuntimeError: where it ends before, or takes longer; with the end of its log.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for line in self.log(name).read_text(errors="replace").splitlines():
                if line.startswith(start):
                    return line
            self.check()
            time.sleep(0.05)
        raise RuntimeError(f"{name} did not come up in {seconds:.0f} s:\n{self.tail(name)}")

    def check(self) -> None:
        """Raise RuntimeError, with the end of the log, if one of them has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended with code {process.returncode}:\n{self.tail(name)}")

    def _interrupt(self, number: int, _: object) -> None:
        self._interrupted = True
        if not self._patient:
            raise KeyboardInterrupt(f"signal {number}")

    def log(self, name: str) -> Path:
        """Return the path of a process's log."""
        return self._logs / f"{name}.log"

    def tail(self, name: str, lines: int = 15) -> str:
        """Return the end of a process's log."""
        return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-lines:])


def end(processes: Sequence[psutil.Process]) -> None:
    """End processes and all their descendants: politely first, then for certain."""
    family = [child for process in processes for child in _with_descendants(process)]
    for process in processes:
        _send(process, signal.SIGTERM)
    psutil.wait_procs(family, timeout=GRACE)
    for process in family:
        _send(process, signal.SIGKILL)
    psutil.wait_procs(family, timeout=GRACE)


def _with_descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        if process.is_running():
            os.kill(process.pid, number)
    except (ProcessLookupError, psutil.NoSuchProcess):
        pass

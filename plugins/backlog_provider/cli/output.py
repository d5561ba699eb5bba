"""The output of an export, complete or not at all, and its progress."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from backlog_provider.exceptions import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Seconds between two lines of progress.
EVERY = 5.0


@contextmanager
def destination(path: str | None) -> Iterator[IO[bytes]]:
    """Give what to write to: a file that is there only when it is whole, or the standard output.

    :raises ConfigurationError: where the file cannot be written.
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(path).resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    if target.exists() and not target.is_file():
        raise ConfigurationError(f"-o: {path} is no file; name one, or leave it out for the standard output")
    try:
        with _terminable(), part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise ConfigurationError(f"-o: {path} cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            part.unlink()


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a request to end the process end the block like Ctrl-C, so that it clears up."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Give what tells how far it is, on the standard error: in place on a terminal, else a line now and then."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        looks = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*looks, console=Console(stderr=True)) as bar:
            task = bar.add_task("")
            yield lambda text: bar.update(task, description=text)
    else:
        yield _now_and_then()


def _now_and_then() -> Callable[[str], None]:
    last = time.monotonic()

    def tell(text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY:
            last = time.monotonic()
            sys.stderr.write(f"{text}\n")

    return tell

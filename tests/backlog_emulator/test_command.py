"""The command: one line, a second to start, and a clean end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = re.compile(r"Backlog emulator at (http://127\.0\.0\.1:\d+)  \(API key: (\w+)\)\n")


@contextmanager
def started(*options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "backlog_emulator", "--host", "127.0.0.1", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_one_line_serves_and_ends_with_0(stop: signal.Signals) -> None:
    start = time.monotonic()
    with started() as process:
        assert process.stdout
        match = LINE.fullmatch(process.stdout.readline())
        assert match
        count = requests.get(f"{match[1]}/api/v2/issues/count", {"apiKey": match[2]}, timeout=10)
        assert count.json() == {"count": 3000}
        assert time.monotonic() - start < 3  # about half a second on an idle machine
        process.send_signal(stop)
        assert process.communicate(timeout=10) == ("", "")
        assert process.returncode == 0


def test_switches_are_set_on_the_command_line() -> None:
    with started("--issues", "5", "--set", "min_id=inclusive", "--set", "limit_read=7") as process:
        assert process.stdout
        match = LINE.fullmatch(process.stdout.readline())
        assert match
        switches = requests.get(f"{match[1]}/control/switches", timeout=10).json()
        assert (switches["min_id"], switches["limit_read"]) == ("inclusive", 7)
        process.terminate()
        process.communicate(timeout=10)


@pytest.mark.parametrize("setting", ["min_id=perhaps", "colour=red", "min_id"])
def test_a_bad_switch_ends_in_one_clear_line(setting: str) -> None:
    with started("--set", setting) as process:
        out, err = process.communicate(timeout=10)
        assert (out, process.returncode) == ("", 1)
        assert err.startswith("--set: ")
        assert len(err.splitlines()) == 1

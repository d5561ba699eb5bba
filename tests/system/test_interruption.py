"""The demo, interrupted."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def those_who_know(directory: Path) -> list[psutil.Process]:
    """Every process with this folder in its command or environment."""
    known = psutil.process_iter(["cmdline", "environ"])
    return [p for p in known if str(directory) in f"{p.info['cmdline']} {p.info['environ']}"]


@pytest.mark.parametrize(
    ("number", "seconds"), [(signal.SIGINT, 0), (signal.SIGINT, 8), (signal.SIGTERM, 20), (signal.SIGINT, 36)]
)
def test_interrupted_demo_leaves_no_process_behind(tmp_path: Path, number: int, seconds: float) -> None:
    directory = tmp_path / "interrupted-demo"
    demo = subprocess.Popen(
        [sys.executable, "-m", "backlog_demo", "demo", "--directory", directory],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert demo.stdout
    assert demo.stdout.readline().startswith("Starting")
    time.sleep(seconds)
    assert those_who_know(directory)
    demo.send_signal(number)
    output, _ = demo.communicate(timeout=60)
    assert demo.returncode == 130, output
    assert "interrupted; nothing was left running" in output
    assert those_who_know(directory) == []

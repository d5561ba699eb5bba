"""``python -m benchmarks``: full loads of issues against the floor, in turns, and the medians of both."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from backlog_demo.world import services

# What is measured is this side, not the wait for the next minute.
UNLIMITED = ("limit_search=1000000", "limit_read=1000000")


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    table = Table("issues", "provider s", "floor s", "ratio", "rows/s", "peak MB", "requests", "statements")
    for issues in arguments.issues:
        table.add_row(*measure(issues, arguments.rounds))
    console = Console()
    console.print(f"{os.cpu_count()} CPUs, Python {sys.version.split()[0]}, medians of {arguments.rounds} rounds")
    console.print(table)


def measure(issues: int, rounds: int) -> list[str]:
    """The cells of one size."""
    with tempfile.TemporaryDirectory() as folder, services(Path(folder), issues=issues, switches=UNLIMITED) as env:
        run("floor", "WARM", env)
        pairs = [(run("provider", f"P{n}", env), run("floor", f"F{n}", env)) for n in range(rounds)]
    seconds = median(provider["seconds"] for provider, _ in pairs)
    floor = median(by_hand["seconds"] for _, by_hand in pairs)
    ratio = median(provider["seconds"] / by_hand["seconds"] for provider, by_hand in pairs)
    last = pairs[-1][0]
    peak = max(provider["peak_mb"] for provider, _ in pairs)
    times = [f"{seconds:.2f}", f"{floor:.2f}", f"{ratio:.2f}", f"{last['rows'] / seconds:,.0f}", f"{peak:.0f}"]
    return [f"{issues:,}", *times, f"{last['requests']:,}", str(last["statements"])]


def run(what: str, schema: str, env: dict[str, str]) -> dict[str, Any]:
    """Run one measurement in a process of its own."""
    command = [sys.executable, "-m", f"benchmarks.{what}", schema]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 (our own command)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


if __name__ == "__main__":
    main()

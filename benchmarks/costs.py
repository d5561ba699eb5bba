"""The second table: what a load costs besides time, each figure beside what it may be at most."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.worlds import PROJECT, control, emulated, quick, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.worlds import Env

EMPTY_DAG = 'from airflow.sdk import DAG\n\nwith DAG("empty", schedule=None):\n    pass\n'
IMPORTS = """\
import time
import airflow.sdk.execution_time.task_runner
started = time.perf_counter()
import backlog_provider.hooks.backlog, backlog_provider.hooks.snowflake, backlog_provider.sync.run
import backlog_provider.operators.backlog_to_snowflake
print(time.perf_counter() - started)
"""


@dataclass(frozen=True)
class Cost:
    """A figure, and the most that it may be; None where nothing is asked of it."""

    what: str
    value: float
    unit: str
    most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether it is as it should be."""
        return self.most is None or self.value <= self.most


def parsing(rounds: int, env: Env) -> Iterator[Cost]:
    """Seconds to parse the DAG files and to import what a task needs, in processes that have Airflow already."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty_airflow_dag.py"
        empty.write_text(EMPTY_DAG)
        dags = sorted((PROJECT / "dags").glob("*.py"))
        all_of_them = median(run("parsing", *dags, env=env)["seconds"] for _ in range(rounds))
        nothing = median(run("parsing", empty, env=env)["seconds"] for _ in range(rounds))
    yield Cost("dags/ parsed, above an empty DAG file", all_of_them - nothing, "s", 0.3)
    yield Cost("a task's imports", median(_imports(env) for _ in range(rounds)), "s")


def _imports(env: Env) -> float:
    command = [sys.executable, "-c", IMPORTS]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)  # noqa: S603 (our own command)
    return float(done.stdout.splitlines()[-1])


def memory(large: int) -> Iterator[Cost]:
    """Peak memory of loads, small and large, above a process that has only what Airflow's task runner imports."""
    peaks = []
    for issues in (20_000, large):
        with quick(issues) as env:
            bare = run("task", env=env)["peak_mb"]
            loaded = run("provider", "MEMORY", env=env)
        peaks.append(loaded["peak_mb"] - bare)
        least = issues / 100
        yield Cost(f"peak memory above a bare task ({bare:.0f} MB), {issues:,} rows", peaks[-1], "MB", 200)
        yield Cost(f"requests above rows/100, {issues:,} rows", 100 * (loaded["requests"] - least) / least, "%", 2)
    yield Cost(f"peak memory, {large:,} rows to 20,000", peaks[1] / peaks[0], "×", 1.1)


def limited(issues: int) -> Iterator[Cost]:
    """A full load against a limit of 150 searches a minute."""
    with emulated(issues, "limit_search=150") as env:
        loaded = run("provider", "LIMITED", env=env)
        log = control(env, "GET", "requests")
    searches = sum(entry["bucket"] == "search" for entry in log)
    ratio = loaded["seconds"] / (searches / 150 * 60)
    yield Cost(f"limit of 150 a minute: {searches} requests, time to requests/150 minutes", ratio, "×", 1.02)
    yield Cost("answers 429 in it", sum(entry["status"] == 429 for entry in log), "", 0)


def distant(issues: int) -> Iterator[Cost]:
    """A full load with 200 ms to each answer."""
    with quick(issues, latency_ms=200) as env:
        loaded = run("provider", "DISTANT", env=env)
    ratio = loaded["seconds"] / (loaded["requests"] * 0.2)
    yield Cost(f"200 ms to each answer: {loaded['requests']} requests, time to requests × 200 ms", ratio, "×", 1.05)


def idle() -> Iterator[Cost]:
    """A run of issues in which nothing is new: its requests, and what it asks Snowflake."""
    with emulated(3_000) as env:
        found = run("idle", "IDLE", env=env)
    yield Cost("idle run: requests for issues, and for the list of projects", found["requests"], "", 2)
    yield Cost("idle run: statements that wake a warehouse", found["waking"], "", 0)


def measure(rounds: int, large: int, told: Callable[[str], None]) -> list[Cost]:
    """Measure all of it."""
    costs: list[Cost] = []
    with quick(100) as env:
        costs += parsing(rounds, env)
    for what, measured in (
        ("memory", memory(large)),
        ("limit", limited(45_000)),
        ("latency", distant(45_000)),
        ("idle", idle()),
    ):
        started = time.perf_counter()
        costs += measured
        told(f"{what}: measured in {time.perf_counter() - started:.0f} s")
    return costs


def as_json(costs: list[Cost]) -> list[dict[str, Any]]:
    """Return the figures as plain data."""
    return [{"what": c.what, "value": c.value, "unit": c.unit, "most": c.most, "holds": c.holds} for c in costs]

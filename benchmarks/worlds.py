"""What measurements run against: a space and a local Snowflake, and the processes that are measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from backlog_demo.world import emulator, services

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[1]
# dlt has an environment of its own.
PYTHONS = {"by_dlt": str(PROJECT / ".local" / "bench" / "bin" / "python")}

Env = dict[str, str]


@contextmanager
def quick(issues: int, *, latency_ms: int = 0) -> Iterator[Env]:
    """A space of prebuilt bodies, so that it is not the server that is measured."""
    with _world(issues, "benchmarks.space", "--latency-ms", str(latency_ms)) as env:
        yield env


@contextmanager
def emulated(issues: int, *switches: str) -> Iterator[Env]:
    """The emulator itself, with its limits."""
    with _world(issues, *emulator(*switches)) as env:
        yield env


@contextmanager
def _world(issues: int, *server: str) -> Iterator[Env]:
    with tempfile.TemporaryDirectory() as folder, services(Path(folder), issues=issues, server=server) as env:
        yield {
            **env,
            "PYTHONPATH": os.pathsep.join(str(PROJECT / p) for p in ("", "plugins", "local")),
            "NO_PROXY": "127.0.0.1,localhost",
        }


def run(what: str, *arguments: object, env: Env) -> dict[str, Any]:
    """Run one measurement in a process of its own, and return what it tells.

    :raises RuntimeError: where it fails, with the end of what it has said.
    """
    command = [PYTHONS.get(what, sys.executable), "-m", f"benchmarks.{what}", *map(str, arguments)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 (our own command)
    if done.returncode != 0:
        raise RuntimeError(f"{what}: {(done.stderr or done.stdout)[-2000:]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def control(env: Env, method: str, path: str, **arguments: Any) -> Any:
    """Call a control of the space, and return its JSON."""
    host = json.loads(env["AIRFLOW_CONN_BACKLOG_DEFAULT"])["host"]
    answer = requests.request(method, f"{host}/control/{path}", timeout=60, **arguments)
    answer.raise_for_status()
    return answer.json() if answer.content else None

"""Everything that the demo and the system tests run: a Backlog space, a Snowflake account, and Airflow between them."""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from backlog_demo.airflow import PROJECT, Airflow, environment
from backlog_demo.processes import Processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

DAG_ID = "backlog_to_snowflake"
EMULATOR = "backlog_emulator"
DIRECTORY = PROJECT / ".local" / "demo"
# The first load asks for the comments of each issue: at the limit of an ordinary plan, that takes minutes.
SWITCHES = ("star_moves_updated=true", "comment_edit_moves_updated=true", "limit_read=6000")


def emulator(*switches: str) -> tuple[str, ...]:
    """Return what serves an emulated space: the module, and its options for some switches, ``NAME=VALUE``."""
    return (EMULATOR, *(part for switch in switches for part in ("--set", switch)))


@dataclass(frozen=True)
class World:
    """What is running.

    :param backlog_url: the emulator's address.
    :param snowflake: the folder of the local Snowflake: ``ca-bundle.pem``, ``connection.json``, the databases.
    :param env: the environment of Airflow's processes.
    """

    backlog_url: str
    snowflake: Path
    airflow: Airflow
    env: dict[str, str]
    processes: Processes

    def advance(self, **span: float) -> dict[str, Any]:
        """Let people work in the space for some ``days`` or ``hours``, and return what they did."""
        answer = requests.post(f"{self.backlog_url}/control/advance", json=span, timeout=60)
        answer.raise_for_status()
        done: dict[str, Any] = answer.json()
        return done

    def truth(self, endpoint: str) -> list[dict[str, Any]]:
        """Return every record of an endpoint as the space has it now."""
        answer = requests.get(f"{self.backlog_url}/control/truth/{endpoint}", timeout=60)
        answer.raise_for_status()
        records: list[dict[str, Any]] = answer.json()
        return records


@contextmanager
def running(
    directory: Path,
    *,
    issues: int = 3000,
    dags: Path = PROJECT / "dags",
    database: str | None = None,
    server: Sequence[object] = emulator(*SWITCHES),
    keep: bool = False,
    told: Callable[[str], None] = print,
) -> Iterator[World]:
    """Start everything in a folder, and end it with the block, whatever happens.

    :param directory: everything is kept in it, logs too; what was in it before is gone, unless it is kept.
    :param server: what serves the space: a module, and its options.
    :param keep: go on with account and Airflow as an earlier call has left them in the folder.
    :param dags: the folder of the DAG files.
    :param database: of Airflow, as ``environment`` takes it.
    :param told: called with a line for each step.
    """
    if not keep:
        _empty(directory)
    with Processes(directory / "logs") as processes:
        backlog_url, env = _start_services(processes, directory, issues, told, server)
        airflow_env = environment(directory / "airflow", env, dags=dags, database=database)
        airflow = Airflow(processes, airflow_env)
        told("Starting Airflow: database, scheduler, DAG processor, API server")
        airflow.start(pools=() if keep else ("backlog_default",))
        yield World(backlog_url, directory / "snowflake", airflow, airflow_env, processes)


@contextmanager
def services(
    directory: Path,
    *,
    issues: int,
    server: Sequence[object] = emulator(),
    told: Callable[[str], None] = print,
) -> Iterator[dict[str, str]]:
    """Start the space and the account alone; gives the environment in which the provider finds both.

    :param server: what serves the space: a module, and its options.
    """
    _empty(directory)
    with Processes(directory / "logs") as processes:
        _, env = _start_services(processes, directory, issues, told, server)
        yield env | {"AIRFLOW_HOME": str(directory / "airflow")}


def _empty(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    (directory / "tmp").mkdir(parents=True)


def _start_services(
    processes: Processes,
    directory: Path,
    issues: int,
    told: Callable[[str], None],
    server: Sequence[object],
) -> tuple[str, dict[str, str]]:
    """Start space and account; return the space's address, and an environment with both connections."""
    told("Starting the Backlog emulator and the local Snowflake")
    env = {**os.environ, "TMPDIR": str(directory / "tmp")}
    backlog_url, key = _start_emulator(processes, env, issues, server)
    snowflake = directory / "snowflake"
    start_snowflake(processes, env, snowflake)
    backlog = {"conn_type": "backlog", "host": backlog_url, "password": key}
    connections = {
        "AIRFLOW_CONN_BACKLOG_DEFAULT": json.dumps(backlog),
        "AIRFLOW_CONN_SNOWFLAKE_DEFAULT": (snowflake / "connection.json").read_text(),
    }
    return backlog_url, env | client_environment(snowflake) | connections


def start_snowflake(processes: Processes, env: dict[str, str], directory: Path) -> None:
    """Start the local Snowflake on its folder, and wait until it answers."""
    _start_python(processes, "snowflake", ["-m", "local_snowflake", "--directory", directory], env)
    processes.wait_for_line("snowflake", "Local Snowflake at ")


def client_environment(snowflake: Path) -> dict[str, str]:
    """Return what a process needs to trust the local Snowflake, and for the connector to stay on this machine."""
    return {
        "REQUESTS_CA_BUNDLE": str(snowflake / "ca-bundle.pem"),
        # At every login it would ask hosts elsewhere which cloud it is in.
        "SNOWFLAKE_DISABLE_PLATFORM_DETECTION": "true",
        "SNOWFLAKE_HOME": str(snowflake / "client"),
    }


def _start_emulator(
    processes: Processes, env: dict[str, str], issues: int, server: Sequence[object]
) -> tuple[str, str]:
    _start_python(processes, "backlog", ["-m", *server, "--issues", issues], env)
    line = processes.wait_for_line("backlog", "Backlog emulator at ")
    address, _, rest = line.removeprefix("Backlog emulator at ").partition(" ")
    return address, rest.partition("API key: ")[2].rstrip(") ")


def _start_python(processes: Processes, name: str, arguments: Sequence[object], env: dict[str, str]) -> None:
    processes.start(name, [sys.executable, *map(str, arguments)], env)

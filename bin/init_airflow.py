"""What `airflow-init` does at each `up`: look whether this can work, migrate Airflow's database, make the pools.

What it finds is one line each. A warning is of what may become short; an error is of what cannot work, and ends it with
status 1 before anything was touched.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet
from packaging.requirements import Requirement

from backlog_provider.airflow_spaces import spaces_named
from backlog_provider.exceptions import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LOCK = Path("/opt/airflow/requirements.txt")
LOGS = Path("/opt/airflow/logs")
# Words of the examples in .env.example.
EXAMPLES = ("SPACE.backlog.com", "ORGANISATION-ACCOUNT")


@dataclass(frozen=True)
class Machine:
    """What Docker has: memory and free disk in GB, and processors."""

    memory: float
    disk: float
    processors: int


@dataclass(frozen=True)
class Finding:
    """A line for whoever has said `up`; `fatal` if it cannot work like this."""

    text: str
    fatal: bool = False

    def __str__(self) -> str:
        return f"{'error' if self.fatal else 'warning'}: {self.text}"


def main() -> None:
    """Check, migrate, make the pools, and tell of connections that are nowhere."""
    _tell(checked(os.environ, this_machine(), LOCK.read_text(encoding="utf-8")))
    subprocess.run(["airflow", "db", "migrate"], check=True)  # noqa: S607 (the image's own)
    connections = ["backlog_default", *spaces_named(os.environ.get("BACKLOG_SPACES", ""))]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(pools(connections), file)
        file.flush()
        subprocess.run(["airflow", "pools", "import", file.name], check=True)  # noqa: S603, S607 (likewise)
    _tell(_missing([*connections, "snowflake_default"]))
    print(
        f"Airflow {metadata.version('apache-airflow')}, provider {metadata.version('airflow-provider-backlog')}: ready"
    )


def checked(environment: Mapping[str, str], machine: Machine, lock: str) -> Iterator[Finding]:
    """Give everything that is to be said of the machine, the variables of .env, and the image."""
    yield from of_machine(machine)
    yield from of_secrets(environment)
    yield from of_connections(environment)
    yield from of_packages(lock)


def this_machine() -> Machine:
    """Measure it; a container sees the memory of Docker's machine, and the disk that the volumes are on."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(memory / 1e9, shutil.disk_usage(LOGS).free / 1e9, os.cpu_count() or 1)


def of_machine(machine: Machine) -> Iterator[Finding]:
    """Airflow's own figures: 4 GB of memory, 2 processors, 10 GB of disk."""
    if machine.disk < 1:
        yield Finding(f"{machine.disk:.1f} GB of disk are free: the database needs room, 10 GB are enough", fatal=True)
    elif machine.disk < 10:
        yield Finding(f"{machine.disk:.1f} GB of disk are free: 10 GB are enough for the logs of some months")
    # A machine of 4 GB keeps some of it for itself.
    if machine.memory < 3.7:
        yield Finding(
            f"{machine.memory:.1f} GB of memory: give Docker 4 GB, or set AIRFLOW__CELERY__WORKER_CONCURRENCY=2"
        )
    if machine.processors < 2:
        yield Finding("one processor: Airflow starts slowly on it, and health checks may time out; give Docker 2")


def of_secrets(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Whether Airflow will be able to use them; no line holds one."""
    if not _is_fernet_key(environment["AIRFLOW__CORE__FERNET_KEY"]):
        yield _unusable("AIRFLOW__CORE__FERNET_KEY", "is no Fernet key, 32 bytes in URL-safe base64")
    for name in ("AIRFLOW__API__SECRET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET"):
        if len(environment[name]) < 32:
            yield _unusable(name, "has fewer than 32 characters")
    for name in ("POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        if not re.fullmatch(r"[A-Za-z0-9]+", environment.get(name, "0")):
            yield _unusable(name, "becomes part of a URL, and has other characters than letters and digits")


def of_connections(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Whether those in .env can be read, and the list of spaces too."""
    for name, value in environment.items():
        if not name.startswith("AIRFLOW_CONN_"):
            continue
        if any(words in value for words in EXAMPLES):
            yield Finding(
                f"{name} in .env is still the example: put your own values into it, or # before it", fatal=True
            )
        elif value.startswith("{") and not _is_json(value):
            yield Finding(f"{name} in .env is no JSON: it stands between single quotes, on one line", fatal=True)
    try:
        spaces_named(environment.get("BACKLOG_SPACES", ""))
    except ConfigurationError as error:
        yield Finding(f"{error} (in .env)", fatal=True)


def of_packages(lock: str) -> Iterator[Finding]:
    """What the image has in another version than the lock."""
    requirements = (Requirement(line) for line in lock.splitlines() if re.match(r"\w", line))
    others = [
        f"{each.name} {installed}, not {each.specifier}"
        for each in requirements
        if (not each.marker or each.marker.evaluate())
        and not each.specifier.contains(installed := _version(each.name), prereleases=True)
    ]
    if others:
        yield Finding(f"the image has other versions than requirements.txt: {', '.join(others)}; docker compose build")


def pools(connections: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what `airflow pools import` takes: one slot for each Backlog connection, named like it."""
    one = {"slots": 1, "description": "One request at a time for this API key", "include_deferred": True}
    return dict.fromkeys(connections, one)


def _missing(connections: Iterable[str]) -> Iterator[Finding]:
    for conn_id in connections:
        if not _is_known(conn_id):
            variable = f"AIRFLOW_CONN_{conn_id.upper()}"
            yield Finding(
                f"no connection {conn_id} yet: put {variable} into .env, or make it under Admin > Connections"
            )


def _is_known(conn_id: str) -> bool:
    """Whether a secrets backend, the environment or the database has it."""
    from airflow.models.connection import Connection
    from airflow.providers.common.compat.sdk import AirflowNotFoundException

    try:
        Connection.get_connection_from_secrets(conn_id)
    except AirflowNotFoundException:
        return False
    return True


def _tell(findings: Iterable[Finding]) -> None:
    told = list(findings)
    for finding in told:
        print(finding, file=sys.stderr)
    if any(finding.fatal for finding in told):
        sys.exit(1)


def _unusable(name: str, why: str) -> Finding:
    return Finding(f"{name} in .env {why}: python3 bin/new_env.py makes one, into a new .env", fatal=True)


def _is_fernet_key(text: str) -> bool:
    try:
        Fernet(text)
    except ValueError:
        return False
    return True


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "0"


if __name__ == "__main__":
    main()

"""The connections of .env.demo lead to the stand-ins that docker-compose.yaml starts."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Services = dict[str, dict[str, Any]]


@contextmanager
def started(service: dict[str, Any], **otherwise: str) -> Iterator[str]:
    """Start a service's command on this machine with some options changed, and give the first line that it prints."""
    arguments = shlex.split(service["command"])[1:]
    for option, value in otherwise.items():
        arguments[arguments.index(f"--{option}") + 1] = value
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline()
        finally:
            process.terminate()


def option(service: dict[str, Any], name: str) -> str:
    """The value of an option of a service's command."""
    arguments = shlex.split(service["command"])
    return arguments[arguments.index(f"--{name}") + 1]


def test_backlog(services: Services, demo: dict[str, str]) -> None:
    connection = json.loads(demo["AIRFLOW_CONN_BACKLOG_DEFAULT"])
    assert connection["host"] == f"http://backlog:{option(services['backlog'], 'port')}"
    with started(services["backlog"], host="127.0.0.1", port="0") as line:
        assert f"(API key: {connection['password']})" in line


def test_snowflake(services: Services, demo: dict[str, str], tmp_path: Path) -> None:
    connection = json.loads(demo["AIRFLOW_CONN_SNOWFLAKE_DEFAULT"])
    assert connection["extra"].pop("port") == int(option(services["snowflake"], "port"))
    with started(services["snowflake"], host="127.0.0.1", port="0", directory=str(tmp_path)) as line:
        assert line.startswith("Local Snowflake at https://snowflake:")
    announced = json.loads((tmp_path / "connection.json").read_text())
    del announced["extra"]["port"]
    assert connection == announced


def test_airflow_trusts_the_bundle_that_the_stand_in_writes(services: Services, demo: dict[str, str]) -> None:
    directory = option(services["snowflake"], "directory")
    assert demo["CA_BUNDLE"] == f"{directory}/ca-bundle.pem"
    assert services["snowflake"]["volumes"] == [f"snowflake:{directory}"]
    assert f"snowflake:{directory}:ro" in services["scheduler"]["volumes"]

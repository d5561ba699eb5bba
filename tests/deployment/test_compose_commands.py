"""docker-compose.yaml as Compose reads it, the old one and the new one. No engine is needed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.deployment import tools

if TYPE_CHECKING:
    from pathlib import Path

# Fixed releases of both, and, where there is one, whichever this machine's own `docker compose` is.
READERS = ("docker-compose 1.29", "docker compose 5", "docker compose")


@pytest.fixture(scope="module", params=READERS)
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """How a Compose is called."""
    if request.param != "docker compose":
        return tools.command(request.param, tmp_path_factory.mktemp("reader"))
    found = shutil.which("docker")
    if not found or subprocess.run([found, "compose", "version"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine has no `docker compose` of its own")
    return (found, "compose")


def config(reader: tuple[str, ...], project: Path, env_file: Path) -> subprocess.CompletedProcess[str]:
    """Let Compose read the file, without what the shell of whoever runs the tests has set."""
    surroundings = {name: value for name, value in os.environ.items() if not re.match(r"AIRFLOW_|COMPOSE_", name)}
    arguments = ["--project-directory", str(project), "--file", str(project / "docker-compose.yaml")]
    return subprocess.run(
        [*reader, *arguments, "--env-file", str(env_file), "config"],
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_demo_is_valid_and_its_connections_arrive_unharmed(
    reader: tuple[str, ...], project: Path, demo: dict[str, str]
) -> None:
    read = config(reader, project, project / ".env.demo")
    assert read.returncode == 0, read.stderr
    # Long lines are wrapped.
    assert demo["AIRFLOW_CONN_SNOWFLAKE_DEFAULT"] in re.sub(r"\s+", " ", read.stdout)


def test_a_missing_secret_is_asked_for(
    reader: tuple[str, ...], project: Path, demo: dict[str, str], tmp_path: Path
) -> None:
    given = tmp_path / "env"
    given.write_text("".join(f"{name}={value}\n" for name, value in demo.items() if name != "REDIS_PASSWORD"))
    read = config(reader, project, given)
    assert read.returncode != 0
    assert "REDIS_PASSWORD is missing, python3 bin/new_env.py makes it" in read.stderr


def test_the_file_keeps_to_the_schema_of_the_compose_specification(project: Path, tmp_path: Path) -> None:
    schema = tools.command("schema", tmp_path)
    checked = subprocess.run([*schema, project / "docker-compose.yaml"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout

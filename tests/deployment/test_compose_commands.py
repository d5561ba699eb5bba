"""docker-compose.yaml as the installed Compose reads it, old or new. No engine is needed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def _answers(*command: str) -> bool:
    found = shutil.which(command[0])
    return bool(found) and subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0


COMMANDS = [command for command in (("docker", "compose"), ("docker-compose",)) if _answers(*command)]

pytestmark = pytest.mark.skipif(not COMMANDS, reason="neither `docker compose` nor `docker-compose` is installed")


@pytest.fixture(params=COMMANDS, ids=" ".join)
def command(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """A Compose that is installed."""
    found: tuple[str, ...] = request.param
    return found


def config(command: tuple[str, ...], project: Path, env_file: Path) -> subprocess.CompletedProcess[str]:
    """Let Compose read the file, without what the shell of whoever runs the tests has set."""
    surroundings = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    arguments = ["--project-directory", str(project), "--file", str(project / "docker-compose.yaml")]
    return subprocess.run(
        [*command, *arguments, "--env-file", str(env_file), "config"],
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_demo_is_valid_and_its_connections_arrive_unharmed(
    command: tuple[str, ...], project: Path, demo: dict[str, str]
) -> None:
    read = config(command, project, project / ".env.demo")
    assert read.returncode == 0, read.stderr
    # Old Compose wraps long lines.
    assert demo["AIRFLOW_CONN_SNOWFLAKE_DEFAULT"] in re.sub(r"\s+", " ", read.stdout)


@pytest.mark.parametrize(
    "missing",
    ["AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API__SECRET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "POSTGRES_PASSWORD"],
)
def test_a_missing_secret_is_asked_for(
    command: tuple[str, ...], project: Path, demo: dict[str, str], tmp_path: Path, missing: str
) -> None:
    given = tmp_path / "env"
    given.write_text("".join(f"{name}={value}\n" for name, value in demo.items() if name != missing))
    read = config(command, project, given)
    assert read.returncode != 0
    assert f"{missing} is missing, python3 bin/new_env.py makes it" in read.stderr

"""What is to be installed, on the oldest and the newest Python that it is for: each has packages of its own."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.deployment import tools

if TYPE_CHECKING:
    from pathlib import Path

IMPORT_ALL = """
import importlib, pkgutil, backlog_provider
for module in pkgutil.walk_packages(backlog_provider.__path__, "backlog_provider."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


def run(*command: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, check=False)


@pytest.fixture(params=["3.10", "3.13"])
def python(request: pytest.FixtureRequest, project: Path, tmp_path: Path) -> Path:
    """An environment of that Python, with nothing but the lock in it."""
    # Where there is pyenv, it shows but one Python unless it is told.
    found = run(tools.UV, "python", "find", "--no-python-downloads", request.param, PYENV_VERSION=request.param)
    if found.returncode:
        pytest.skip(f"this machine has no Python {request.param}")
    python = tmp_path / "environment" / "bin" / "python"
    made = run(tools.UV, "venv", "--python", found.stdout.strip(), python.parents[1])
    assert made.returncode == 0, made.stderr
    installed = run(tools.UV, "pip", "install", "--python", python, "-r", project / "requirements.txt")
    assert installed.returncode == 0, installed.stderr
    return python


@pytest.mark.slow
def test_every_module_imports_with_the_lock(python: Path, project: Path, tmp_path: Path) -> None:
    done = run(python, "-c", IMPORT_ALL, PYTHONPATH=str(project / "plugins"), AIRFLOW_HOME=str(tmp_path))

    assert done.returncode == 0, done.stderr

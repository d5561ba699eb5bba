"""What is to be installed, on the oldest and the newest Python that it is for: each has packages of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
UV = Path(sys.executable).parent / "uv"
IMPORT_ALL = """
import importlib, pkgutil, backlog_provider
for module in pkgutil.walk_packages(backlog_provider.__path__, "backlog_provider."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


def run(*command: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, check=False)


@pytest.fixture(params=["3.10", "3.13"])
def python(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An environment of that Python, with nothing but the lock in it."""
    # Where there is pyenv, it shows but one Python unless it is told.
    found = run(UV, "python", "find", "--no-python-downloads", request.param, PYENV_VERSION=request.param)
    if found.returncode:
        pytest.skip(f"this machine has no Python {request.param}")
    python = tmp_path / "environment" / "bin" / "python"
    made = run(UV, "venv", "--python", found.stdout.strip(), python.parents[1])
    assert made.returncode == 0, made.stderr
    installed = run(UV, "pip", "install", "--python", python, "-r", PROJECT / "requirements.txt")
    assert installed.returncode == 0, installed.stderr
    return python


@pytest.mark.slow
def test_every_module_imports_with_the_lock(python: Path, tmp_path: Path) -> None:
    done = run(python, "-c", IMPORT_ALL, PYTHONPATH=str(PROJECT / "plugins"), AIRFLOW_HOME=str(tmp_path))

    assert done.returncode == 0, done.stderr

"""`make up`, `make down` and `make logs`: what they would call, in a folder with a .env and in one without."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def clone(project: Path, tmp_path: Path) -> Path:
    """A folder with the Makefile and what it looks at."""
    for name in ("Makefile", ".env.demo"):
        shutil.copy(project / name, tmp_path / name)
    (tmp_path / ".env").touch()
    return tmp_path


def called(clone: Path, *arguments: str) -> str:
    """Everything that make would run, on one line."""
    command = ["make", "--dry-run", "--no-print-directory", *arguments]
    return " ".join(subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True).stdout.split())


def test_up_takes_env_and_builds(clone: Path) -> None:
    line = called(clone, "up")
    assert "--env-file .env up --detach --build " in line
    assert "--scale" not in line


def test_up_makes_env_first_where_there_is_none(clone: Path) -> None:
    assert "new_env.py" not in called(clone, "up")
    (clone / ".env").unlink()
    assert called(clone, "up").startswith("python3 bin/new_env.py")


def test_the_demo_needs_no_env_and_scale_says_how_many_workers(clone: Path) -> None:
    (clone / ".env").unlink()
    line = called(clone, "up", "DEMO=1", "SCALE=2")
    assert "--env-file .env.demo up --detach --build --scale worker=2" in line
    assert "new_env.py" not in line


def test_down_keeps_the_volumes(clone: Path) -> None:
    assert called(clone, "down").endswith("--env-file .env down")
    assert called(clone, "down", "DEMO=1").endswith("--env-file .env.demo down")


def test_logs_are_of_all_services_or_of_one(clone: Path) -> None:
    assert called(clone, "logs").endswith("--env-file .env logs --follow --tail=100")
    assert called(clone, "logs", "SERVICE=worker").endswith("logs --follow --tail=100 worker")

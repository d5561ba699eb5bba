"""bin/new_env.py writes .env once, with secrets that nobody else has."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def clone(project: Path, tmp_path: Path) -> Path:
    """A folder with what the script needs, and no .env."""
    (tmp_path / "bin").mkdir()
    for name in (".env.example", "bin/new_env.py"):
        shutil.copy(project / name, tmp_path / name)
    return tmp_path


def new_env(clone: Path) -> subprocess.CompletedProcess[str]:
    """Run the script as a user does."""
    command = [sys.executable, "bin/new_env.py"]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)


def secrets(clone: Path) -> dict[str, str]:
    """The variables that .env sets."""
    return dict(re.findall(r"^(\w+)=(.*)$", (clone / ".env").read_text(), re.MULTILINE))


def test_every_secret_is_filled_in_and_no_two_are_alike(clone: Path) -> None:
    assert new_env(clone).returncode == 0
    made = secrets(clone)
    asked_for = re.findall(r"^(\w+)=$", (clone / ".env.example").read_text(), re.MULTILINE)
    assert list(made) == asked_for
    assert len(set(made.values())) == len(made)
    assert all(len(value) >= 44 for value in made.values())
    Fernet(made["AIRFLOW__CORE__FERNET_KEY"])
    assert made["POSTGRES_PASSWORD"].isalnum()


def test_everything_else_stays_as_it_is_in_the_example(clone: Path) -> None:
    new_env(clone)
    emptied = re.sub(r"^(\w+)=.*$", r"\1=", (clone / ".env").read_text(), flags=re.MULTILINE)
    assert emptied == (clone / ".env.example").read_text()


def test_only_the_owner_may_read_it(clone: Path) -> None:
    new_env(clone)
    assert stat.S_IMODE((clone / ".env").stat().st_mode) == 0o600


def test_a_second_time_it_refuses_and_touches_nothing(clone: Path) -> None:
    new_env(clone)
    before = secrets(clone)
    refused = new_env(clone)
    assert refused.returncode == 1
    assert ".env is there already" in refused.stderr
    assert secrets(clone) == before


def test_one_of_an_earlier_release_gets_the_secrets_that_it_lacks_and_keeps_the_others(clone: Path) -> None:
    new_env(clone)
    path = clone / ".env"
    earlier = re.sub(r"^REDIS_PASSWORD=.*\n", "", path.read_text(), flags=re.MULTILINE).rstrip("\n")
    path.write_text(earlier)
    done = new_env(clone)
    assert done.returncode == 0
    assert done.stdout.endswith("was there already, and has got what it lacked: REDIS_PASSWORD\n")
    assert path.read_text().startswith(f"{earlier}\nREDIS_PASSWORD=")
    assert len(secrets(clone)["REDIS_PASSWORD"]) >= 44

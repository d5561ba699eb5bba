"""The steps of the Dockerfile, taken on this machine, with a fresh environment for the image that they begin with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.deployment import tools

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS = r"/(?=tmp/|opt/airflow)"


def steps(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Each COPY and RUN of the first target, and what comes behind the word."""
    first = dockerfile.split(" AS airflow\n")[1].split("\nFROM ", maxsplit=1)[0]
    yield from re.findall(r"^(COPY|RUN) (.+)$", first, re.MULTILINE)


@pytest.fixture(scope="module")
def image(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is to the image what / is."""
    root = tmp_path_factory.mktemp("image")
    venv = root / "venv"
    subprocess.run([tools.UV, "venv", "--quiet", "--python", sys.executable, venv], check=True)
    path = f"{tools.UV.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "VIRTUAL_ENV": str(venv), "PATH": path}
    for word, text in steps((project / "Dockerfile").read_text()):
        here = re.sub(FOLDERS, f"{root}/", text)
        if word == "COPY":
            copy(project, *here.split()[1:])
        else:
            run = here.replace("--no-cache ", "--quiet ")
            done = subprocess.run(run, shell=True, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{text}\n{done.stderr}"
    return root


def copy(project: Path, *names: str) -> None:
    """Do as COPY does: what is in a folder, or files into a folder, whose name ends with a slash."""
    *sources, target = names
    for source in sources:
        if (project / source).is_dir():
            shutil.copytree(project / source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            Path(target).mkdir(parents=True, exist_ok=True)
            shutil.copy(project / source, target)


def python(image: Path, code: str) -> str:
    """What the image's Python says."""
    command = [str(image / "venv/bin/python"), "-W", "ignore", "-c", code]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=image, env=environment)
    assert done.returncode == 0, done.stderr
    *_, last = str(done.stdout).splitlines()
    return last


def test_the_image_has_the_provider_as_a_distribution_and_what_compose_asks_of_it(image: Path) -> None:
    code = """
from importlib import metadata
from airflow.providers.celery.executors import celery_executor
import asyncpg, psycopg2, redis
import backlog_provider
[entry] = metadata.entry_points(group="apache_airflow_provider", name="provider_info", module="backlog_provider")
print(celery_executor.app.main, backlog_provider.__file__)
"""
    executor, provider = python(image, code).split()
    assert executor == "airflow.providers.celery.executors.celery_executor"
    assert provider.startswith(f"{image}/venv/")


def test_the_image_has_what_the_lock_says_and_nothing_that_does_not_fit(image: Path) -> None:
    code = """
import sys
sys.path.insert(0, "opt/airflow/bin")
from pathlib import Path
from init_airflow import of_packages
print(list(of_packages(Path("opt/airflow/requirements.txt").read_text())))
"""
    assert python(image, code) == "[]"
    fits = [str(tools.UV), "pip", "check", "--python", str(image / "venv/bin/python")]
    done = subprocess.run(fits, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_hadolint_has_nothing_to_say(project: Path, tmp_path: Path) -> None:
    hadolint = tools.command("hadolint", tmp_path)
    said = subprocess.run([*hadolint, project / "Dockerfile"], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout

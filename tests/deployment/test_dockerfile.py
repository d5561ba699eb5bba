"""The Dockerfile and what it is given to see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def dockerfile(project: Path) -> str:
    """Its text."""
    return (project / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def copied(dockerfile: str) -> list[str]:
    """Everything that it copies from the project."""
    lines = re.findall(r"^COPY --chown=airflow:0 (.+) \S+$", dockerfile, re.MULTILINE)
    return [source.rstrip("/") for line in lines for source in line.split()]


def test_it_copies_what_exists_and_what_it_is_let_see_and_nothing_else_is_seen(
    project: Path, copied: list[str]
) -> None:
    lines = (project / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if not line.startswith("#")]
    assert patterns[0] == "*"
    assert sorted(pattern[1:] for pattern in patterns if pattern.startswith("!")) == sorted(copied)
    assert all((project / source).exists() for source in copied)


def test_every_copy_belongs_to_the_user_who_runs(dockerfile: str, copied: list[str]) -> None:
    assert copied
    assert len(re.findall(r"^COPY ", dockerfile, re.MULTILINE)) == dockerfile.count("COPY --chown=airflow:0 ")
    assert not re.search(r"^USER", dockerfile, re.MULTILINE), "the image's own user, airflow, is the one"


def test_what_is_installed_comes_from_the_lock(dockerfile: str) -> None:
    installs = re.findall(r"^RUN uv pip install --no-cache (.+)$", dockerfile, re.MULTILINE)
    assert installs == [
        "--requirement /opt/airflow/requirements.txt",
        "--no-deps /tmp/provider",
        "--constraint /tmp/dev-requirements.txt /tmp/local",
    ]


def test_what_is_installed_is_compiled_when_the_image_is_built(dockerfile: str) -> None:
    before, installs, _ = dockerfile.partition("RUN uv pip install")
    assert installs
    assert "\nENV UV_COMPILE_BYTECODE=1\n" in before


def test_the_image_is_of_the_airflow_in_the_lock(project: Path, dockerfile: str) -> None:
    image = re.search(r"^ARG AIRFLOW_IMAGE=apache/airflow:([\d.]+)-python3\.\d+$", dockerfile, re.MULTILINE)
    lock = re.search(r"^apache-airflow==([\d.]+) ", (project / "requirements.txt").read_text(), re.MULTILINE)
    assert image
    assert lock
    assert image[1] == lock[1]


def test_its_targets_are_those_that_compose_builds(dockerfile: str, services: dict[str, dict[str, Any]]) -> None:
    targets = re.findall(r"^FROM \S+ AS (\w+)$", dockerfile, re.MULTILINE)
    assert set(targets) == {service["build"]["target"] for service in services.values() if "build" in service}


def test_a_volume_covers_a_folder_that_the_user_owns(dockerfile: str, services: dict[str, dict[str, Any]]) -> None:
    made = re.search(r"^RUN mkdir -p (.+)$", dockerfile, re.MULTILINE)
    assert made
    assert set(made[1].split()) == {each.split(":")[1] for each in services["scheduler"]["volumes"]}

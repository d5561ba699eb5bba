"""The emulator's README names everything that there is to control."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

import backlog_emulator
from backlog_emulator.control import CONTROLS
from backlog_emulator.edits import OPERATIONS
from backlog_emulator.faults import Kind

README = Path(backlog_emulator.__file__).with_name("README.md")


@pytest.mark.parametrize("names", [OPERATIONS, get_args(Kind), {path for _, path in CONTROLS}])
def test_every_operation_fault_and_control_has_its_place_in_a_table(names: list[str]) -> None:
    rows = "\n".join(line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("|"))
    missing = [name for name in names if f"`{name}`" not in rows and f" /control{name}`" not in rows]
    assert not missing, f"add a row to {README.name} for: {', '.join(missing)}"

"""All that the emulator has about Git."""

from __future__ import annotations

from backlog_emulator.family import Family
from backlog_emulator.git.api import ENDPOINTS, TRUTHS
from backlog_emulator.git.chores import KINDS, found
from backlog_emulator.git.edits import OPERATIONS
from backlog_emulator.git.repositories import remove_repository
from backlog_emulator.git.shapes import SHAPES

FAMILY = Family(
    shapes=SHAPES,
    endpoints=ENDPOINTS,
    truths=TRUTHS,
    operations=OPERATIONS,
    kinds=KINDS,
    found=found,
    removals={"repositories": remove_repository},
)

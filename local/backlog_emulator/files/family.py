"""All that the emulator has about files."""

from __future__ import annotations

from backlog_emulator.family import Family
from backlog_emulator.files.api import ENDPOINTS, TRUTHS
from backlog_emulator.files.changes import remove_file
from backlog_emulator.files.chores import KINDS
from backlog_emulator.files.edits import OPERATIONS
from backlog_emulator.files.shapes import SHAPES

FAMILY = Family(
    shapes=SHAPES,
    endpoints=ENDPOINTS,
    truths=TRUTHS,
    operations=OPERATIONS,
    kinds=KINDS,
    removals={"shared_files": remove_file},
)

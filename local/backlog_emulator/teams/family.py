"""All that the emulator has about teams."""

from __future__ import annotations

from backlog_emulator.family import Family
from backlog_emulator.teams.api import ENDPOINTS, TRUTHS
from backlog_emulator.teams.chores import KINDS, found
from backlog_emulator.teams.edits import OPERATIONS
from backlog_emulator.teams.shapes import SHAPES

FAMILY = Family(
    shapes=SHAPES,
    endpoints=ENDPOINTS,
    truths=TRUTHS,
    operations=OPERATIONS,
    kinds=KINDS,
    found=found,
)

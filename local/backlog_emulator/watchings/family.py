"""All that the emulator has about watchings."""

from __future__ import annotations

from backlog_emulator.family import Family
from backlog_emulator.watchings.api import ENDPOINTS, TRUTHS
from backlog_emulator.watchings.chores import KINDS
from backlog_emulator.watchings.edits import OPERATIONS
from backlog_emulator.watchings.shapes import SHAPES

FAMILY = Family(
    shapes=SHAPES,
    endpoints=ENDPOINTS,
    truths=TRUTHS,
    operations=OPERATIONS,
    kinds=KINDS,
)

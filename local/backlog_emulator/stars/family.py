"""All that the emulator has about stars."""

from __future__ import annotations

from backlog_emulator.family import Family
from backlog_emulator.stars.api import ENDPOINTS, TRUTHS
from backlog_emulator.stars.chores import KINDS
from backlog_emulator.stars.edits import OPERATIONS

FAMILY = Family(
    endpoints=ENDPOINTS,
    truths=TRUTHS,
    operations=OPERATIONS,
    kinds=KINDS,
)

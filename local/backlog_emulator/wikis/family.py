"""All that the emulator has about wikis."""

from __future__ import annotations

from backlog_emulator.family import Family
from backlog_emulator.wikis.api import ENDPOINTS, TRUTHS
from backlog_emulator.wikis.changes import remove_wiki
from backlog_emulator.wikis.chores import KINDS
from backlog_emulator.wikis.edits import OPERATIONS
from backlog_emulator.wikis.shapes import SHAPES

FAMILY = Family(
    shapes=SHAPES,
    endpoints=ENDPOINTS,
    truths=TRUTHS,
    operations=OPERATIONS,
    kinds=KINDS,
    removals={"wikis": remove_wiki},
)

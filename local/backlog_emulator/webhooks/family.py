"""All that the emulator has about webhooks."""

from __future__ import annotations

from backlog_emulator.family import Family
from backlog_emulator.webhooks.api import ENDPOINTS, TRUTHS
from backlog_emulator.webhooks.changes import remove_webhook
from backlog_emulator.webhooks.chores import KINDS, found
from backlog_emulator.webhooks.edits import OPERATIONS
from backlog_emulator.webhooks.shapes import SHAPES

FAMILY = Family(
    shapes=SHAPES,
    endpoints=ENDPOINTS,
    truths=TRUTHS,
    operations=OPERATIONS,
    kinds=KINDS,
    found=found,
    removals={"webhooks": remove_webhook},
)

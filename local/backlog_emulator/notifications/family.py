"""All that the emulator has about notifications."""

from __future__ import annotations

from backlog_emulator.family import Family
from backlog_emulator.notifications.api import ENDPOINTS, TRUTHS
from backlog_emulator.notifications.chores import KINDS
from backlog_emulator.notifications.edits import OPERATIONS

FAMILY = Family(
    endpoints=ENDPOINTS,
    truths=TRUTHS,
    operations=OPERATIONS,
    kinds=KINDS,
)

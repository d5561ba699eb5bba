"""All that the emulator has about documents."""

from __future__ import annotations

from backlog_emulator.documents.api import ENDPOINTS, TRUTHS
from backlog_emulator.documents.changes import remove_document
from backlog_emulator.documents.chores import KINDS
from backlog_emulator.documents.edits import OPERATIONS
from backlog_emulator.documents.shapes import SHAPES
from backlog_emulator.family import Family

FAMILY = Family(
    shapes=SHAPES,
    endpoints=ENDPOINTS,
    truths=TRUTHS,
    operations=OPERATIONS,
    kinds=KINDS,
    removals={"documents": remove_document},
)

"""Loads make millions of objects, and Airflow has half a million: they need not be looked through again and again."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def older_objects_left_alone() -> Iterator[None]:
    """Keep the garbage collector to what is made in the block, unless somebody has set objects aside already."""
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()

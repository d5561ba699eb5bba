"""Fewer garbage collections during a load: it creates millions of objects, and none of them is in a cycle."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# New objects between two collections. The default of 700 collects several times a page, and sometimes scans all of
# Airflow's objects.
SELDOM = 50_000


@contextmanager
def fewer_collections() -> Iterator[None]:
    """Collect garbage less often inside the block; a collector that is off stays off."""
    thresholds = gc.get_threshold()
    if 0 < thresholds[0] < SELDOM:
        gc.set_threshold(SELDOM, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)

"""A load makes millions of objects, and none of them in cycles: they need not be looked through again and again."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Objects made and not let go of between two looks. The interpreter looks after 700, several times a page, and now and
# then at all that Airflow has.
SELDOM = 50_000


@contextmanager
def fewer_collections() -> Iterator[None]:
    """Let the garbage collector look that seldom while the block runs; where it is off, it stays off."""
    thresholds = gc.get_threshold()
    if 0 < thresholds[0] < SELDOM:
        gc.set_threshold(SELDOM, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)

"""What a load leaves of the garbage collector's work."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from backlog_provider.sync.gc_pause import SELDOM, fewer_collections

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@pytest.mark.parametrize(("before", "within"), [(700, SELDOM), (SELDOM + 1, SELDOM + 1), (0, 0)])
def test_collector_looks_seldom_in_the_block_and_as_it_did_behind_it(before: int, within: int) -> None:
    gc.set_threshold(before, 10, 10)
    with fewer_collections():
        assert gc.get_threshold() == (within, 10, 10)
    assert gc.get_threshold() == (before, 10, 10)

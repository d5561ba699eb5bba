"""What a load leaves of the garbage collector's work."""

from __future__ import annotations

import gc

from backlog_provider.garbage import older_objects_left_alone


def test_older_objects_are_set_aside_for_the_block_alone() -> None:
    gc.unfreeze()
    with older_objects_left_alone():
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0
    gc.freeze()


def test_what_somebody_has_set_aside_stays_so() -> None:
    gc.freeze()
    before = gc.get_freeze_count()
    new = [[number] for number in range(1000)]
    with older_objects_left_alone():
        # What is set aside may still be freed; nothing is added to it.
        assert 0 < gc.get_freeze_count() <= before
    assert 0 < gc.get_freeze_count() <= before
    assert len(new) == 1000

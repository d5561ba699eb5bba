"""Every endpoint: loaded whole, loaded again after something was added, changed and removed, and then at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.endpoints.comparing import assert_equal, play
from tests.endpoints.stories import STORIES

from backlog_provider.catalogue import CATALOGUE

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator

# Three loads of each of the endpoints.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", CATALOGUE)
def test_table_is_what_the_space_has_after_something_was_added_changed_and_removed(
    space: Emulator, run: Runs, warehouse: Warehouse, name: str
) -> None:
    story = STORIES[name]
    tables = [name, *(["activities"] if story.feed else [])]
    space.space.switches.change(**story.switches)
    names = play(space, [{"op": "advance", "hours": 1}, *story.before])
    for table in tables:
        assert run(table)["mode"] == "full"
    assert_equal(space, warehouse, *tables)

    play(space, [{"op": "advance", "hours": 1}, *story.after], names)
    done = [run(table) for table in tables]
    deleted = sum(each["rows_deleted"] for each in done)
    assert (done[0]["rows_inserted"], done[0]["rows_updated"], deleted) == story.changes
    assert_equal(space, warehouse, *tables)

    for table in tables:
        rest = run(table)
        assert (rest["mode"], rest["rows_read"]) == ("noop", 0)

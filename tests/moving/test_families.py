"""Every family of endpoints, in a space that moves while it is read: two passes make the tables equal."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.moving.comparing import assert_told
from tests.moving.families import FAMILIES
from tests.moving.loading import load, moving
from tests.moving.scripts import is_restless, steps, with_ids

from backlog_emulator.edits import perform

if TYPE_CHECKING:
    from tests.moving.scripts import Edit

    from backlog_emulator.emulator import Emulator
    from local_snowflake.server import Account

pytestmark = pytest.mark.slow


def make(emulator: Emulator, edits: list[Edit]) -> None:
    """Make edits a second apart, as far as they can be made."""
    for edit in edits:
        perform(emulator.space, {"op": "advance", "seconds": 1})
        with suppress(ValueError):
            perform(emulator.space, edit)


# To search: more examples here, and --hypothesis-seed.
@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=2, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_after_the_pass_and_one_more_the_tables_are_the_space(account: Account, name: str, data: st.DataObject) -> None:
    family = FAMILIES[name]
    switches = {switch: data.draw(st.sampled_from(values), switch) for switch, values in family.switches.items()}
    is_seen = data.draw(st.booleans(), "is seen")
    edits = family.edits if is_seen else family.edits | family.unseen
    script = data.draw(steps(edits, family.rare, family.matches), "script")
    before = data.draw(st.none() | st.lists(edits | family.rare, max_size=8), "loaded before")
    issues = data.draw(st.sampled_from([0, 1, 30, 101]), "issues")
    small = data.draw(st.booleans(), "small")
    with moving(account, issues=issues, small=small, **switches) as (emulator, run, warehouse):
        script, before = with_ids(emulator, [script, before])
        if before is not None:
            load(run, family.endpoints)
            with emulator.space.lock:
                make(emulator, before)
        emulator.script.replace(script)
        load(run, family.endpoints, may_be_outrun=is_restless(script))
        emulator.script.replace([])
        load(run, family.endpoints)
        if not is_seen:
            load(run, family.endpoints, full_refresh=True)
        assert_told(emulator, warehouse, family.endpoints)

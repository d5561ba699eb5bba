"""Records without a last update, wherever a list that is sorted by it has them: nothing is passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_provider.catalogue import Changes
from backlog_provider.extract import offset_pagination, updated_stream
from backlog_provider.model.timestamps import EPOCH, add_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = 4
STYLE = Changes(count=None, filters=False)
# Where a list sorted by last update, ascending, has records without one.
ORDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "first": lambda record: record["updated"] or "",
    "last": lambda record: record["updated"] or "~",
    "by creation": lambda record: record["updated"] or record["created"],
}


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (updated_stream, offset_pagination):
        monkeypatch.setattr(module, "PAGE_SIZE", PAGE)
    monkeypatch.setattr(offset_pagination, "STEP", PAGE - 1)
    monkeypatch.setattr(offset_pagination, "FIRST_STEP_BACK", 2)


class Space:
    """A list that changes between two loads."""

    def __init__(self, order: str) -> None:
        self.order = ORDERS[order]
        self.records: dict[int, dict[str, Any]] = {}
        self.seconds = 0

    def change(self, what: str, number: int) -> None:
        self.seconds += 100
        now = add_seconds(EPOCH, self.seconds)
        if what == "create" or len(self.records) < 2:
            new = len(self.records) + 1
            self.records[new] = {"id": new, "created": now, "updated": None if number % 3 else now, "text": ""}
        else:
            # The first stays as it is: some record without a last update is known.
            record = self.records[2 + number % (len(self.records) - 1)]
            record.update(updated=now, text=now)

    def fetch(self, params: Any, _: Any = None) -> list[dict[str, Any]]:
        asked = dict(params)
        by = self.order if asked["sort"] == "updated" else (lambda record: record["created"])
        ordered = sorted(self.records.values(), key=lambda r: (by(r), r["id"]), reverse=asked["order"] == "desc")
        return [dict(record) for record in ordered[asked["offset"] : asked["offset"] + asked["count"]]]


changes_made = st.lists(st.tuples(st.sampled_from(["create", "create", "update"]), st.integers(0, 50)), max_size=12)


@pytest.mark.parametrize("order", ORDERS)
@given(before=changes_made, runs=st.lists(changes_made, max_size=4))
def test_nothing_is_passed_over_and_an_idle_run_gives_nothing(order: str, before: Any, runs: Any) -> None:
    space, cursor = Space(order), None
    table: dict[int, Any] = {}
    # Some are there that have none, and so are known.
    for step in [("create", 1), *before]:
        space.change(*step)
    # The mark of the first load may be older than it need be: the second run brings it up.
    for number, changed in enumerate([[], [], *runs]):
        for step in changed:
            space.change(*step)
        for page in updated_stream.read(space.fetch, STYLE, cursor):
            table |= {record["id"]: record for record in page.records}
            cursor = page.cursor
        assert table == space.records
        assert number == 0 or list(updated_stream.read(space.fetch, STYLE, cursor)) == []

"""However long a list is, a reader holds a few pages of it and no more."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import pytest

from backlog_provider.api.client import PAGE_SIZE
from backlog_provider.catalogue import Changes
from backlog_provider.extract import activity_triggers, id_stream, updated_stream
from backlog_provider.extract.page import Page, Window
from backlog_provider.model.endpoint import ChangeEvents
from backlog_provider.model.timestamps import EPOCH, add_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from backlog_provider.extract.page import Cursor

MANY = 4_000
# The page that is given, the one before it, and one on its way.
FEW = 3 * PAGE_SIZE
STYLE = Changes(count="/issues/count")
ALL = Window(None, None)


class Record(dict[str, Any]):
    """A record that tells when nobody holds it any more."""


class Listed:
    """A long list; knows how many of the records that it gave are held.

    :param second: when the record of a number was made and changed.
    """

    def __init__(self, second: Callable[[int], int]) -> None:
        self._second = second
        self._held = self.most = 0

    def fetch(self, params: Any, _then: Any = None) -> list[dict[str, Any]]:
        asked = dict(params)
        numbers = list(range(asked.get("minId", 0) + 1, MANY + 1))
        if asked["order"] == "desc":
            numbers.reverse()
        first = asked.get("offset", 0)
        return [self._record(number) for number in numbers[first : first + asked["count"]]]

    def _record(self, number: int) -> dict[str, Any]:
        moment = add_seconds(EPOCH, self._second(number))
        record = Record(id=number, created=moment, updated=moment)
        self._held += 1
        weakref.finalize(record, self._let_go)
        return record

    def _let_go(self) -> None:
        self._held -= 1

    def through(self, pages: Iterable[Page]) -> int:
        """Read to the end, and return how many records came."""
        read = 0
        for page in pages:
            read += len(page.records)
            self.most = max(self.most, self._held)
        return read


def _told(listed: Listed, cursor: Cursor | None) -> Iterator[Page]:
    """Read the lists of what a feed names, a record each, or of everything."""

    def parents(*_: Any) -> Iterator[tuple[list[Any], Any]]:
        for first in range(0, MANY, PAGE_SIZE):
            place = {"after": first + PAGE_SIZE}
            yield listed.fetch([("order", "asc"), ("offset", first), ("count", PAGE_SIZE)]), place

    def pages_of(named: Iterable[Any]) -> Iterator[Page]:
        for parent in named:
            yield Page([parent], {}, parent=parent, is_whole=True)

    how = ChangeEvents(types=(5,), named={"id": "id"})
    return activity_triggers.read(listed.fetch, how, [1], cursor, parents_of=parents, pages_of=pages_of)


@pytest.mark.parametrize("second", [lambda number: number, lambda _: 7], ids=["spread out", "in one second"])
@pytest.mark.parametrize(
    "read",
    [
        lambda each: updated_stream.read(each.fetch, STYLE, None),
        lambda each: updated_stream.read(each.fetch, STYLE, None, lambda _: MANY),
        lambda each: updated_stream.read(each.fetch, STYLE, {"value": EPOCH, "recent": {}}),
        lambda each: updated_stream.read_window(each.fetch, STYLE, ALL),
        lambda each: id_stream.read(each.fetch, None),
        lambda each: id_stream.read_window(each.fetch, Window(EPOCH, None)),
        lambda each: _told(each, None),
        lambda each: _told(each, {"value": 1, "recent": [1], "projects": [1]}),
    ],
    ids=[
        "first load",
        "first load from the end",
        "increment",
        "window",
        "feed",
        "window of a feed",
        "all lists",
        "lists told of",
    ],
)
def test_a_few_pages_are_held(read: Callable[[Listed], Iterator[Page]], second: Callable[[int], int]) -> None:
    listed = Listed(second)
    assert listed.through(read(listed)) >= MANY - 1
    assert 0 < listed.most <= FEW

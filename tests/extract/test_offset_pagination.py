"""Offset pages over lists that move between two requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_provider.exceptions import LimitError, ResponseError
from backlog_provider.extract import offset_pagination as walking
from backlog_provider.extract.offset_pagination import iter_backward, iter_forward
from backlog_provider.model.timestamps import EPOCH, add_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = 5


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "PAGE_SIZE", PAGE)
    monkeypatch.setattr(walking, "STEP", PAGE - 1)
    monkeypatch.setattr(walking, "FIRST_STEP_BACK", 2)


def record(number: int, second: int) -> dict[str, Any]:
    return {"id": number, "created": add_seconds(EPOCH, second)}


class Shelf:
    """A sorted list behind pages, changed by a script before each request."""

    def __init__(self, records: list[dict[str, Any]], script: list[Callable[[Shelf], None]] | None = None) -> None:
        self.records = records
        self.script = list(script or [])
        self.requests = 0
        self.added = 0

    def fetch(self, params: Any, then: Any = None) -> list[dict[str, Any]]:
        if self.requests and self.script:
            self.script.pop(0)(self)
        self.requests += 1
        asked = dict(params)
        assert then is None or dict(then)["offset"] - asked["offset"] in (PAGE - 1, -PAGE)
        ordered = sorted(self.records, key=lambda r: (r["created"], r["id"]), reverse=asked["order"] == "desc")
        return ordered[asked["offset"] : asked["offset"] + asked["count"]]


def ids(pages: Any) -> list[int]:
    return [r["id"] for page in pages for r in page]


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE - 1, 23])
def test_every_record_once_and_in_order(count: int) -> None:
    shelf = Shelf([record(n, n) for n in range(count)])
    assert ids(iter_forward(shelf.fetch, [], "created")) == list(range(count))
    # One more where the last page is not short enough to show the end.
    assert shelf.requests <= count // (PAGE - 1) + 1 + (count % (PAGE - 1) * 2 > PAGE)


def test_ties_longer_than_a_page_are_not_cut() -> None:
    shelf = Shelf([record(n, 1) for n in range(17)])
    assert ids(iter_forward(shelf.fetch, [], "created")) == list(range(17))


def test_deletion_behind_the_reader_skips_nothing() -> None:
    def drop_first_three(shelf: Shelf) -> None:
        del shelf.records[:3]

    shelf = Shelf([record(n, n) for n in range(23)], [drop_first_three])
    assert ids(iter_forward(shelf.fetch, [], "created")) == list(range(23))


def test_deletion_behind_the_reader_costs_one_request() -> None:
    def drop_first(shelf: Shelf) -> None:
        del shelf.records[0]

    shelf = Shelf([record(n, n) for n in range(23)], [drop_first])
    undisturbed = Shelf([record(n, n) for n in range(23)])
    assert ids(iter_forward(shelf.fetch, [], "created")) == ids(iter_forward(undisturbed.fetch, [], "created"))
    assert shelf.requests == undisturbed.requests + 1


def test_deletion_of_more_than_has_been_read_skips_nothing() -> None:
    def drop_eleven(shelf: Shelf) -> None:
        del shelf.records[:11]

    shelf = Shelf([record(n, n) for n in range(23)], [lambda _: None, drop_eleven])
    assert ids(iter_forward(shelf.fetch, [], "created"))[-12:] == list(range(11, 23))


def read_back(shelf: Shelf) -> list[int]:
    """Read from the end, and return the ids that came."""
    return ids(iter_backward(shelf.fetch, [], "created", len(shelf.records)))


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE - 1, 23])
def test_every_record_once_from_the_end_on_pages_that_do_not_overlap(count: int) -> None:
    shelf = Shelf([record(n, n) for n in range(count)])
    assert sorted(read_back(shelf)) == list(range(count))
    assert shelf.requests == count // PAGE + 1


def test_full_last_page_that_is_known_to_be_the_last_is_not_looked_behind() -> None:
    shelf = Shelf([record(n, n) for n in range(2 * PAGE)])
    pages = iter_backward(shelf.fetch, [], "created", 2 * PAGE, lambda page: page[-1]["id"] == 2 * PAGE - 1)
    assert sorted(ids(pages)) == list(range(2 * PAGE))
    assert shelf.requests == 2


def test_ties_longer_than_a_page_are_not_cut_from_the_end() -> None:
    assert sorted(read_back(Shelf([record(n, 1) for n in range(17)]))) == list(range(17))


def test_deletion_costs_nothing_on_the_way_back() -> None:
    def drop_three(shelf: Shelf) -> None:
        del shelf.records[:3]

    shelf = Shelf([record(n, n) for n in range(23)], [lambda _: None, drop_three])
    assert sorted(read_back(shelf)) == list(range(3, 23))
    assert shelf.requests == 5


@pytest.mark.parametrize("said", [0, 1, PAGE, 3 * PAGE, 5_000])
@pytest.mark.parametrize("count", [0, 1, PAGE, 8, 23])
def test_list_that_is_shorter_or_longer_than_it_is_said_to_be_is_read_whole(said: int, count: int) -> None:
    shelf = Shelf([record(n, n) for n in range(count)])
    assert sorted(ids(iter_backward(shelf.fetch, [], "created", said))) == list(range(count))
    assert shelf.requests < 20


@pytest.mark.parametrize("total", [100_000_000, 1_000, 0])
def test_list_without_end_is_given_up_on_the_way_back(total: int) -> None:
    pages = [record(n, n) for n in range(PAGE)]
    with pytest.raises(LimitError, match="'created' has no end"):
        list(iter_backward(lambda *_: pages, [], "created", total))


@given(
    seconds=st.lists(st.integers(0, 12), min_size=1, max_size=40),
    script=st.lists(st.tuples(st.sampled_from(["drop", "add", "none"]), st.integers(0, 200)), max_size=15),
)
@pytest.mark.parametrize(
    "read",
    [
        lambda shelf: iter_forward(shelf.fetch, [], "created"),
        lambda shelf: iter_forward(shelf.fetch, [], "created", descending=True),
        lambda shelf: iter_forward(shelf.fetch, [], "created", to_the_end=True),
        lambda shelf: iter_backward(shelf.fetch, [], "created", len(shelf.records)),
    ],
    ids=["ascending", "descending", "to the end", "from the end"],
)
def test_records_that_stay_are_all_given_once_whatever_happens_to_others(
    read: Callable[[Shelf], Iterator[list[dict[str, Any]]]], seconds: list[int], script: list[tuple[str, int]]
) -> None:
    def change(what: str, number: int) -> Callable[[Shelf], None]:
        def drop(shelf: Shelf) -> None:
            if shelf.records:
                shelf.records.pop(number % len(shelf.records))

        def add(shelf: Shelf) -> None:
            # The newest comes last of all, several to a second.
            shelf.added += 1
            shelf.records.append(record(1000 + shelf.added, 13 + shelf.added // 3))

        return {"drop": drop, "add": add, "none": lambda _: None}[what]

    shelf = Shelf([record(n, second) for n, second in enumerate(seconds)], [change(*step) for step in script])
    given_ids = ids(read(shelf))
    stayed = {r["id"] for r in shelf.records if r["id"] < 1000}
    assert len(given_ids) == len(set(given_ids))
    assert stayed <= set(given_ids)


def test_record_without_its_sort_value_is_an_error() -> None:
    with pytest.raises(ResponseError, match="record 1: 'created' is None, not an instant in UTC"):
        list(iter_forward(lambda *_: [{"id": 1}], [], "created"))

"""Paging by offset and by id, with both readings of what the documentation leaves open."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import pytest

from backlog_emulator.server import running

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from backlog_emulator.emulator import Emulator

ISSUES, FEED = "/api/v2/issues", "/api/v2/space/activities"


def page(api: requests.Session, path: str, **params: Any) -> list[int]:
    response = api.get(path, params=params)
    assert response.status_code == 200, response.text
    return [record["id"] for record in response.json()]


def test_pages_by_offset_cover_the_list_once(api: requests.Session, emulator: Emulator) -> None:
    pages = [page(api, ISSUES, sort="created", order="asc", offset=offset, count=70) for offset in (0, 70, 140, 210)]
    assert [len(page) for page in pages] == [70, 70, 60, 0]
    assert list(chain(*pages)) == list(emulator.space.issues)


def test_a_page_has_twenty_records_unless_asked_otherwise(api: requests.Session) -> None:
    assert len(page(api, ISSUES)) == 20
    assert len(page(api, FEED)) == 20


@pytest.mark.parametrize("count", ["0", "101", "-1", "many"])
@pytest.mark.parametrize("path", [ISSUES, FEED])
def test_a_count_outside_1_to_100_is_refused(api: requests.Session, path: str, count: str) -> None:
    response = api.get(path, params={"count": count})
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == 7


def test_a_negative_offset_is_refused(api: requests.Session) -> None:
    assert api.get(ISSUES, params={"offset": -1}).status_code == 400


def test_offsets_may_have_an_end(connect: Callable[..., requests.Session]) -> None:
    with running(issues=60, max_offset=40) as served:
        api = connect(served)
        assert len(page(api, ISSUES, offset=40)) == 20
        assert api.get(ISSUES, params={"offset": 41}).json()["errors"][0]["code"] == 7


def test_pages_by_id_run_newest_first_unless_asked_otherwise(api: requests.Session, emulator: Emulator) -> None:
    feed = [activity.id for activity in emulator.space.activities]
    assert page(api, FEED, count=50) == feed[:-51:-1]
    assert page(api, FEED, count=50, order="asc") == feed[:50]


def test_min_id_descending_gives_the_newest_and_skips_the_middle(api: requests.Session, emulator: Emulator) -> None:
    feed = [activity.id for activity in emulator.space.activities]
    assert page(api, FEED, minId=feed[0], count=10) == feed[:-11:-1]


@pytest.mark.parametrize(("reading", "first"), [("exclusive", 1), ("inclusive", 0)])
def test_ids_bound_a_page_by_either_reading(connect: Callable[..., requests.Session], reading: str, first: int) -> None:
    with running(issues=30, min_id=reading, max_id=reading) as served:
        feed = [activity.id for activity in served.space.activities]
        records = page(connect(served), FEED, minId=feed[5], maxId=feed[9], order="asc")
        assert records == feed[5 + first : 10 - first]


def test_ids_between_records_bound_a_page_too(api: requests.Session, emulator: Emulator) -> None:
    feed = [activity.id for activity in emulator.space.activities]
    gap = next(before for before, after in pairwise(feed) if after - before > 1)
    records = page(api, FEED, minId=gap + 1, order="asc", count=1)
    assert records == [feed[feed.index(gap) + 1]]


def test_comments_page_by_id(fresh: Emulator, connect: Callable[..., requests.Session]) -> None:
    issue = next(iter(fresh.space.issues.values()))
    written = [fresh.space.add_comment(issue, f"comment {number}").id for number in range(5)]
    path = f"/api/v2/issues/{issue.id}/comments"
    records = page(connect(fresh), path, minId=written[0], order="asc", count=2)
    assert records == written[1:3]


def test_a_count_beyond_100_can_mean_100(connect: Callable[..., requests.Session]) -> None:
    with running(issues=120, over_count="clamp") as served:
        assert len(page(connect(served), ISSUES, count=500)) == 100


def test_an_issue_updated_between_two_pages_makes_the_next_page_skip_one(
    fresh: Emulator, connect: Callable[..., requests.Session]
) -> None:
    api, space = connect(fresh), fresh.space
    params: dict[str, Any] = {"sort": "updated", "order": "asc", "count": 10}
    first = page(api, ISSUES, **params)
    expected = page(api, ISSUES, **params, offset=10)
    space.advance(minutes=1, pace=0)
    space.update_issue(space.issues[first[3]], {"summary": "moved to the end"})
    assert page(api, ISSUES, **params, offset=10)[:9] == expected[1:]

"""A DAG that was paused for longer than the feed keeps activities."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.conftest import batches_of, edit
from tests.endpoints.comparing import assert_equal
from tests.endpoints.test_interruption import Killed, killed_before
from tests.support.gateway import Reply, gateway

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.dry_run.estimator import Estimator
from backlog_provider.extract.stream import Reader

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator
    from backlog_provider.api.client import Client

TOLD = [name for name, endpoint in CATALOGUE.items() if endpoint.under and endpoint.under.change_events]
# What each of them misses if only the feed tells of it.
EDITS = (
    {"op": "update_wiki", "wiki": "oldest", "fields": {"content": "in the pause"}},
    {"op": "attach_to_wiki", "wiki": "oldest", "name": "a.txt"},
    {"op": "comment_pull_request", "pull_request": "oldest", "content": "in the pause"},
    {"op": "add_document_comment", "document": "random", "plain": "in the pause"},
)


def pause(space: Emulator, *, ends_quietly: bool = False) -> None:
    """Change what each list has, and let the feed forget it."""
    space.space.switch(feed_days=30)
    for changed in EDITS:
        edit(space, op="advance", hours=1)
        edit(space, **changed)
    edit(space, op="advance", days=61)
    for changed in () if ends_quietly else EDITS:
        edit(space, **changed)


@pytest.mark.parametrize("ends_quietly", [False, True], ids=["busy", "quiet"])
@pytest.mark.parametrize("name", TOLD)
def test_all_lists_are_read_again_where_the_feed_has_forgotten_what_changed(
    space: Emulator, run: Runs, warehouse: Warehouse, caplog: pytest.LogCaptureFixture, name: str, ends_quietly: bool
) -> None:
    run(name)
    pause(space, ends_quietly=ends_quietly)
    run(name)
    assert_equal(space, warehouse, name)
    [said] = [each for each in caplog.messages if "all lists are read again" in each]
    assert said.startswith(f"{name}: the feed {'is empty' if ends_quietly else 'begins at '}")
    done = run(name)
    assert (done["mode"], done["requests"]) == ("noop", 2)


def test_interrupted_reading_of_all_lists_goes_on(
    space: Emulator, run: Runs, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("wikis")
    pause(space)
    batches_of(1, 2_000, monkeypatch)
    with killed_before(12), pytest.raises(Killed):
        run("wikis")
    edit(space, op="advance", hours=1)
    edit(space, op="update_wiki", wiki="oldest", fields={"content": "meanwhile"})
    for _ in range(2):
        run("wikis")
    assert_equal(space, warehouse, "wikis")
    assert run("wikis")["mode"] == "noop"


@pytest.mark.parametrize("name", ["activities", "project_activities"])
def test_activities_that_the_feed_has_forgotten_are_a_warning(
    client: Client, space: Emulator, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.WARNING)
    *_, last = Reader(client, CATALOGUE[name]).pages(None)
    pause(space)
    assert list(Reader(client, CATALOGUE[name]).pages(last.cursor))
    assert all("take the census, which finds the records that were deleted" in each for each in caplog.messages)
    assert caplog.messages[0].startswith(f"{name}: the feed begins at ")


@pytest.mark.parametrize("name", TOLD)
def test_all_lists_are_read_again_once_where_the_feed_has_become_empty(
    client: Client, space: Emulator, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """What changed before it became quiet is forgotten, too: that nobody ran meanwhile is not known."""
    endpoint = CATALOGUE[name]
    reader = Reader(client, endpoint)
    *_, last = reader.pages(None)
    space.space.switch(feed_days=30)
    space.space.now += timedelta(days=61)
    *_, again = Reader(client, endpoint, None, reader.visible_projects).pages(last.cursor)
    assert "the feed is empty" in caplog.text
    assert again.cursor["value"] == last.cursor["value"]
    client.requests = 0
    assert list(Reader(client, endpoint, None, reader.visible_projects).pages(again.cursor)) == []
    assert client.requests == 1


@pytest.mark.parametrize("name", ["activities", "notifications"])
def test_feed_that_becomes_empty_costs_one_request_where_nothing_hangs_on_it(
    client: Client, space: Emulator, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    reader = Reader(client, CATALOGUE[name])
    *_, last = reader.pages(None)
    with gateway(space, before=lambda asked: Reply(200, []) if asked.path.endswith(name) else None):
        client.requests = 0
        assert list(Reader(client, CATALOGUE[name], None, reader.visible_projects).pages(last.cursor)) == []
    assert client.requests == 1
    assert "begins" not in caplog.text


def test_mark_of_an_earlier_release_that_is_not_in_the_filtered_feed_costs_one_request_more_once(
    client: Client, space: Emulator
) -> None:
    """That release took the newest activity of any kind for the mark of a first load."""
    *_, first = Reader(client, CATALOGUE["wikis"]).pages(None)
    newest = space.space.activities[-1].id
    for activity in list(space.space.activities):
        if activity.type in (5, 6):
            space.space.activities.remove(activity)
    reader = Reader(client, CATALOGUE["wikis"])
    old = {**first.cursor, "value": newest, "recent": [newest]}
    [page] = reader.pages(old)
    assert (page.records, page.cursor["value"]) == ([], newest)
    client.requests = 0
    assert list(Reader(client, CATALOGUE["wikis"], None, reader.visible_projects).pages(page.cursor)) == []
    assert client.requests == 1


def test_plan_knows_that_all_lists_will_be_read_again(client: Client, space: Emulator) -> None:
    *_, last = Reader(client, CATALOGUE["wikis"]).pages(None)
    first = Estimator(client, CATALOGUE["wikis"]).expected(None)
    pause(space)
    again = Estimator(client, CATALOGUE["wikis"]).expected(last.cursor)
    assert again.requests >= first.requests

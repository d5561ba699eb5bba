"""Pages that are shorter than asked: a list ends where a page brings nothing new, or where its count is reached."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import edit
from tests.endpoints.comparing import assert_equal, play, truth
from tests.support.gateway import Asked, Reply, gateway

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.extract.page import PageLengths
from backlog_provider.extract.stream import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Runs, Warehouse
    from tests.endpoints.stories import Edits

    from backlog_emulator.emulator import Emulator
    from backlog_provider.api.client import Client

HOUR: dict[str, Any] = {"op": "advance", "hours": 1}
WIKI = {"op": "create_wiki", "project": "WEB", "name": "wiki", "as_": "wiki"}
LONG: dict[str, Edits] = {
    "issue_comments": [{"op": "add_comment", "id": "oldest", "content": f"comment {n}"} for n in range(250)],
    "pull_requests": [{"op": "create_pull_request", "repository": "oldest"} for _ in range(220)],
    "wiki_history": [
        WIKI,
        *({"op": "update_wiki", "wiki": "$wiki", "fields": {"content": f"version {n}"}} for n in range(24)),
    ],
    "teams": [{"op": "create_team", "name": f"Team {n}", "members": []} for n in range(120)],
    "shared_files": [{"op": "add_file", "project": "WEB", "dir": "/many/", "name": f"{n}.txt"} for n in range(159)],
    "documents": [{"op": "create_documents", "project": "WEB", "titles": [f"Document {n}" for n in range(250)]}],
    "issues": [],
}


def capped(most: int) -> Callable[[Asked], None]:
    """Return a server that gives no more records at a time, whatever it is asked for."""

    def cap(asked: Asked) -> None:
        if int(asked.param("count") or 20) > most:
            asked.set("count", most)

    return cap


def without_last(_: Asked, reply: Reply) -> None:
    """Leave the last record out of each full page."""
    if isinstance(reply.body, list) and len(reply.body) == 100:
        reply.body.pop()


@pytest.mark.slow
@pytest.mark.parametrize("most", [10, 20, 50, 99])
@pytest.mark.parametrize("name", LONG)
def test_server_that_cuts_pages_loses_nothing(
    space: Emulator, run: Runs, warehouse: Warehouse, name: str, most: int
) -> None:
    play(space, [HOUR, *LONG[name]])
    with gateway(space, before=capped(most)):
        assert run(name)["mode"] == "full"
        assert_equal(space, warehouse, name)
        edit(space, op="advance", hours=1)
        run(name, full_refresh=True)
        assert_equal(space, warehouse, name)


@pytest.mark.parametrize("name", LONG)
def test_page_of_99_is_not_the_last(space: Emulator, run: Runs, warehouse: Warehouse, name: str) -> None:
    play(space, [HOUR, *LONG[name]])
    with gateway(space, after=without_last):
        run(name)
    assert_equal(space, warehouse, name)


def test_increment_marks_nothing_deleted_that_the_count_has(
    space: Emulator, run: Runs, warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    play(space, [HOUR, *LONG["issue_comments"]])
    run("issue_comments")
    play(space, [HOUR, {"op": "add_comment", "id": "oldest", "content": "one more"}])

    def lossy(asked: Asked, reply: Reply) -> None:
        if asked.path.endswith("/comments"):
            reply.body = reply.body[:7] if not asked.param("minId") else []

    with gateway(space, after=lossy), caplog.at_level(logging.WARNING, "backlog_provider"):
        assert run("issue_comments")["rows_deleted"] == 0
    said = r"Backlog counts 2\d\d records and lists 7, 5 times; nothing of this list is marked as deleted"
    assert re.search(said, caplog.text)


def test_deleted_comment_is_found_once_the_count_agrees(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    names = play(space, [HOUR, *LONG["issue_comments"][:9], {**LONG["issue_comments"][9], "as_": "comment"}])
    run("issue_comments")
    play(space, [{"op": "delete_comment", "comment": "$comment"}, *LONG["issue_comments"][:1]], names)
    assert run("issue_comments")["rows_deleted"] == 1
    assert_equal(space, warehouse, "issue_comments")


def test_keys_that_a_cut_page_leaves_out_are_asked_for_again(space: Emulator, client: Client) -> None:
    keys = sorted(truth(space, "issues")[n]["id"] for n in range(90))
    roll = Reader(client, CATALOGUE["issues"]).inventory()
    with gateway(space, before=capped(20)):
        found = [record["id"] for page in roll.of_keys([*keys, 7]) for record in page.records]
    assert sorted(found) == keys


def test_page_shows_the_end_where_longer_pages_have_been_seen() -> None:
    lengths = PageLengths()
    assert [lengths.show_end(n) for n in (0, 2, 3, 10, 6, 5, 100, 99, 50)] == [
        *(True, True, False, False, False, True, False, False, True)
    ]

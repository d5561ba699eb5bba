"""Lists longer than a page, folders of any name, empty spaces, and values that come in several shapes."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import Runs, Warehouse, connected, edit
from tests.endpoints.comparing import assert_equal, play, truth

from backlog_emulator.server import running
from backlog_provider.catalogue import CATALOGUE

if TYPE_CHECKING:
    from tests.endpoints.stories import Edits

    from backlog_emulator.emulator import Emulator
    from local_snowflake.server import Account

pytestmark = pytest.mark.slow

_WIKI = {"op": "create_wiki", "project": "WEB", "name": "wiki", "as_": "wiki"}
_EDITS: Edits = [{"op": "update_wiki", "wiki": "$wiki", "fields": {"content": f"version {n}"}} for n in range(2, 202)]
LONG: dict[str, tuple[str, Edits, dict[str, Any]]] = {
    "101 comments on an issue": (
        "issue_comments",
        [{"op": "add_comment", "id": "oldest", "content": f"comment {n}"} for n in range(101)],
        {},
    ),
    "101 comments on an issue, minId inclusive": (
        "issue_comments",
        [{"op": "add_comment", "id": "oldest", "content": f"comment {n}"} for n in range(101)],
        {"min_id": "inclusive"},
    ),
    "201 versions of a wiki": ("wiki_history", [_WIKI, *_EDITS], {}),
    "100 versions of a wiki by ids that nothing shows": (
        "wiki_history",
        [_WIKI, *_EDITS[:99]],
        {"wiki_history_ids": "hidden"},
    ),
    "201 versions of a wiki by ids that nothing shows": (
        "wiki_history",
        [_WIKI, *_EDITS],
        {"wiki_history_ids": "hidden"},
    ),
    "201 versions of a wiki by ids that nothing shows, minId inclusive": (
        "wiki_history",
        [_WIKI, *_EDITS],
        {"wiki_history_ids": "hidden", "min_id": "inclusive"},
    ),
    **{
        f"150 pull requests, {order} first": (
            "pull_requests",
            [{"op": "create_pull_request", "repository": "oldest"} for _ in range(150)],
            {"pull_request_order": order},
        )
        for order in ("newest", "oldest", "updated")
    },
    "120 teams": ("teams", [{"op": "create_team", "name": f"Team {n}", "members": []} for n in range(120)], {}),
    "1,001 files in a folder": (
        "shared_files",
        [{"op": "add_file", "project": "WEB", "dir": "/many/", "name": f"{n}.txt"} for n in range(1001)],
        {},
    ),
    "folders of any name": (
        "shared_files",
        [
            {"op": "add_file", "project": "WEB", "dir": f"/{name}/in {name}/", "name": f"{name}.txt"}
            for name in (
                "a b",
                "100%",
                "%41",
                "a+b",
                "資料 (新)",
                "#1",
                "why?",
                "a&b=c",
                "{id}",
                "it's",
                "a;b",
                "~",
                "...",
            )
        ],
        {"directory_size": "absent"},
    ),
}


@pytest.mark.parametrize("what", LONG)
def test_list_is_loaded_whole(space: Emulator, run: Runs, warehouse: Warehouse, what: str) -> None:
    name, edits, switches = LONG[what]
    space.space.switches.change(**switches)
    play(space, [{"op": "advance", "hours": 1}, *edits])
    assert run(name)["mode"] == "full"
    assert_equal(space, warehouse, name)
    assert run(name)["mode"] == "noop"


def test_increment_ends_however_fast_wikis_come_and_the_next_one_has_them_all(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("wikis")
    added = {"op": "create_wiki", "project": "WEB", "name": "wiki {n}"}
    play(space, [{"op": "advance", "hours": 1}, *[added] * 101])
    space.script.replace([{"before_request": "every", "do": added}])
    # Two pages of the feed, and what it grew by while the first was read.
    assert run("wikis")["requests"] < 400
    space.script.replace([])
    run("wikis")
    assert_equal(space, warehouse, "wikis")


def test_pull_requests_close_at_the_same_moment_however_it_is_written(account: Account) -> None:
    moments = []
    for shape in ("string", "milliseconds"):
        with (
            running(issues=20, seed=7, close_at=shape) as space,
            closing(Warehouse(account)) as warehouse,
            connected(space, warehouse),
        ):
            edit(space, op="update_pull_request", pull_request="newest", fields={"statusId": 3})
            Runs()("pull_requests")
            assert_equal(space, warehouse, "pull_requests")
            columns = "PULL_REQUEST_ID, CLOSED_AT::VARCHAR, MERGED_AT::VARCHAR"
            moments.append(warehouse.query(f"SELECT {columns} FROM BACKLOG_PULL_REQUESTS ORDER BY 1"))
    assert moments[0] == moments[1]
    assert any(merged for _, _, merged in moments[0])


@pytest.mark.parametrize("shape", ["string", "object"])
def test_document_is_loaded_whether_its_body_is_a_text_or_an_object(
    space: Emulator, run: Runs, warehouse: Warehouse, shape: str
) -> None:
    space.space.switches.change(document_json=shape)
    run("documents")
    assert_equal(space, warehouse, "documents")


def test_empty_space_leaves_empty_tables_and_marks(account: Account) -> None:
    with (
        running(issues=0, projects=1, seed=7) as space,
        closing(Warehouse(account)) as warehouse,
        connected(space, warehouse),
    ):
        for project in truth(space, "projects"):
            edit(space, op="delete_project", project=project["id"])
        run = Runs()
        for name in CATALOGUE:
            run(name)
            assert run.mark(name)
            assert_equal(space, warehouse, name)
            assert run(name)["mode"] == "noop"

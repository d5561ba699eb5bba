"""Records that become visible late, when later ones have moved the mark already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import edit
from tests.support.gateway import gateway

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.extract.stream import Reader

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tests.conftest import Runs, Warehouse
    from tests.support.gateway import Asked, Reply

    from backlog_emulator.emulator import Emulator
    from backlog_provider.api.client import Client


def hiding(space: Emulator, path: str, *ids: int) -> AbstractContextManager[list[Asked]]:
    """Leave records out of the answers at a path."""

    def hide(asked: Asked, reply: Reply) -> None:
        if asked.path.endswith(path):
            reply.body = [record for record in reply.body if record["id"] not in ids]

    return gateway(space, after=hide)


def summary_of(warehouse: Warehouse, issue: int) -> Any:
    [(summary,)] = warehouse.query(f"SELECT SUMMARY FROM BACKLOG_ISSUES WHERE ISSUE_ID = {issue}")
    return summary


@pytest.mark.parametrize(("lookback", "found"), [(None, True), (2, True), (1, False)])
def test_change_that_is_visible_late_is_found_as_far_as_runs_look_back(
    space: Emulator, run: Runs, warehouse: Warehouse, lookback: int | None, found: bool
) -> None:
    arguments: dict[str, Any] = {} if lookback is None else {"lookback_minutes": lookback}
    run("issues", **arguments)
    edit(space, op="advance", hours=1)
    late = edit(space, op="update_issue", id="oldest", fields={"summary": "late"})["id"]
    edit(space, op="advance", seconds=90)
    edit(space, op="update_issue", id="newest", fields={"summary": "on time"})
    with hiding(space, "/issues", late):
        run("issues", **arguments)
    run("issues", **arguments)
    assert (summary_of(warehouse, late) == "late") is found
    done = run("issues", **arguments)
    assert (done["mode"], done["requests"]) == ("noop", 2)


@pytest.mark.parametrize("name", ["activities", "document_comments"])
@pytest.mark.parametrize(("lookback", "found"), [(None, True), (26, True), (20, False)])
def test_activity_that_is_visible_behind_newer_ones_is_found_as_far_as_runs_look_back(
    space: Emulator, client: Client, name: str, lookback: int | None, found: bool
) -> None:
    endpoint = CATALOGUE[name].with_lookback(None, lookback)
    *_, last = Reader(client, endpoint).pages(None)
    ids = sorted(document.id for document in space.space.documents.values() if document.comments)[:2]
    edit(space, op="advance", hours=1)
    edit(space, op="add_document_comment", document=ids[0], plain="late")
    late = space.space.activities[-1].id
    for number in range(25):
        edit(space, op="add_document_comment", document=ids[1], plain=str(number))
    with hiding(space, "/space/activities", late):
        *_, last = Reader(client, endpoint).pages(last.cursor)
    pages = list(Reader(client, endpoint).pages(last.cursor))
    came = [page.parent["id"] if page.parent else page.records[0]["id"] for page in pages if page.records]
    assert came == ([late if name == "activities" else ids[0]] if found else [])


@pytest.mark.parametrize("name", ["activities", "issues", "document_comments"])
def test_mark_of_an_earlier_release_reads_the_rest_of_the_look_back_once_more_and_changes_nothing(
    space: Emulator, run: Runs, name: str
) -> None:
    edit(
        space,
        op="bulk_update",
        ids=[each.id for each in list(space.space.issues.values())[:3]],
        fields={"summary": "a"},
    )
    edit(space, op="advance", seconds=90)
    edit(space, op="update_issue", id="newest", fields={"summary": "b"})
    run(name, lookback_minutes=1, lookback_activities=20)
    done = run(name)
    assert done["rows_read"] or name == "document_comments"
    assert (done["rows_inserted"], done["rows_updated"], done["rows_deleted"]) == (0, 0, 0)
    assert run(name)["mode"] == "noop"


@pytest.mark.parametrize("lookback", [1, 99])
def test_idle_run_costs_one_request_however_far_it_looks_back(space: Emulator, client: Client, lookback: int) -> None:
    endpoint = CATALOGUE["activities"].with_lookback(None, lookback)
    reader = Reader(client, endpoint)
    *_, last = reader.pages(None)
    projects = reader.visible_projects
    client.requests = 0
    assert list(Reader(client, endpoint, None, projects).pages(last.cursor)) == []
    assert client.requests == 1

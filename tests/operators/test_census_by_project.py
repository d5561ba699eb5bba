"""The census of what each project lists by itself: documents, with their trash, and wikis."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import AirflowException
from tests.conftest import edit
from tests.endpoints.comparing import assert_equal, play, truth
from tests.operators.test_backlog_census import classed, forget
from tests.support.gateway import Asked, Reply, gateway, page

from backlog_emulator.server import running as emulator_running
from backlog_provider.api.client import Client
from backlog_provider.catalogue import CATALOGUE
from backlog_provider.model.endpoint import Snapshot, at
from backlog_provider.operators.backlog_census import BacklogCensusOperator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator

# Projects whose feature is on, of the six that the key's user is in.
WITH_DOCUMENTS, WITH_WIKIS = 5, 5
TITLES = [f"page {number}" for number in range(30)]


# Nobody knows whether documents in the trash are listed with the others.
EITHER_WAY = pytest.mark.parametrize("space", [False, True], indirect=True, ids=["trash unlisted", "trash listed"])


@pytest.fixture
def space(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """A space of documents and wikis without issues."""
    with emulator_running(issues=0, trashed_listed=getattr(request, "param", False)) as emulator:
        edit(emulator, op="create_documents", project="WEB", titles=TITLES)
        edit(emulator, op="create_documents", project="APP", titles=TITLES[:3])
        for name in TITLES[:12]:
            edit(emulator, op="create_wiki", project="WEB", name=name)
        edit(emulator, op="advance", hours=1)
        yield emulator


def census(run: Runs, endpoint: str = "documents", **arguments: Any) -> dict[str, Any]:
    return run(f"census_of_{endpoint}", operator=BacklogCensusOperator, endpoint=endpoint, **arguments)


def nodes(space: Emulator, tree: str) -> set[Any]:
    """The ids of documents in the trees of this kind."""
    style = CATALOGUE["document_tree"].style
    assert isinstance(style, Snapshot)
    assert style.records_of
    answers = map(style.records_of, truth(space, "document_tree"))
    return {node["id"] for answer in answers for node in answer if node["tree"] == tree}


def documents_of(space: Emulator, project: str) -> list[str]:
    """The ids of a project's documents, oldest first."""
    return [each.id for each in space.space.documents.values() if each.project.key == project]


def living(warehouse: Warehouse) -> set[Any]:
    return set(warehouse.records("BACKLOG_DOCUMENTS"))


def moments(warehouse: Warehouse) -> dict[str, str]:
    """When documents went, as their rows have it."""
    rows = warehouse.query("SELECT DOCUMENT_ID, _DELETED_AT FROM BACKLOG_DOCUMENTS WHERE _DELETED_AT IS NOT NULL")
    return {key: at.strftime("%Y-%m-%dT%H:%M:%SZ") for key, at in rows}


def trash(space: Emulator, *documents: str) -> dict[str, str]:
    """Throw documents away; returns when, by id."""
    return {each: edit(space, op="trash_document", document=each)["now"] for each in documents}


@EITHER_WAY
def test_nothing_to_find_costs_a_request_for_each_project_and_writes_nothing(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("documents")
    warehouse.account.clear_statements()
    summary = census(run)
    assert (summary["mode"], summary["listed"], classed(summary), summary["trashed"]) == ("census", 33, {}, 0)
    assert summary["requests"] == 1 + WITH_DOCUMENTS
    verbs = {sql.split()[0] for _, sql in warehouse.account.statements()}
    assert not verbs & {"MERGE", "INSERT", "UPDATE", "DELETE"}


def test_before_the_first_load_there_is_nothing_to_compare(run: Runs) -> None:
    summary = census(run)
    assert (summary["mode"], summary["listed"], summary["requests"]) == ("noop", 0, 0)


@EITHER_WAY
def test_what_the_feed_tells_of_counts_as_deleted_at_its_moment_in_the_trash_or_out_of_it(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("documents")
    told = trash(space, *documents_of(space, "WEB")[:5])
    edit(space, op="purge_document", document=next(iter(told)))
    edit(space, op="advance", days=3)
    summary = census(run)
    assert (summary["deleted"], summary["trashed"], summary["unobserved"]) == (5, 0, 0)
    assert summary["requests"] == 1 + WITH_DOCUMENTS + 1
    assert moments(warehouse) == told
    assert living(warehouse) == nodes(space, "active")


@EITHER_WAY
def test_what_is_in_the_trash_and_nothing_tells_of_is_marked_with_the_moment_of_the_census(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("documents")
    mark = warehouse.state("BACKLOG_DOCUMENTS")
    trashed = trash(space, *documents_of(space, "WEB")[:2])
    forget(space)
    summary = census(run)
    assert (classed(summary), summary["trashed"], summary["rows_deleted"]) == ({}, 2, 2)
    assert set(moments(warehouse)) == set(trashed) == nodes(space, "trash")
    assert living(warehouse) == nodes(space, "active")
    assert warehouse.state("BACKLOG_DOCUMENTS") == mark
    assert census(run)["trashed"] == 0


@EITHER_WAY
def test_what_is_in_neither_tree_is_asked_for_by_key_and_marked(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("documents")
    gone = documents_of(space, "WEB")[0]
    edit(space, op="purge_document", document=gone)
    summary = census(run)
    assert classed(summary) == {"unobserved": 1}
    # The feed was asked, and then Backlog for the document itself.
    assert summary["requests"] == 1 + WITH_DOCUMENTS + 1 + 1
    assert set(moments(warehouse)) == {gone}
    assert living(warehouse) == nodes(space, "active")


def test_document_that_its_tree_leaves_out_lives(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("documents")
    tree, *_ = truth(space, "document_tree")
    tree["activeTree"]["children"].pop()
    space.faults.replace([{"kind": "json", "match": "/api/v2/documents/tree$", "times": 1, "body": tree}])
    summary = census(run)
    assert (classed(summary), summary["rows_deleted"]) == ({"unknown": 1}, 0)
    assert living(warehouse) == nodes(space, "active")


@EITHER_WAY
def test_document_that_comes_back_from_the_trash_lives_again_and_stays_alive(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    for endpoint in ("documents", "activities"):
        run(endpoint)
    back = documents_of(space, "WEB")[0]
    trash(space, back)
    run("activities")
    assert set(moments(warehouse)) == {back}
    edit(space, op="restore_document", document=back)
    summary = census(run)
    assert (classed(summary), summary["rows_updated"]) == ({"unknown": 1}, 1)
    assert living(warehouse) == nodes(space, "active")
    # Feed and table of activities still tell that it was thrown away.
    trash(space, documents_of(space, "WEB")[1])
    assert classed(census(run)) == {"deleted": 1}
    assert living(warehouse) == nodes(space, "active")


@EITHER_WAY
def test_trash_that_a_full_refresh_brings_in_is_out_again_after_the_census(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    told = trash(space, *documents_of(space, "WEB")[:2])
    run("documents", full_refresh=True)
    assert classed(census(run)) == ({"deleted": 2} if space.space.switches.trashed_listed else {})
    assert living(warehouse) == nodes(space, "active")
    assert moments(warehouse) == (told if space.space.switches.trashed_listed else {})


def test_documents_that_the_table_lacks_are_loaded(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("documents")
    first, second = documents_of(space, "WEB")[:2]
    warehouse.query(f"DELETE FROM BACKLOG_DOCUMENTS WHERE DOCUMENT_ID IN ('{first}', '{second}')")
    summary = census(run)
    assert (classed(summary), summary["rows_inserted"]) == ({"unknown": 2}, 2)
    assert_equal(space, warehouse, "documents")


@EITHER_WAY
def test_more_than_a_tenth_of_a_project_is_marked_only_when_told_that_it_is_right(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("documents")
    project = space.space.documents[documents_of(space, "WEB")[0]].project.id
    trash(space, *documents_of(space, "WEB")[:4])
    forget(space)
    with pytest.raises(Exception, match=rf"documents: 4 of the 30 living rows of project {project} are no longer"):
        census(run)
    assert len(living(warehouse)) == 33
    assert census(run, allow_mass_deletion=True)["trashed"] == 4
    assert living(warehouse) == nodes(space, "active")


def test_rows_of_a_deleted_project_are_marked(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("documents")
    edit(space, op="delete_project", project="WEB")
    assert classed(census(run)) == {"deleted": 30}
    assert living(warehouse) == nodes(space, "active")


@pytest.mark.parametrize(
    ("why", "found"),
    [
        ("membership", "access_lost"),
        ("feature", "access_lost"),
        ("refused", "access_lost"),
        ("refused, archived", "project_archived"),
    ],
)
def test_rows_of_a_project_whose_tree_backlog_keeps_to_itself_are_left_alone(
    space: Emulator, run: Runs, warehouse: Warehouse, caplog: pytest.LogCaptureFixture, why: str, found: str
) -> None:
    run("documents")
    trash(space, documents_of(space, "WEB")[0])
    if why == "membership":
        edit(space, op="remove_member", project="WEB", user=space.space.owner.id)
    elif why == "feature":
        edit(space, op="update_project", project="WEB", fields={"useDocument": False})
    else:
        # The first tree is that of WEB.
        tree = {"match": "/api/v2/documents/tree$", "times": 1}
        space.faults.replace([{"kind": "feature_off", "feature": "document", **tree}])
    if why == "refused, archived":
        edit(space, op="archive_project", project="WEB")
    with caplog.at_level(logging.WARNING, "backlog_provider"):
        summary = census(run)
    assert classed(summary) == {found: 30}
    assert len(living(warehouse)) == 33
    told = "documents: 1 lists are left out, 4 were read" in caplog.text
    assert told is why.startswith("refused")


def test_projects_that_are_named_alone_are_compared(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("documents")
    for project in ("WEB", "APP"):
        edit(space, op="purge_document", document=documents_of(space, project)[0])
    summary = census(run, project_keys=["WEB"])
    assert (summary["listed"], classed(summary)) == (29, {"unobserved": 1})
    assert len(living(warehouse)) == 32


# Before the trees of the first two projects, before the feed, a document asked for, and one that is loaded.
@pytest.mark.parametrize(
    ("space", "number"), [(False, 2), (True, 3), (False, 7), (True, 8), (False, 9)], indirect=["space"]
)
def test_space_that_changes_between_any_two_requests_of_a_census_is_the_table_after_the_next(
    space: Emulator, run: Runs, warehouse: Warehouse, number: int
) -> None:
    before, back, gone, purged, *_, untold = documents_of(space, "WEB")
    trash(space, before, back)
    run("documents")
    run("activities")
    edit(space, op="purge_document", document=untold)
    warehouse.query(f"DELETE FROM BACKLOG_DOCUMENTS WHERE DOCUMENT_ID = '{documents_of(space, 'APP')[0]}'")
    meanwhile = [
        {"op": "restore_document", "document": back},
        {"op": "trash_document", "document": gone},
        {"op": "purge_document", "document": purged},
        {"op": "trash_document", "document": documents_of(space, "APP")[0]},
        {"op": "create_document", "project": "APP", "title": "new"},
        {"op": "advance", "seconds": 5},
    ]
    space.script.replace([{"before_request": number, "do": meanwhile}])
    census(run, allow_mass_deletion=True)
    census(run, allow_mass_deletion=True)
    [step] = space.script.steps
    assert (step.done, step.errors) == (len(meanwhile), [])
    assert living(warehouse) == nodes(space, "active")


def test_wikis_are_compared_by_name_alone(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("wikis")
    summary = census(run, "wikis")
    assert (summary["listed"], classed(summary), summary["requests"]) == (12, {}, 1 + WITH_WIKIS)
    told, untold, lost = sorted(wiki["id"] for wiki in truth(space, "wikis"))[:3]
    edit(space, op="delete_wiki", wiki=untold)
    forget(space)
    gone = edit(space, op="delete_wiki", wiki=told)
    warehouse.query(f"DELETE FROM BACKLOG_WIKIS WHERE WIKI_ID = {lost}")
    assert classed(census(run, "wikis")) == {"unknown": 1, "deleted": 1, "unobserved": 1}
    assert_equal(space, warehouse, "wikis")
    [(at,)] = warehouse.query(f"SELECT _DELETED_AT FROM BACKLOG_WIKIS WHERE WIKI_ID = {told}")
    assert at.strftime("%Y-%m-%dT%H:%M:%SZ") == gone["now"]


@pytest.mark.parametrize("teller", ["census", "full load"])
def test_what_belongs_to_a_document_goes_and_comes_back_with_it(
    space: Emulator, run: Runs, warehouse: Warehouse, teller: str
) -> None:
    back, other, *_ = documents_of(space, "WEB")
    talk = [{"op": "add_document_comment", "document": each, "plain": "said", "as_": "last"} for each in (other, back)]
    names = play(space, [*talk, *talk])
    run("documents")
    run("document_comments", history=True)
    # One comment went by itself, before its document did.
    play(space, [{"op": "delete_document_comment", "comment": "$last"}], names)
    run("document_comments")
    assert_equal(space, warehouse, "document_comments")
    trash(space, back)
    forget(space)
    summary = census(run)
    assert (classed(summary), summary["trashed"], summary["rows_deleted"]) == ({}, 1, 2)
    assert_equal(space, warehouse, "document_comments")
    edit(space, op="restore_document", document=back)
    again = census(run) if teller == "census" else run("documents", full_refresh=True)
    assert again["rows_updated"] == 2
    assert_equal(space, warehouse, "documents", "document_comments")
    open_versions = "SELECT COMMENT_ID FROM BACKLOG_DOCUMENT_COMMENTS_HISTORY WHERE VALID_TO IS NULL ORDER BY 1"
    rows = "SELECT COMMENT_ID FROM BACKLOG_DOCUMENT_COMMENTS WHERE _DELETED_AT IS NULL ORDER BY 1"
    assert warehouse.query(open_versions) == warehouse.query(rows)


@pytest.mark.parametrize("endpoint", ["documents", "wikis"])
def test_change_that_every_increment_missed_is_loaded(
    space: Emulator, run: Runs, warehouse: Warehouse, endpoint: str
) -> None:
    run(endpoint)
    edit(space, op="advance", hours=1)
    one = truth(space, endpoint)[0]["id"]
    kind, name = {"documents": ("document", "title"), "wikis": ("wiki", "name")}[endpoint]
    edit(space, op=f"update_{kind}", **{kind: one}, fields={name: "late"})
    edit(space, op="advance", hours=1)

    def hide(asked: Asked, reply: Reply) -> None:
        hidden = {"/documents": ("id",), "/space/activities": ("content", "id")}.get(asked.path)
        if hidden:
            reply.body = [each for each in reply.body if at(each, hidden) != one]

    with gateway(space, after=hide):
        run(endpoint)
        edit(space, op=f"create_{kind}", project="WEB", **{name: "later"})
        run(endpoint)
        edit(space, op="advance", hours=1)
        assert run(endpoint)["rows_read"] == 0
        assert (census(run, endpoint)["outdated"], census(run, endpoint)["outdated"]) == (1, 0)
    assert_equal(space, warehouse, endpoint)


@pytest.mark.parametrize("times", [1, 99], ids=["once", "for ever"])
def test_404_of_a_gateway_marks_no_living_wiki(
    space: Emulator, run: Runs, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    run("wikis")
    missed = min(warehouse.records("BACKLOG_WIKIS"))
    left = [page(404)] * times

    def unlisted(asked: Asked, reply: Reply) -> None:
        if asked.path == "/wikis":
            reply.body = [each for each in reply.body if each["id"] != missed]

    def gone(asked: Asked) -> Reply | None:
        return left.pop() if left and asked.path == f"/wikis/{missed}" else None

    real = Client.__init__
    monkeypatch.setattr(Client, "__init__", lambda self, *given, **_: real(self, *given, sleep=lambda _: None))
    with gateway(space, before=gone, after=unlisted):
        if times == 1:
            assert census(run, "wikis", allow_mass_deletion=True)["rows_deleted"] == 0
        else:
            with pytest.raises(AirflowException, match=rf"UnknownError: GET /wikis/{missed}: Backlog refused \(404\)"):
                census(run, "wikis", allow_mass_deletion=True)
    assert missed in warehouse.records("BACKLOG_WIKIS")

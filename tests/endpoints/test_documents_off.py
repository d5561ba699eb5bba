"""Projects whose documents are switched off, which a space may refuse to be asked for; trees that lack a part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import Runs, Warehouse, edit, failure, truth
from tests.endpoints.comparing import truth as all_of
from tests.support.gateway import error, gateway

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.dry_run.estimator import Estimator
from backlog_provider.extract.stream import Reader
from backlog_provider.model.endpoint import Snapshot
from backlog_provider.operators.backlog_census import BacklogCensusOperator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.gateway import Asked, Reply

    from backlog_emulator.emulator import Emulator
    from backlog_provider.api.client import Client

OFF = "SUPPORT"


@pytest.fixture
def space(space: Emulator) -> Iterator[Emulator]:
    """A space with documents, which refuses whoever names a project that has none."""
    for project in ("WEB", "APP"):
        edit(space, op="create_documents", project=project, titles=[f"page {number}" for number in range(20)])

    def refuse(asked: Asked) -> Reply | None:
        off = {str(each.id) for each in space.space.projects.values() if not each.use_document}
        names = [value for name, value in asked.params if name == "projectId[]"]
        return error(5, 403) if asked.path == "/documents" and off.intersection(names) else None

    with gateway(space, before=refuse):
        yield space


def switch(space: Emulator, project: str, *, on: bool) -> None:
    edit(space, op="update_project", project=project, fields={"useDocument": on})


def documents_of(space: Emulator, project: str) -> set[Any]:
    return {each.id for each in space.space.documents.values() if each.project.key == project}


def census(run: Runs, endpoint: str = "documents") -> dict[str, Any]:
    return run("census", operator=BacklogCensusOperator, endpoint=endpoint)


@pytest.mark.parametrize("endpoint", ["documents", "document_comments"])
def test_projects_without_documents_are_not_asked_for_any(
    endpoint: str, space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    document = next(iter(space.space.documents))
    edit(space, op="add_document_comment", document=document, plain="said")
    run(endpoint)
    assert warehouse.records(f"BACKLOG_{endpoint.upper()}") == truth(space, endpoint)
    edit(space, op="advance", hours=1)
    edit(space, op="update_document", document=document, fields={"title": "renamed"})
    edit(space, op="add_document_comment", document=document, plain="said again")
    run(endpoint)
    assert warehouse.records(f"BACKLOG_{endpoint.upper()}") == truth(space, endpoint)


def test_documents_of_a_project_are_read_when_they_are_switched_on(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    everything: set[Any] = set(space.space.documents)
    of_app = documents_of(space, "APP")
    switch(space, "APP", on=False)
    run("documents")
    assert set(warehouse.records("BACKLOG_DOCUMENTS")) == everything - of_app
    switch(space, "APP", on=True)
    done = run("documents")
    assert (done["mode"], done["rows_inserted"]) == ("incremental", len(of_app))
    switch(space, "APP", on=False)
    run("documents")
    assert census(run)["rows_deleted"] == 0
    assert set(warehouse.records("BACKLOG_DOCUMENTS")) == everything


def test_named_projects_without_documents_have_none(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("documents", project_keys=[OFF, "APP"])
    assert set(warehouse.records("BACKLOG_DOCUMENTS")) == documents_of(space, "APP")
    run("documents", project_keys=[OFF], table="OTHERS")
    assert warehouse.records("OTHERS") == {}


@pytest.mark.usefixtures("space")
@pytest.mark.parametrize("endpoint", ["documents", "document_comments"])
def test_a_plan_asks_for_no_project_without_documents(endpoint: str, client: Client) -> None:
    assert Estimator(client, CATALOGUE[endpoint]).expected(None).has_changes
    assert list(Reader(client, CATALOGUE[endpoint]).pages(None))


def without(*trees: str) -> Callable[[Asked, Reply], None]:
    """Return what takes trees out of an answer."""

    def after(asked: Asked, reply: Reply) -> None:
        if asked.path == "/documents/tree":
            reply.body = {name: value for name, value in reply.body.items() if name not in trees}

    return after


def nodes(space: Emulator, *trees: str) -> set[Any]:
    style = CATALOGUE["document_tree"].style
    assert isinstance(style, Snapshot)
    assert style.records_of
    listed = [node for answer in all_of(space, "document_tree") for node in style.records_of(answer)]
    return {node["id"] for node in listed if node["tree"] in trees}


@pytest.mark.parametrize("missing", ["trashTree", "activeTree"])
def test_a_tree_that_lacks_one_part_says_nothing_against_what_lives(
    missing: str, space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    first, second, *_ = space.space.documents
    edit(space, op="trash_document", document=first)
    for endpoint in ("documents", "document_tree"):
        run(endpoint)
    edit(space, op="trash_document", document=second)
    living = nodes(space, "active")
    with gateway(space, after=without(missing)):
        run("document_tree")
        assert living <= set(warehouse.records("BACKLOG_DOCUMENT_TREE"))
        census(run)
        assert living <= set(warehouse.records("BACKLOG_DOCUMENTS"))
        if missing == "activeTree":
            assert set(warehouse.records("BACKLOG_DOCUMENTS")) == living
    census(run)
    run("document_tree")
    assert set(warehouse.records("BACKLOG_DOCUMENTS")) == living
    assert set(warehouse.records("BACKLOG_DOCUMENT_TREE")) == nodes(space, "active", "trash")


def test_a_tree_that_lacks_its_trash_is_loaded_from_the_start(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    with gateway(space, after=without("trashTree")):
        run("document_tree")
    assert set(warehouse.records("BACKLOG_DOCUMENT_TREE")) == nodes(space, "active") != set()


def test_a_tree_without_both_parts_is_an_error(space: Emulator, run: Runs) -> None:
    with gateway(space, after=without("activeTree", "trashTree")):
        said = failure(run, "document_tree")
    assert said is not None
    assert "of another shape than documented" in said

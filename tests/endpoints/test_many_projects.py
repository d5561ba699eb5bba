"""So many projects that their names are too long for the line of a request."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from tests.conftest import edit, truth
from tests.support.gateway import gateway

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.dry_run.estimator import Estimator
from backlog_provider.extract import project_slices
from backlog_provider.extract.page import Window
from backlog_provider.extract.stream import Reader
from backlog_provider.operators.backlog_census import BacklogCensusOperator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Runs, Warehouse
    from tests.support.gateway import Asked

    from backlog_emulator.emulator import Emulator
    from backlog_provider.api.client import Client
    from backlog_provider.extract.page import Cursor

# What some proxies take, and not a byte more.
LONGEST = 4_094
PROJECTS = 1_000
ANY = 10**6
ENDPOINTS = ("issues", "documents")


@pytest.fixture(params=[True, False], ids=["archived listed", "archived unlisted"])
def space(space: Emulator, request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """A space of a thousand projects, every tenth of which is archived; all of them have an issue and a document."""
    space.space.switch(archived_listed=request.param)
    web = next(iter(space.space.projects.values()))
    for number in range(PROJECTS - len(space.space.projects)):
        project = replace(web, id=900_000 + number, key=f"P{number}", archived=False)
        space.space.projects[project.id] = project
        if number % 9 == 0:
            edit(space, op="create_issue", project=project.key, fields={"summary": "one"})
            edit(space, op="create_document", project=project.key, title="one")
            edit(space, op="advance", minutes=5)
        project.archived = number % 10 == 0
    edit(space, op="advance", hours=1)

    lines = [0]

    def leave_archived_out(asked: Asked) -> None:
        if project_slices.MAX_NAME_BYTES != ANY:
            lines.append(line(asked))
        if asked.path == "/documents" and not request.param and asked.param("projectId[]") is None:
            asked.params += [("projectId[]", str(p.id)) for p in space.space.projects.values() if not p.archived]

    with gateway(space, before=leave_archived_out):
        yield space
    assert max(lines) <= LONGEST


def line(asked: Asked) -> int:
    return len(f"GET /api/v2{asked.path}?{urlencode(asked.params)} HTTP/1.1")


class Table:
    """What a reader gives, by id."""

    def __init__(self, client: Client, endpoint: str) -> None:
        self.client, self.endpoint = client, endpoint
        self.cursor: Cursor | None = None
        self.records: dict[Any, Any] = {}

    def read(self) -> int:
        """Read on; returns how many requests it took beside the list of projects."""
        before = self.client.requests
        for page in Reader(self.client, CATALOGUE[self.endpoint]).pages(self.cursor):
            self.records |= {record["id"]: record for record in page.records}
            self.cursor = page.cursor
        return self.client.requests - before - 1


def change(space: Emulator, endpoint: str, number: Any) -> None:
    """Change a record, an hour after whatever was before."""
    edit(space, op="advance", hours=1)
    if endpoint == "issues":
        edit(space, op="update_issue", id=number, fields={"summary": f"as of {space.space.now}"})
    else:
        edit(space, op="update_document", document=number, fields={"title": f"as of {space.space.now}"})


def of_archived(space: Emulator, endpoint: str, *, is_archived: bool) -> Any:
    return next(
        record.id for record in getattr(space.space, endpoint).values() if record.project.archived is is_archived
    )


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_table_is_the_space_and_no_line_is_too_long(endpoint: str, space: Emulator, client: Client) -> None:
    table = Table(client, endpoint)
    table.read()
    assert table.records == truth(space, endpoint)
    is_listed = space.space.switches.archived_listed
    assert table.read() == (1 if is_listed else 3)
    for is_archived in (False, True):
        change(space, endpoint, of_archived(space, endpoint, is_archived=is_archived))
        table.read()
        assert table.records == truth(space, endpoint)
    assert table.read() == (1 if is_listed else 3)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_projects_are_archived_and_taken_up_again_without_loss(endpoint: str, space: Emulator, client: Client) -> None:
    table = Table(client, endpoint)
    table.read()
    for op in ("archive_project", "unarchive_project"):
        number = of_archived(space, endpoint, is_archived=op == "unarchive_project")
        key = getattr(space.space, endpoint)[number].project.key
        for before, after in (({}, {"op": op, "project": key}), ({"op": op, "project": key}, {})):
            if before:
                edit(space, **before)
            change(space, endpoint, number)
            if after:
                edit(space, **after)
            # Somebody else changes something a little later.
            change(space, endpoint, of_archived(space, endpoint, is_archived=False))
            table.read()
            assert table.records == truth(space, endpoint)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_reading_goes_on_where_it_was_cut_short(endpoint: str, space: Emulator, client: Client) -> None:
    table = Table(client, endpoint)
    for pages in range(1, 12):
        for page in islice(Reader(client, CATALOGUE[endpoint]).pages(table.cursor), pages):
            table.records |= {record["id"]: record for record in page.records}
            table.cursor = page.cursor
    assert table.records == truth(space, endpoint)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_cursor_from_when_all_projects_were_named_is_gone_on_with(
    endpoint: str, space: Emulator, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table(client, endpoint)
    with monkeypatch.context() as patch:
        patch.setattr("backlog_provider.extract.project_slices.MAX_NAME_BYTES", ANY)
        table.read()
        assert "archived" not in (table.cursor or {})
    for number in (of_archived(space, endpoint, is_archived=each) for each in (True, False)):
        change(space, endpoint, number)
    read = len(table.records)
    table.read()
    assert table.records == truth(space, endpoint)
    assert len(table.records) == read
    # And back: as many projects as there is room for.
    change(space, endpoint, of_archived(space, endpoint, is_archived=True))
    with monkeypatch.context() as patch:
        patch.setattr("backlog_provider.extract.project_slices.MAX_NAME_BYTES", ANY)
        table.read()
        assert "archived" not in (table.cursor or {})
    assert table.records == truth(space, endpoint)


def test_named_projects_are_read_alone(space: Emulator, client: Client) -> None:
    keys = [project.key for project in list(space.space.projects.values())[:200]]
    ids = {project.id for project in space.space.projects.values() if project.key in keys}
    expected = {number: each for number, each in truth(space, "issues").items() if each["projectId"] in ids}
    records: dict[int, Any] = {}
    for page in Reader(client, CATALOGUE["issues"], keys).pages(None):
        records |= {record["id"]: record for record in page.records}
    assert records == expected


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_windows_and_plans_make_no_line_too_long(endpoint: str, space: Emulator, client: Client) -> None:
    window = Window("2025-06-01T00:00:00Z", None)
    given = {r["id"] for page in Reader(client, CATALOGUE[endpoint]).window(window) for r in page.records}
    assert given == {number for number, each in truth(space, endpoint).items() if each["updated"] in window}
    estimator = Estimator(client, CATALOGUE[endpoint])
    # What a list without names leaves out is not known before it is read.
    assert estimator.expected(None).records >= 0.8 * len(given)
    assert estimator.expected_window(window).records == len(given)


def test_load_is_proven_and_the_census_finds_what_went_and_what_is_new(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issues")
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")
    warehouse.query(f"DELETE FROM BACKLOG_ISSUES WHERE ISSUE_ID = {of_archived(space, 'issues', is_archived=True)}")
    warehouse.query(f"DELETE FROM BACKLOG_ISSUES WHERE ISSUE_ID = {of_archived(space, 'issues', is_archived=False)}")
    gone = max(number for number, issue in space.space.issues.items() if not issue.project.archived)
    space.space.delete_issue(space.space.issues[gone], by=space.space.owner)
    done = run("issues", operator=BacklogCensusOperator, allow_mass_deletion=True)
    assert (done["unknown"], done["rows_deleted"]) == (2, 1)
    assert set(warehouse.records("BACKLOG_ISSUES")) == set(truth(space, "issues"))
    run("document_comments")

"""Servers that refuse offsets from some number on: lists are read in smaller parts."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import edit, truth

from backlog_emulator.server import running
from backlog_provider.catalogue import CATALOGUE
from backlog_provider.dry_run.estimator import Estimator
from backlog_provider.exceptions import OffsetError
from backlog_provider.extract.page import Window
from backlog_provider.extract.stream import Reader
from backlog_provider.operators.backlog_census import BacklogCensusOperator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator
    from backlog_provider.api.client import Client
    from backlog_provider.extract.page import Cursor

GREATEST = 100


@pytest.fixture
def space() -> Iterator[Emulator]:
    """A space with 400 issues of a year; of no list can more than 200 records be read."""
    with running(issues=400, max_offset=GREATEST) as emulator:
        yield emulator


def keys(space: Emulator) -> list[str]:
    return [project.key for project in space.space.projects.values()]


def create(space: Emulator, op: str, count: int, projects: list[str], **fields: Any) -> None:
    """Create records at one moment, in one project after the other."""
    for number in range(count):
        edit(space, op=op, project=projects[number % len(projects)], **fields)


class Table:
    """What a reader gives, by id."""

    def __init__(self, client: Client, endpoint: str) -> None:
        self.client, self.endpoint = client, endpoint
        self.cursor: Cursor | None = None
        self.records: dict[Any, Any] = {}

    def read(self, pages: int | None = None) -> None:
        """Read on, no more than some pages."""
        for page in islice(Reader(self.client, CATALOGUE[self.endpoint]).pages(self.cursor), pages):
            self.records |= {record["id"]: record for record in page.records}
            self.cursor = page.cursor


def test_issues_are_read_from_day_to_day(space: Emulator, client: Client) -> None:
    table = Table(client, "issues")
    table.read()
    assert table.records == truth(space, "issues")
    before = client.requests
    table.read()
    assert client.requests == before + 2  # The projects, and the newest changes.


def test_more_changes_than_can_be_listed_are_read_from_day_to_day(space: Emulator, client: Client) -> None:
    table = Table(client, "issues")
    table.read()
    issues = sorted(space.space.issues)
    for start in range(0, 400, 50):
        edit(space, op="advance", days=2)
        edit(space, op="bulk_update", ids=issues[start : start + 50], fields={"estimatedHours": 7})
    table.read()
    assert table.records == truth(space, "issues")


def test_more_changes_of_a_day_than_can_be_listed_are_read_by_project(space: Emulator, client: Client) -> None:
    table = Table(client, "issues")
    table.read()
    edit(space, op="advance", days=2)
    edit(space, op="bulk_update", ids=sorted(space.space.issues), fields={"estimatedHours": 7})
    table.read()
    assert table.records == truth(space, "issues")
    before = client.requests
    table.read()
    assert client.requests == before + 7  # The projects, and as far as Backlog gives the list, all of it known.
    edit(space, op="advance", hours=1)
    edit(space, op="update_issue", id=max(space.space.issues), fields={"summary": "later"})
    table.read()
    before = client.requests
    table.read()
    assert client.requests == before + 2
    assert table.records == truth(space, "issues")


@pytest.mark.parametrize(
    ("endpoint", "op", "fields"),
    [
        ("issues", "create_issue", {"fields": {"summary": "one of a day"}}),
        ("documents", "create_document", {"title": "one of a day"}),
    ],
)
def test_what_was_created_in_a_day_is_read_by_project(
    endpoint: str, op: str, fields: dict[str, Any], space: Emulator, client: Client
) -> None:
    create(space, op, 250, keys(space), **fields)
    edit(space, op="advance", hours=1)
    table = Table(client, endpoint)
    table.read()
    assert table.records == truth(space, endpoint)


@pytest.mark.parametrize("endpoint", ["issues", "documents"])
def test_reading_goes_on_where_it_was_cut_short(endpoint: str, space: Emulator, client: Client) -> None:
    create(space, "create_document", 250, keys(space), title="one of a day")
    create(space, "create_issue", 250, keys(space), fields={"summary": "one of a day"})
    edit(space, op="advance", hours=1)
    table = Table(client, endpoint)
    for pages in range(1, 12):
        table.read(pages)
    table.read()
    assert table.records == truth(space, endpoint)


def test_project_with_too_many_records_of_a_day_is_an_error_that_says_so(space: Emulator, client: Client) -> None:
    create(space, "create_document", 250, keys(space)[:1], title="one of a day")
    with pytest.raises(OffsetError, match="the list is longer than 198 records, and no smaller part"):
        Table(client, "documents").read()


def test_window_is_read_from_day_to_day_or_by_project(space: Emulator, client: Client) -> None:
    create(space, "create_issue", 250, keys(space), fields={"summary": "one of a day"})
    window = Window("2025-02-01T00:00:00Z", None)
    given = {r["id"] for page in Reader(client, CATALOGUE["issues"]).window(window) for r in page.records}
    assert given == {number for number, each in truth(space, "issues").items() if each["updated"] in window}


@pytest.mark.parametrize("endpoint", ["issues", "documents", "pull_requests"])
def test_plan_does_not_ask_for_what_is_refused(endpoint: str, space: Emulator, client: Client) -> None:
    create(space, "create_document", 250, keys(space), title="one of a day")
    expected = Estimator(client, CATALOGUE[endpoint]).expected(None)
    assert expected.has_changes


def test_pull_requests_are_read_by_status(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    for number in range(250):
        created = edit(space, op="create_pull_request", repository="oldest")["id"]
        if number % 3:
            edit(space, op="update_pull_request", pull_request=created, fields={"statusId": 1 + number % 3})
    run("pull_requests")
    assert warehouse.records("BACKLOG_PULL_REQUESTS") == truth(space, "pull_requests")
    edit(space, op="advance", hours=1)
    edit(space, op="create_pull_request", repository="oldest")
    run("pull_requests")
    assert warehouse.records("BACKLOG_PULL_REQUESTS") == truth(space, "pull_requests")


def test_comments_are_read_of_documents_by_project(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    create(space, "create_document", 250, keys(space), title="one of a day")
    created = edit(space, op="create_document", project=keys(space)[0], title="with a comment")["id"]
    edit(space, op="add_document_comment", document=created, plain="said")
    run("document_comments")
    assert warehouse.records("BACKLOG_DOCUMENT_COMMENTS") == truth(space, "document_comments")


def test_census_reads_from_day_to_day_or_by_project(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    create(space, "create_issue", 250, keys(space), fields={"summary": "one of a day"})
    edit(space, op="advance", hours=1)
    run("issues")
    assert set(warehouse.records("BACKLOG_ISSUES")) == set(truth(space, "issues"))
    warehouse.query(f"DELETE FROM BACKLOG_ISSUES WHERE ISSUE_ID = {min(space.space.issues)}")
    done = run("issues", operator=BacklogCensusOperator)
    assert (done["unknown"], done["rows_deleted"]) == (1, 0)
    assert set(warehouse.records("BACKLOG_ISSUES")) == set(truth(space, "issues"))

"""Instants in other forms than Backlog documents: fractions of a second, another zone, milliseconds, null."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import Runs, Warehouse, edit, failure, truth
from tests.support.gateway import gateway

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.gateway import Asked, Reply

    from backlog_emulator.emulator import Emulator

JAPAN = timezone(timedelta(hours=9))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


# What is sent instead of Backlog's form, and how much later than that it is.
FORMS: dict[str, tuple[Callable[[str], Any], timedelta]] = {
    "fractions": (lambda text: text.replace("Z", ".250Z"), timedelta(milliseconds=250)),
    "japan": (lambda text: moment(text).astimezone(JAPAN).isoformat(), timedelta()),
    "milliseconds": (lambda text: int(moment(text).timestamp() * 1000), timedelta()),
    "mixed": (lambda text: text if int(text[-2]) % 2 else moment(text).astimezone(JAPAN).isoformat(), timedelta()),
}
CREATE = {
    "documents": {"op": "create_document", "project": "WEB"},
    "issues": {"op": "create_issue", "project": "WEB"},
}
CHANGE = {
    "documents": {"op": "update_document", "document": "oldest"},
    "issues": {"op": "update_issue", "id": "oldest"},
}
TITLE = {"documents": "title", "issues": "summary"}


def rewriting(endpoint: str, change: Callable[[Any], None]) -> Callable[[Asked, Reply], None]:
    """Return what changes each record of an endpoint's list."""

    def after(asked: Asked, reply: Reply) -> None:
        if asked.path == f"/{endpoint}":
            for record in reply.body:
                change(record)

    return after


def create(space: Emulator, endpoint: str, name: str) -> Any:
    edit(space, op="advance", seconds=100)
    title = {"fields": {"summary": name}} if endpoint == "issues" else {"title": name}
    return edit(space, **CREATE[endpoint], **title)["id"]


def rename(space: Emulator, endpoint: str, name: str) -> None:
    edit(space, op="advance", seconds=100)
    edit(space, **CHANGE[endpoint], fields={TITLE[endpoint]: name})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("endpoint", CREATE)
def test_instants_of_any_form_are_gone_by_and_loaded_in_utc(
    endpoint: str, form: str, space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    write, later = FORMS[form]

    def change(record: Any) -> None:
        record.update(created=write(record["created"]), updated=write(record["updated"]))

    def expected() -> dict[Any, Any]:
        records = truth(space, endpoint)
        for record in records.values():
            change(record)
        return records

    table = f"BACKLOG_{endpoint.upper()}"
    for number in range(110 if endpoint == "documents" else 1):
        create(space, endpoint, f"number {number}")
    with gateway(space, after=rewriting(endpoint, change)):
        run(endpoint)
        assert warehouse.records(table) == expected()
        rename(space, endpoint, "renamed")
        created = create(space, endpoint, "created")
        done = run(endpoint)
        assert (done["mode"], done["rows_inserted"], done["rows_updated"]) == ("incremental", 1, 1)
        assert warehouse.records(table) == expected()
        idle = run(endpoint)
        assert (idle["mode"], idle["requests"]) == ("noop", 1 + 1)
    key = "ISSUE_ID" if endpoint == "issues" else "DOCUMENT_ID"
    rows = warehouse.query(f"SELECT {key}, UPDATED_AT FROM {table} WHERE {key} = '{created}'")
    updated = moment(truth(space, endpoint)[created]["updated"])
    assert [(key, at.astimezone(timezone.utc)) for key, at in rows] == [
        (created, updated + (later if form != "mixed" else timedelta()))
    ]


@pytest.mark.parametrize("endpoint", CREATE)
def test_records_without_a_last_update_are_loaded_when_created(
    endpoint: str, space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    def change(record: Any) -> None:
        if record["updated"] == record["created"]:
            record["updated"] = None

    for number in range(110 if endpoint == "documents" else 1):
        create(space, endpoint, f"number {number}")
    table = f"BACKLOG_{endpoint.upper()}"
    with gateway(space, after=rewriting(endpoint, change)):
        run(endpoint)
        create(space, endpoint, "created")
        rename(space, endpoint, "renamed")
        done = run(endpoint)
        assert (done["rows_inserted"], done["rows_updated"]) == (1, 1)
        assert run(endpoint)["mode"] == "noop"
    expected = truth(space, endpoint)
    for record in expected.values():
        change(record)
    assert warehouse.records(table) == expected


@pytest.mark.parametrize("nonsense", ["yesterday", "2026-01-31", "2026-13-01T00:00:00Z", {}, True])
def test_what_is_no_instant_is_an_error_that_names_the_record(nonsense: Any, space: Emulator, run: Runs) -> None:
    number = max(truth(space, "issues"))

    def change(record: Any) -> None:
        if record["id"] == number:
            record["updated"] = nonsense

    with gateway(space, after=rewriting("issues", change)):
        said = failure(run, "issues")
    assert said is not None
    assert f"record {number}: 'updated' is {nonsense!r}" in said

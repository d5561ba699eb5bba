"""Spaces and texts at the edges: empty, one record, pages exactly full, very long, and every character there is."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.conftest import Runs, Warehouse, connected, edit, truth

from backlog_emulator.server import running

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator
    from local_snowflake.server import Account

ENDPOINTS = ("projects", "users", "issues", "activities")
# A letter of each plane that has any, the ends of planes, what text formats trip over, a NUL.
EVERY_PLANE = (
    "".join(chr(plane * 0x10000 + 0x3042) for plane in range(17))
    + "\U0010fffd\ufffe\uffff\u2028\u2029\x7f\x00e\u0301\\\"'\t"
)


@pytest.mark.parametrize("issues", [0, 1, 99, 100, 199, 200])
def test_space_of_exactly_so_many_issues(account: Account, issues: int) -> None:
    with (
        closing(Warehouse(account)) as warehouse,
        running(issues=issues, seed=3) as space,
        connected(space, warehouse),
    ):
        run = Runs()
        for endpoint in (*ENDPOINTS, *ENDPOINTS):
            run(endpoint)
            assert warehouse.records(f"BACKLOG_{endpoint.upper()}") == truth(space, endpoint)
        assert len(warehouse.records("BACKLOG_ISSUES")) == issues


def test_two_hundred_issues_updated_in_one_second_across_a_page_boundary(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issues")
    edit(space, op="advance", hours=1)
    change = {"op": "bulk_update", "ids": "random", "count": 200, "fields": {"description": "one second"}}
    edit(space, op="update_issue", id="oldest", fields={"summary": "first"})
    match = "/api/v2/issues$"
    space.script.replace([{"before_request": 2, "match": match, "do": change}])
    edit(space, **{**change, "fields": {"description": "the second before"}})
    run("issues")
    run("issues")
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


@pytest.mark.slow
def test_a_thousand_deletions_while_five_thousand_are_read(account: Account) -> None:
    with (
        closing(Warehouse(account)) as warehouse,
        running(issues=5000, seed=3) as space,
        connected(space, warehouse),
    ):
        deletions = {"op": "delete_issues", "ids": "random", "count": 20}
        script = [{"before_request": n, "match": "/api/v2/issues$", "do": deletions} for n in range(2, 52)]
        space.script.replace(script)
        run = Runs()
        summary = run("issues")
        assert sum(step.done for step in space.script.steps) == 50
        assert set(warehouse.records("BACKLOG_ISSUES")) == set(truth(space, "issues"))
        assert len(warehouse.records("BACKLOG_ISSUES")) == 4000
        assert summary["rows_inserted"] - summary["rows_deleted"] == 4000
        # Those that had one of the thousand as their parent have changed with it: after the mark, so in the next run.
        run("issues")
        assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


def test_last_project_that_is_deleted_is_marked_too(account: Account) -> None:
    with (
        closing(Warehouse(account)) as warehouse,
        running(issues=5, projects=1) as space,
        connected(space, warehouse),
    ):
        run = Runs()
        for endpoint in ENDPOINTS:
            run(endpoint)
        edit(space, op="delete_project", project=next(iter(space.space.projects)))
        for endpoint in ENDPOINTS:
            run(endpoint)
        assert warehouse.records("BACKLOG_PROJECTS") == warehouse.records("BACKLOG_ISSUES") == {}


@pytest.mark.parametrize("text", [EVERY_PLANE, "e" * 8_000_000, "\\u0000 \\ud800"], ids=["planes", "8 MB", "escaped"])
def test_text_arrives_as_it_is(space: Emulator, run: Runs, warehouse: Warehouse, text: str) -> None:
    number = edit(space, op="update_issue", id="random", fields={"description": text})["id"]
    for endpoint in ("issues", "activities"):
        run(endpoint)
        assert warehouse.records(f"BACKLOG_{endpoint.upper()}") == truth(space, endpoint)
    [(described,)] = warehouse.query(f"SELECT DESCRIPTION FROM BACKLOG_ISSUES WHERE ISSUE_ID = {number}")
    assert described == text


@pytest.mark.parametrize("half", ["\ud800", "x\udc00y"])
def test_half_of_a_surrogate_pair_fails_at_once_and_names_the_record(
    space: Emulator, run: Runs, warehouse: Warehouse, half: str
) -> None:
    run("issues")
    edit(space, op="advance", hours=1)
    number = edit(space, op="update_issue", id="random", fields={"summary": half})["id"]
    with pytest.raises(Exception, match=rf"TextError: GET /issues: record {number} has text .* in 'summary'") as caught:
        run("issues")
    assert "\n" not in str(caught.value)
    edit(space, op="update_issue", id=number, fields={"summary": "whole"})
    run("issues")
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


@pytest.mark.parametrize("told", ["first", "then"])
def test_two_changes_in_one_second_with_a_load_between_them_both_arrive(
    space: Emulator, run: Runs, warehouse: Warehouse, told: str
) -> None:
    run("issues")
    edit(space, op="advance", hours=1)
    number = edit(space, op="update_issue", id="random", fields={"summary": "one"})["id"]
    run("issues")
    edit(space, op="update_issue", id=number, fields={"summary": told})
    run("issues")
    assert warehouse.records("BACKLOG_ISSUES")[number]["summary"] == told

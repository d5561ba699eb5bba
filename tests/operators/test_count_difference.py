"""A space whose count never agrees with what it lists: a way out that is asked for, and that leaves a trace."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import edit, failure, truth
from tests.operators.test_backlog_census import forget
from tests.support.gateway import gateway

from backlog_provider.operators.backlog_census import BacklogCensusOperator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Runs, Warehouse
    from tests.support.gateway import Asked, Reply

    from backlog_emulator.emulator import Emulator


@pytest.fixture
def off() -> int:
    """By how much the count is too high."""
    return 1


@pytest.fixture
def space(space: Emulator, off: int) -> Iterator[Emulator]:
    def miscount(asked: Asked, reply: Reply) -> None:
        if asked.path == "/issues/count":
            reply.body["count"] += off

    with gateway(space, after=miscount):
        yield space


def ledger(warehouse: Warehouse) -> list[Any]:
    return warehouse.query("SELECT MODE, COUNT_DIFFERENCE FROM BACKLOG_SYNC_RUNS ORDER BY FINISHED_AT")


@pytest.mark.parametrize("off", [1, 7, -2])
def test_difference_that_stays_is_an_error_that_names_the_way_out(off: int, run: Runs) -> None:
    for asked in ({}, {"accept_count_difference": abs(off) - 1}):
        said = failure(run, "issues", **asked)
        assert said is not None
        assert f"the space counts {250 + off} records" in said
        assert f"accept_count_difference={abs(off)}" in said
        assert run.mark("issues") is None


@pytest.mark.parametrize("off", [1, 7, -2])
def test_difference_that_is_accepted_is_told_of_and_the_load_is_finished(
    off: int, space: Emulator, run: Runs, warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "backlog_provider"):
        done = run("issues", accept_count_difference=str(abs(off)))
    assert f"the space counts {250 + off} records and the table 250 living rows" in caplog.text
    assert done["count_difference"] == off
    assert ledger(warehouse) == [("full", off)]
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")
    edit(space, op="update_issue", id="oldest", fields={"summary": "changed"})
    done = run("issues")
    assert (done["mode"], done["rows_updated"], done["count_difference"]) == ("incremental", 1, 0)
    assert run("issues")["mode"] == "noop"


def test_what_the_table_lacks_in_truth_is_loaded_before_a_difference_is_accepted(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issues", accept_count_difference=1)
    warehouse.query("DELETE FROM BACKLOG_ISSUES WHERE ISSUE_ID = (SELECT MIN(ISSUE_ID) FROM BACKLOG_ISSUES)")
    run("issues", full_refresh=True, accept_count_difference=1)
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


@pytest.mark.parametrize("off", [0])
def test_nothing_is_accepted_where_nothing_differs(run: Runs, warehouse: Warehouse) -> None:
    assert run("issues", accept_count_difference=5)["count_difference"] == 0
    assert ledger(warehouse) == [("full", 0)]


def test_census_of_a_space_that_counts_too_many_is_taken_where_that_is_accepted(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issues", accept_count_difference=1)
    issue = next(iter(space.space.issues.values()))
    space.space.delete_issue(issue, by=space.space.owner)
    forget(space)
    said = failure(run, "issues", operator=BacklogCensusOperator)
    assert said is not None
    assert "run once with accept_count_difference=1" in said
    done = run("issues", operator=BacklogCensusOperator, accept_count_difference="1")
    assert (done["unobserved"], done["count_difference"]) == (1, 1)
    assert set(warehouse.records("BACKLOG_ISSUES")) == set(truth(space, "issues"))


@pytest.mark.parametrize("nonsense", ["some", "-1", "1.5", True])
def test_what_is_no_number_of_records_is_refused(nonsense: Any, run: Runs) -> None:
    with pytest.raises(Exception, match="accept_count_difference: .* is not a number of records"):
        run("issues", accept_count_difference=nonsense)


def test_ledger_of_an_earlier_release_gets_the_column(run: Runs, warehouse: Warehouse) -> None:
    run("projects")
    warehouse.query("ALTER TABLE BACKLOG_SYNC_RUNS DROP COLUMN COUNT_DIFFERENCE")
    run("issues", accept_count_difference=1)
    assert ledger(warehouse) == [("full", None), ("full", 1)]

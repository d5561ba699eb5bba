"""Batches: what a load has done is kept, also where it is slow."""

from __future__ import annotations

from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from airflow.providers.common.compat.sdk import AirflowException
from tests.conftest import edit

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


def test_load_that_takes_long_is_kept_as_it_goes_and_goes_on_where_it_was(
    run: Runs, space: Emulator, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every look at the clock finds it ten seconds later.
    monkeypatch.setattr("backlog_provider.batches.time", SimpleNamespace(monotonic=partial(next, count(0, 10))))
    whole = run("mine", endpoint="issue_comments", table="ALL_COMMENTS")["requests"]
    space.faults.replace(
        [{"kind": "error", "code": 11, "match": "/api/v2/issues/.*/comments", "after": 150, "times": None}]
    )
    with pytest.raises(AirflowException, match="AuthenticationError"):
        run("issue_comments")
    assert warehouse.records("BACKLOG_ISSUE_COMMENTS")
    space.faults.replace([])
    assert run("issue_comments")["requests"] < whole * 2 / 3
    assert warehouse.records("BACKLOG_ISSUE_COMMENTS") == warehouse.records("ALL_COMMENTS")


@pytest.mark.usefixtures("small_batches")
def test_what_a_parent_lost_is_marked_also_where_the_parents_of_a_batch_fill_several_files(
    run: Runs, space: Emulator, warehouse: Warehouse
) -> None:
    run("issue_comments")
    kept = warehouse.records("BACKLOG_ISSUE_COMMENTS")
    lost = [number for number in sorted(kept)[::40] if edit(space, op="delete_comment", comment=number)]
    summary = run("issue_comments", full_refresh=True)
    assert summary["rows_deleted"] == len(lost) > 3
    assert set(warehouse.records("BACKLOG_ISSUE_COMMENTS")) == set(kept) - set(lost)

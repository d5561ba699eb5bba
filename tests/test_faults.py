"""Every fault of the kit at every request: the load completes, or fails in one line and the next try completes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import AirflowException
from tests.conftest import edit, failure, truth

from backlog_provider.api.client import Client

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("short_waits")]

# By kind, in the order of the kit: what else it is told, and whether waiting and asking again is enough.
FAULTS: dict[str, tuple[dict[str, Any], bool]] = {
    "status": ({}, True),
    "storm": ({"seconds": 1}, True),
    "error": ({"code": 11}, False),
    "feature_off": ({}, False),
    "unlicensed": ({}, False),
    "reset": ({}, True),
    "reset_midway": ({}, True),
    "cut": ({}, True),
    "cut_chunked": ({}, True),
    "half": ({}, True),
    "drip": ({"seconds": 0.1}, True),
    "slow": ({"seconds": 0.1}, True),
    "html": ({}, True),
    "redirect": ({}, False),
    "empty": ({}, True),
    "not_list": ({}, False),
    "json": ({"body": [{}]}, False),
    "skew": ({"seconds": 5000}, True),
}


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that waits no longer than a blink."""
    real = Client.__init__
    monkeypatch.setattr(Client, "__init__", lambda self, *given, **_: real(self, *given, sleep=lambda _: None))


def tables(warehouse: Warehouse, endpoint: str) -> tuple[Any, Any]:
    """What a failed load must not have changed: rows, and the mark."""
    names = {row[1] for row in warehouse.query("SHOW TABLES")}
    table = f"BACKLOG_{endpoint.upper()}"
    if table not in names:
        return {}, []
    where = f"WHERE TABLE_NAME = '{table}' AND HIGH_WATER_MARK IS NOT NULL"
    return warehouse.records(table), warehouse.query(f"SELECT HIGH_WATER_MARK FROM BACKLOG_SYNC_STATE {where}")


@pytest.mark.parametrize("endpoint", ["issues", "activities"])
@pytest.mark.parametrize("kind", FAULTS)
def test_fault_at_every_request_of_a_first_load_and_of_an_increment(
    space: Emulator, run: Runs, warehouse: Warehouse, kind: str, endpoint: str
) -> None:
    told, is_waited_for = FAULTS[kind]
    for after in range(40):
        space.faults.replace([{"kind": kind, "after": after, **told}])
        before = tables(warehouse, endpoint)
        if message := failure(run, endpoint):
            assert not is_waited_for, f"request {after + 1}: {message}"
            rows, mark = tables(warehouse, endpoint)
            assert mark == before[1], f"request {after + 1} moved the mark"
            # Only the proof that ends a first load comes after its rows.
            assert rows in (before[0], truth(space, endpoint)), f"request {after + 1} left half a batch"
        elif not space.faults.script[0].struck:
            break
        # A fault may be of no consequence at the last request, or have been waited for: the next load is an increment.
        space.faults.replace([])
        if after % 2:
            edit(space, op="advance", days=60)
            edit(space, op="bulk_update", ids="random", count=120, fields={"description": f"{kind} {after}"})
    else:
        pytest.fail("there was no end to the requests")
    space.faults.replace([])
    run(endpoint)
    assert warehouse.records(f"BACKLOG_{endpoint.upper()}") == truth(space, endpoint)


@pytest.mark.parametrize("unjoined", [404, 403])
def test_membership_taken_away_keeps_the_rows_and_given_back_brings_what_is_new(
    space: Emulator, run: Runs, warehouse: Warehouse, unjoined: int
) -> None:
    space.space.switches.change(unjoined_project=unjoined)
    for endpoint in ("issues", "activities"):
        run(endpoint)
    project, owner = min(truth(space, "projects")), space.space.owner.id
    edit(space, op="remove_member", project=project, user=owner)
    edit(space, op="delete_issues", ids="oldest", project=project, count=3)
    edit(space, op="create_issue", project=project)
    for endpoint in ("issues", "activities"):
        assert run(endpoint)["rows_deleted"] == 0
    edit(space, op="add_member", project=project, user=owner)
    for endpoint in ("issues", "activities"):
        run(endpoint)
        assert warehouse.records(f"BACKLOG_{endpoint.upper()}") == truth(space, endpoint)


def test_membership_lost_and_regained_while_the_feed_is_read_leaves_no_gap(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    busy = max(space.space.projects.values(), key=lambda each: sum(a.project is each for a in space.space.activities))
    step = {"match": "/api/v2/space/activities"}
    member = {"project": busy.id, "user": space.space.owner.id}
    space.script.replace(
        [
            {**step, "before_request": 3, "do": {"op": "remove_member", **member}},
            {**step, "before_request": 5, "do": {"op": "add_member", **member}},
        ]
    )
    run("activities")
    assert warehouse.records("BACKLOG_ACTIVITIES") == truth(space, "activities")


def test_feed_that_forgets_takes_nothing_from_the_table(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("activities")
    told = warehouse.records("BACKLOG_ACTIVITIES")
    space.space.switch(feed_days=1)
    edit(space, op="advance", days=30)
    edit(space, op="update_issue", id="newest", fields={"summary": "new"})
    run("activities")
    assert warehouse.records("BACKLOG_ACTIVITIES") == told | truth(space, "activities")


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_filters_of_another_zone_lose_nothing(space: Emulator, run: Runs, warehouse: Warehouse, zone: str) -> None:
    space.space.switch(filter_zone=zone)
    for _ in range(3):
        run("issues")
        assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")
        edit(space, op="advance", hours=20)
        edit(space, op="bulk_update", ids="random", count=150, fields={"description": f"{space.space.now}"})


def test_feature_switched_off_fails_in_one_line_as_long_as_it_is(space: Emulator, run: Runs) -> None:
    space.faults.replace([{"kind": "feature_off", "match": "/api/v2/issues", "times": None}])
    for _ in range(2):
        with pytest.raises(AirflowException, match="AccessDeniedError: GET /issues: .* the feature is switched off"):
            run("issues")
    space.faults.replace([])
    assert run("issues")["rows_inserted"] == 250

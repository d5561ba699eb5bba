"""Plans against the runs that follow them, and against the account: what was foretold happens, and nothing before."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from backlog_provider.arguments import window_of
from backlog_provider.catalogue import CATALOGUE
from backlog_provider.dry_run.estimator import Estimator
from backlog_provider.dry_run.plan import NOBODY, RunPlan, plan
from backlog_provider.exceptions import BacklogError, ConfigurationError
from backlog_provider.hooks.backlog import BacklogHook
from backlog_provider.hooks.snowflake import Destination, TableConnection
from backlog_provider.model.state import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conftest import Runs
    from tests.conftest import Warehouse as Schema

    from backlog_emulator.emulator import Emulator

WINDOW: dict[str, Any] = {"since": "2025-12-01", "until": "2026-01-03"}


def planned(
    endpoint: str,
    *,
    xcom: Any = None,
    since: Any = None,
    until: Any = None,
    history: bool | None = None,
    **asked: Any,
) -> RunPlan:
    """Plan as the operator and the command line do."""
    known = CATALOGUE[endpoint]
    destination = Destination.of("snowflake_default", database=None, schema=None, table=known.table)
    with (
        closing(BacklogHook()) as hook,
        closing(TableConnection(destination, known, space=hook.space, run=NOBODY, keeps_history=history)) as warehouse,
    ):
        return plan(
            Estimator(hook.client, known),
            known,
            destination.table,
            warehouse.open,
            mark=Mark(**xcom) if xcom else None,
            window=window_of(since, until),
            **asked,
        )


def contents(schema: Schema) -> dict[str, Any]:
    """Everything that the schema holds."""
    names = [str(row[1]) for row in schema.query("SHOW TABLES")]
    return {name: sorted(map(str, schema.query(f'SELECT * FROM "{name}"'))) for name in names}


# What the feed tells of deletions is known only when it is read.
TOLD = ('DISTINCT "TYPE"', 'ORDER BY "TABLE_NAME"', 'SET "_DELETED_AT"', 'SET "ROWS_AT"')


def verbs(statements: Iterable[str]) -> list[str]:
    """The first word of each; the connector sends a PUT twice."""
    words = [sql.split()[0] for sql in statements if not any(part in sql for part in TOLD)]
    return [word for before, word in zip(["", *words], words, strict=False) if (before, word) != ("PUT", "PUT")]


def check(endpoint: str, run: Runs, schema: Schema, *, xcom: bool = True, **asked: Any) -> RunPlan:
    """Plan, see that nothing has happened, run, and see that what was planned has happened."""
    if not xcom:
        run.xcoms.clear()
    before, marks = contents(schema), dict(run.xcoms)
    schema.account.clear_statements()
    foretold = planned(endpoint, xcom=run.mark(endpoint), **asked)
    assert {sql.split()[0] for _, sql in schema.account.statements()} <= {"SHOW", "SELECT"}
    assert contents(schema) == before
    assert run.xcoms == marks
    schema.account.clear_statements()
    done = run(endpoint, **asked)
    if foretold.expected.exact or not CATALOGUE[endpoint].under:
        assert verbs(foretold.statements) == verbs(sql for _, sql in schema.account.statements())
    assert foretold.mode == ("incremental" if done["mode"] == "noop" else done["mode"])
    assert foretold.mark == (None if foretold.mode == "full" else done["mark_before"])
    expected = foretold.expected
    if expected.exact:
        assert (expected.records, expected.requests) == (done["rows_read"], done["requests"])
    if CATALOGUE[endpoint].under:
        # How long lists are is not known before they are read, nor in which of them nothing is.
        return foretold
    assert expected.records == pytest.approx(done["rows_read"], rel=0.2, abs=1)
    assert expected.requests == pytest.approx(done["requests"], rel=0.2, abs=1)
    return foretold


# One for each way of being read.
EACH_WAY = (
    *("users", "projects", "versions", "issues", "issue_comments", "wikis"),
    *("documents", "pull_requests", "stars", "activities"),
)


@pytest.mark.parametrize("xcom", [True, False])
def test_runs_do_what_was_planned_and_plans_do_nothing(
    run: Runs, space: Emulator, warehouse: Schema, xcom: bool
) -> None:
    known = "xcom" if xcom else "state"
    for endpoint in EACH_WAY:
        empty = check(endpoint, run, warehouse, xcom=xcom)
        assert (empty.mode, empty.mark_from, empty.reason) == ("full", "none", "nothing is loaded yet")
    for endpoint in EACH_WAY:
        idle = check(endpoint, run, warehouse, xcom=xcom)
        assert (idle.mode, idle.mark_from, idle.reason) == ("incremental", known, "nothing is new")
        assert (idle.expected.records, idle.expected.exact) == (0, True)
    space.space.advance(days=9)
    for endpoint in ("issues", "activities"):
        moved = check(endpoint, run, warehouse, xcom=xcom)
        assert (moved.mode, moved.mark_from, moved.reason) == ("incremental", known, "goes on behind the mark")
    for endpoint in EACH_WAY:
        warehouse.query(f"DROP TABLE {CATALOGUE[endpoint].table}")
        gone = check(endpoint, run, warehouse, xcom=xcom)
        assert (gone.mode, gone.mark_from) == ("full", "none")
        assert gone.reason == "the table is not what was loaded: its mark does not count"


@pytest.mark.parametrize("endpoint", ["issues", "activities"])
def test_windows_and_full_refreshes_do_what_was_planned(
    run: Runs, space: Emulator, warehouse: Schema, endpoint: str
) -> None:
    first = check(endpoint, run, warehouse, **WINDOW)
    assert (first.mode, first.mark, first.reason) == ("window", None, "a window leaves the mark alone")
    run(endpoint)
    space.space.advance(days=9)
    check(endpoint, run, warehouse, **WINDOW)
    full = check(endpoint, run, warehouse, full_refresh=True)
    assert (full.mode, full.mark, full.reason) == ("full", None, "a full refresh was asked for")
    warehouse.query(f"DROP TABLE {CATALOGUE[endpoint].table}")
    check(endpoint, run, warehouse, **WINDOW)


def test_runs_with_a_history_do_what_was_planned(run: Runs, space: Emulator, warehouse: Schema) -> None:
    run("issues")
    check("issues", run, warehouse, history=True)
    space.space.advance(days=9)
    assert any("BACKLOG_ISSUES_HISTORY" in sql for sql in check("issues", run, warehouse).statements)
    check("issues", run, warehouse, full_refresh=True)
    warehouse.query("DROP TABLE BACKLOG_ISSUES")
    check("issues", run, warehouse, history=False)


def test_table_restored_to_a_day_before_is_noticed(run: Runs, space: Emulator, warehouse: Schema) -> None:
    run("issues")
    warehouse.query("CREATE TABLE YESTERDAY CLONE BACKLOG_ISSUES")
    space.space.advance(days=3)
    run("issues")
    warehouse.query("DROP TABLE BACKLOG_ISSUES")
    warehouse.query("ALTER TABLE YESTERDAY RENAME TO BACKLOG_ISSUES")
    assert check("issues", run, warehouse, xcom=False).mode == "full"


@pytest.mark.usefixtures("small_batches")
def test_first_load_under_way_goes_on(
    run: Runs, space: Emulator, warehouse: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backlog_provider.api.client.ATTEMPTS", 1)
    monkeypatch.setattr("backlog_provider.sync.batches.FILES_PER_BATCH", 1)
    space.faults.replace([{"kind": "status", "status": 500, "match": "/api/v2/issues", "after": 4}])
    with pytest.raises(Exception, match="Backlog refused"):
        run("issues")
    space.faults.replace([])
    before = contents(warehouse)
    foretold = planned("issues")
    assert (foretold.mode, foretold.mark, foretold.mark_from) == ("full", None, "state")
    assert foretold.reason == "goes on with a first load under way"
    assert contents(warehouse) == before
    done = run("issues")
    assert (foretold.expected.records, foretold.expected.requests) == (done["rows_read"], done["requests"])


def test_state_that_another_run_has_moved_on_is_what_counts(run: Runs, space: Emulator) -> None:
    run("issues")
    stale = run.mark("issues")
    space.space.advance(days=1)
    run("issues")
    space.space.advance(days=1)
    foretold = planned("issues", xcom=stale)
    assert (foretold.mark, foretold.mark_from) == (run.mark("issues")["value"], "state")
    run.xcoms["issues", "high_water_mark"] = stale
    done = run("issues")
    assert foretold.expected.requests == done["requests"]
    assert foretold.expected.records == done["rows_read"]


def test_role_that_may_only_look_can_plan(run: Runs, warehouse: Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    run("issues")
    connection = json.loads(warehouse.account.connection_json)
    connection["extra"]["role"] = "READER"
    monkeypatch.setenv("AIRFLOW_CONN_SNOWFLAKE_DEFAULT", json.dumps({**connection, "schema": warehouse.schema}))
    assert planned("issues").mode == "incremental"


def test_table_that_a_run_would_refuse_is_refused(run: Runs, warehouse: Schema) -> None:
    run("projects", table="BACKLOG_USERS")
    with pytest.raises(ConfigurationError, match="holds the endpoint 'projects'"):
        planned("users")


@pytest.mark.usefixtures("run")
def test_statements_hold_no_secrets(space: Emulator) -> None:
    assert space.api_key not in "".join(planned("issues").statements)


@pytest.mark.usefixtures("run")
def test_error_of_the_space_is_of_the_tree(space: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backlog_provider.api.client.ATTEMPTS", 1)
    space.faults.replace([{"kind": "status", "status": 503, "times": 9}])
    with pytest.raises(BacklogError, match="Backlog refused"):
        planned("issues")

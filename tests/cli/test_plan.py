"""``python -m backlog_provider plan`` as a user meets it: a process, its two streams, its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from backlog_provider.catalogue import HOURLY

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a user does at a shell, outside of Airflow's test mode."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW__")}
    words = [sys.executable, "-m", "backlog_provider", *arguments]
    return subprocess.run(words, env={**env, **environment}, capture_output=True, text=True, check=False, timeout=120)


def planned(*arguments: str, **environment: str) -> dict[str, dict[str, Any]]:
    """The plan of each endpoint, from JSON that nothing else is mixed with."""
    done = command("plan", "--json", *arguments, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    return {plan["endpoint"]: plan for plan in json.loads(done.stdout)["endpoints"]}


def test_all_endpoints_in_the_dags_order_and_nothing_written(run: Runs, warehouse: Warehouse) -> None:
    run("issues")
    tables = warehouse.query("SHOW TABLES")
    state = warehouse.query("SELECT * FROM BACKLOG_SYNC_STATE")
    warehouse.account.clear_statements()
    plans = planned()
    assert {sql.split()[0] for _, sql in warehouse.account.statements()} <= {"SHOW", "SELECT"}
    assert tuple(plans) == HOURLY
    modes = {name: plan["mode"] for name, plan in plans.items()}
    assert modes == {**dict.fromkeys(HOURLY, "full"), "issues": "incremental"}
    assert plans["issues"]["mark"] == run.mark("issues")["value"]
    # The list of projects goes from the first task to the others: it is paid for once.
    assert [plan["requests"] for plan in plans.values()][:3] == [1, 1, 1]
    assert warehouse.query("SHOW TABLES") == tables
    assert warehouse.query("SELECT * FROM BACKLOG_SYNC_STATE") == state


@pytest.mark.usefixtures("run")
def test_table_for_people_with_the_statements() -> None:
    done = command("plan", "issues", "users", "--since", "2025-12-20", "--until", "2025-12-27", "--sql")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["endpoint", "mode", "mark", "from", "records", "requests", "time"]
    assert lines[1].split()[:2] == ["issues", "window"]
    assert lines[2].split(maxsplit=2) == ["users", "skipped", "the API gives no times: no window"]
    assert "nothing was written" in done.stdout
    assert 'MERGE INTO "BACKLOG".' in done.stdout


def test_arguments_reach_the_plan(run: Runs, space: Emulator, warehouse: Warehouse) -> None:
    project = next(iter(space.space.projects.values()))
    narrow = ("--project-keys", project.key, "--schema", f"{warehouse.schema}_OTHER", "--table", '"my issues"')
    [plan] = planned("issues", *narrow, "--full-refresh", "--sql").values()
    assert plan["table"] == "my issues"
    assert plan["records"] == sum(issue.project is project for issue in space.space.issues.values())
    assert plan["reason"] == "a full refresh was asked for"
    assert any(f'"{warehouse.schema}_OTHER"."my issues"' in sql for sql in plan["statements"])


@pytest.mark.slow
def test_connections_come_from_the_metadata_database_too(space: Emulator, warehouse: Warehouse, tmp_path: Path) -> None:
    environment = {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    snowflake = {**json.loads(warehouse.account.connection_json), "schema": warehouse.schema}
    backlog = {"conn_type": "backlog", "host": space.url, "password": space.api_key}
    airflow = str(Path(sys.executable).with_name("airflow"))
    env = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")} | environment
    (tmp_path / "connections.json").write_text(json.dumps({"backlog_default": backlog, "snowflake_default": snowflake}))
    for words in (["db", "migrate"], ["connections", "import", str(tmp_path / "connections.json")]):
        subprocess.run([airflow, *words], env=env, capture_output=True, check=True, timeout=180)
    assert planned("projects", **environment)["projects"]["mode"] == "full"


@pytest.mark.usefixtures("run")
def test_failure_is_one_line_and_exit_code_1(space: Emulator) -> None:
    connection = {"conn_type": "backlog", "host": space.url, "password": "wrong"}
    cases = [
        ({}, ["--backlog-conn-id", "nowhere"], "nowhere` isn't defined; create it in the UI"),
        ({"AIRFLOW_CONN_BACKLOG_DEFAULT": json.dumps(connection)}, [], "put a valid API key of this very space"),
    ]
    for environment, arguments, message in cases:
        done = command("plan", "projects", *arguments, **environment)
        assert (done.returncode, done.stdout) == (1, "")
        assert message in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["plan", "isues"],
            "endpoint 'isues' is not in the catalogue; it has: space, space_notification, licence, disk_usage",
        ),
        (["plan", "--table", "T"], "--table: it is the table of one endpoint"),
        (["plan", "issues", "--table", "T;"], "--table: 'T;' is not an identifier"),
        (["plan", "--schema", "a b"], "--schema: 'a b' is not an identifier"),
        (["plan", "--since", "yesterday"], "since: 'yesterday' is not a date"),
        (["plan", "--since", "2026-01-02", "--until", "2026-01-01"], "is not before until"),
        (["plan", "--since", "2026-01-02", "--full-refresh"], "--full-refresh: it reads everything"),
        (["plan", "--project-keys", ","], "project_keys: the list is empty"),
        (["plan", "--lookback-minutes", "1441"], "lookback_minutes: 1441 is not a whole number from 0 to 1,440"),
        (["plan", "--lookback-activities", "0"], "lookback_activities: 0 is not a whole number from 1 to 99"),
        (["plan", "--nonsense"], "unrecognized arguments: --nonsense"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_bad_usage_is_exit_code_2_at_once(arguments: list[str], message: str) -> None:
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr.splitlines()[-1]

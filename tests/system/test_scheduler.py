"""The DAG on a real scheduler: what the demo shows, and what must hold when tasks fail or are killed."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import time
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import requests
from rich.console import Console
from tests.system.conftest import backfill

from backlog_demo import story
from backlog_demo.airflow import COMMAND, FINISHED
from backlog_demo.world import DAG_ID
from backlog_emulator.server import running as emulator_running
from backlog_provider.catalogue import CATALOGUE, HOURLY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backlog_demo.world import World

    TableOf = Callable[..., dict[int, Any]]

pytestmark = pytest.mark.slow
ENDPOINTS = HOURLY


def truth(url: str, endpoint: str) -> dict[int, Any]:
    records = requests.get(f"{url}/control/truth/{endpoint}", timeout=60).json()
    return {record["id"]: record for record in records}


def switch(world: World, **switches: Any) -> None:
    """Let the space behave otherwise from now on."""
    requests.patch(f"{world.backlog_url}/control/switches", json=switches, timeout=60)


def asked(world: World) -> list[dict[str, Any]]:
    """The requests that the space has answered, and that nobody has cleared."""
    entries: list[dict[str, Any]] = requests.get(f"{world.backlog_url}/control/requests", timeout=60).json()
    return entries


def told(records: dict[int, Any]) -> dict[int, Any]:
    """Comments without what the API does not tell: that one has got a star, and of which pull request they are."""
    silent = {"repositoryId", "pullRequestNumber"}
    return {
        number: {field: value for field, value in record.items() if field not in silent}
        | ({"stars": []} if "changeLog" in record else {})
        for number, record in records.items()
    }


# More seconds than the world and the demo's two runs take, or a test that may not be disturbed.
UNDISTURBED = 150


def seconds_to_the_hour() -> float:
    """How long it takes until the scheduler makes another run."""
    return 3600 - time.time() % 3600


def runs_when_all_have_ended(world: World) -> list[dict[str, Any]]:
    """Every run, in their order; the scheduler may have made one more than the tests."""

    def has_ended() -> bool:
        return all(run["state"] in FINISHED for run in world.airflow.runs(DAG_ID))

    world.airflow.wait("the end of all runs", has_ended)
    return sorted(world.airflow.runs(DAG_ID), key=lambda run: run["run_after"])


@pytest.fixture(scope="module")
def between_hours() -> None:
    """No full hour while the demo runs, nor before: a DAG that was parsed before it gets two runs after it."""
    if (left := seconds_to_the_hour()) < UNDISTURBED:
        time.sleep(left)


@pytest.fixture(scope="module")
def shown(between_hours: None, world: World) -> tuple[dict[str, list[dict[str, Any]]], str]:
    """The demo's two runs: the summaries of each, and what was printed."""
    screen = StringIO()
    runs = story.tell(world, Console(file=screen, width=120))
    return runs, screen.getvalue()


def test_demo_ends_with_a_table_of_both_runs(shown: Any) -> None:
    runs, screen = shown
    first, second = runs.values()
    assert [summary["endpoint"] for summary in first] == list(HOURLY)
    assert {summary["mode"] for summary in first} == {"full"}
    modes = {summary["endpoint"]: summary["mode"] for summary in second}
    assert set(modes.values()) == {"noop", "incremental"}
    assert (modes["projects"], modes["issues"], modes["activities"]) == ("noop", "incremental", "incremental")
    for summary in [*first, *second]:
        assert re.search(rf"{summary['endpoint']} +{summary['mode']} .*{summary['rows_read']:,}", screen)


def test_second_run_reads_only_what_changed(shown: Any) -> None:
    done = {summary["endpoint"]: summary for summary in shown[0]["2"]}
    issues, activities = done["issues"], done["activities"]
    assert 0 < issues["rows_read"] == issues["rows_inserted"] + issues["rows_updated"] < 200
    assert 0 < activities["rows_read"] == activities["rows_inserted"] < 200
    # The list of projects comes from the task before, and one page has everything.
    assert issues["requests"] == activities["requests"] == 1


@pytest.mark.usefixtures("shown")
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_table_equals_the_space(world: World, table_of: TableOf, endpoint: str) -> None:
    assert told(table_of(endpoint)) == told(truth(world.backlog_url, endpoint)) != {}


@pytest.mark.usefixtures("shown")
def test_mark_travels_in_xcom(world: World) -> None:
    runs = runs_when_all_have_ended(world)
    marks = [world.airflow.xcom(DAG_ID, run["dag_run_id"], "issues", "high_water_mark") for run in runs]
    assert [mark["table"] for mark in marks] == ["BACKLOG_ISSUES"] * len(runs)
    assert marks[0]["value"] < marks[1]["value"]


@pytest.mark.usefixtures("shown")
def test_one_request_at_a_time_left_for_backlog(world: World) -> None:
    runs = runs_when_all_have_ended(world)
    entries = asked(world)
    assert {entry["in_flight"] for entry in entries} == {1}
    connections = {entry["connection"] for entry in entries}
    # One for each task of each run, kept for the whole of it.
    assert len(connections) == len(runs) * len(HOURLY)


@pytest.mark.each_release
@pytest.mark.parametrize("name", ["since", "until"])
def test_run_of_a_window_that_is_no_date_is_refused_by_the_rest_api(world: World, name: str) -> None:
    world.airflow.wait("the DAG", lambda: DAG_ID in str(world.airflow.call("GET", "/dags")))
    runs = world.airflow.runs(DAG_ID)
    for wrong, kind in (("bogus", "date"), ("2026-02-30T00:00:00Z", "date-time")):
        with pytest.raises(RuntimeError, match=f": 400 .*Invalid input for param {name}: '{wrong}' is not a '{kind}'"):
            world.airflow.trigger(DAG_ID, {name: wrong})
    assert world.airflow.runs(DAG_ID) == runs


def run_to_the_end(world: World, conf: dict[str, Any] | None = None) -> tuple[str, str]:
    run_id = world.airflow.trigger(DAG_ID, conf)
    return run_id, world.airflow.finish(DAG_ID, run_id, lambda *_: None)


def states(world: World, run_id: str) -> dict[str, str]:
    tasks = world.airflow.call("GET", f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances")["task_instances"]
    return {task["task_id"]: task["state"] for task in tasks}


def of_those_with_times(state: str) -> dict[str, str]:
    """The states of a window's tasks: what has no times is skipped."""
    return {name: state if CATALOGUE[name].has_window else "skipped" for name in HOURLY}


def log_of(world: World, run_id: str, task: str) -> list[dict[str, Any]]:
    folder = Path(world.env["AIRFLOW__LOGGING__BASE_LOG_FOLDER"])
    [path] = folder.glob(f"dag_id={DAG_ID}/run_id={run_id}/task_id={task}/attempt=1.log")
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.usefixtures("shown")
def test_window_that_ends_before_it_starts_fails_the_run_in_one_line(world: World) -> None:
    conf = {"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    run_id, state = run_to_the_end(world, conf)
    assert state == "failed"
    assert states(world, run_id) == {**of_those_with_times("failed"), "all_loaded": "upstream_failed"}
    [error] = [line for line in log_of(world, run_id, "issues") if line["level"] == "error"]
    [told] = error["error_detail"]
    assert told["exc_value"].startswith("ConfigurationError: since: 2026-02-01T00:00:00+00:00 is not before until")
    assert "\n" not in told["exc_value"]
    assert len(told["frames"]) < 10


@pytest.fixture
def undisturbed(world: World) -> None:
    """No run but those of the test."""
    known = len(world.airflow.runs(DAG_ID))
    if (left := seconds_to_the_hour()) < UNDISTURBED:
        world.airflow.wait("the run of the full hour", lambda: len(world.airflow.runs(DAG_ID)) > known, left + 60)
        runs_when_all_have_ended(world)


@pytest.mark.usefixtures("shown", "undisturbed")
@pytest.mark.timeout(600)
def test_dags_scheduled_on_a_table_run_when_a_load_has_changed_it_and_only_then(world: World, query: Any) -> None:
    dependents = ("backlog_open_issues", "on_asset")
    for dag_id in dependents:
        world.airflow.unpause(dag_id)
    world.advance(days=1)
    loads = [run_to_the_end(world, {"endpoints": ["issues"]})[0] for _ in range(2)]
    modes = [world.airflow.xcom(DAG_ID, load, "issues")["mode"] for load in loads]
    assert modes == ["incremental", "noop"]
    for dag_id in dependents:
        run_id = world.airflow.first_run(dag_id)
        assert world.airflow.finish(dag_id, run_id, lambda *_: None) == "success"
        assert [run["run_type"] for run in world.airflow.runs(dag_id)] == ["asset_triggered"]
    events = world.airflow.xcom("backlog_open_issues", world.airflow.first_run("backlog_open_issues"), "what_changed")
    done = world.airflow.xcom(DAG_ID, loads[0], "issues")
    # A DAG's first run may get what was told before it was switched on, too.
    [event] = {json.dumps(each) for each in events if each["mark_after"] == done["mark_after"]}
    assert json.loads(event) == {name: done[name] for name in json.loads(event)}
    assert json.loads(event)["rows_inserted"] > 0
    living = query("SELECT COUNT(*) FROM BACKLOG_ISSUES WHERE _DELETED_AT IS NULL")
    assert query("SELECT SUM(ISSUES) FROM BACKLOG_OPEN_ISSUES") == living


@pytest.mark.usefixtures("shown")
def test_endpoints_that_a_run_does_not_name_are_skipped(world: World) -> None:
    run_id, state = run_to_the_end(world, {"endpoints": ["issues"]})
    assert state == "success"
    skipped = dict.fromkeys(HOURLY, "skipped")
    assert states(world, run_id) == {**skipped, "issues": "success", "all_loaded": "success"}


@pytest.mark.usefixtures("shown")
def test_backfill_loads_its_intervals_and_leaves_the_marks_alone(world: World, query: Any) -> None:
    def signed() -> set[tuple[str, ...]]:
        return set(query("SELECT TABLE_NAME, HIGH_WATER_MARK, _RUN_ID FROM BACKLOG_SYNC_STATE"))

    marks = signed()
    backfill(world.airflow, DAG_ID, "2025-12-01T00:00:00Z", "2025-12-01T02:00:00Z")

    def runs() -> list[str]:
        return [run["dag_run_id"] for run in world.airflow.runs(DAG_ID) if run["run_type"] == "backfill"]

    world.airflow.wait("the runs of the backfill", lambda: len(runs()) == 3)
    for run_id in runs():
        assert world.airflow.finish(DAG_ID, run_id, lambda *_: None) == "success"
        assert states(world, run_id) == {**of_those_with_times("success"), "all_loaded": "success"}
        assert world.airflow.xcom(DAG_ID, run_id, "issues")["mode"] == "window"
        assert world.airflow.xcom(DAG_ID, run_id, "issues", "high_water_mark") is None
    # Where the hour has struck meanwhile, a scheduled run may have moved them, and signed.
    scheduled = {run["dag_run_id"] for run in world.airflow.runs(DAG_ID) if run["run_type"] == "scheduled"}
    assert {run_id for _, _, run_id in signed() - marks} <= scheduled


@pytest.fixture
def slow_space(world: World) -> Iterator[None]:
    """Every request takes a third of a second."""
    switch(world, latency_ms=300)
    yield
    switch(world, latency_ms=0)


@pytest.mark.usefixtures("shown", "undisturbed", "slow_space")
@pytest.mark.timeout(600)
def test_task_killed_while_it_loads_is_retried_and_gives_the_same_tables(world: World, table_of: TableOf) -> None:
    run_id = world.airflow.trigger(DAG_ID, {"full_refresh": True, "endpoints": ["issues"]})
    reader_of_issues(world, pages=5).kill()
    switch(world, latency_ms=0)
    assert world.airflow.finish(DAG_ID, run_id, lambda *_: None, seconds=400) == "success"
    path = f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/issues"
    assert world.airflow.call("GET", path)["try_number"] == 2
    assert table_of("issues") == truth(world.backlog_url, "issues")


def reader_of_issues(world: World, *, pages: int) -> psutil.Process:
    """The process that has asked the space for so many pages of issues."""
    requests.delete(f"{world.backlog_url}/control/requests", timeout=60)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        entries = asked(world)
        ports = [entry["connection"] for entry in entries if entry["path"].endswith("/issues")]
        if len(ports) >= pages:
            # The port that the requests came from tells whose they are.
            connections = psutil.net_connections(kind="tcp")
            [pid] = {c.pid for c in connections if c.laddr and c.laddr.port == ports[-1] and c.raddr}
            return psutil.Process(pid)
        time.sleep(0.1)
    raise AssertionError("nobody asks for issues")


def airflow_command(world: World, *command: str, **connections: dict[str, Any]) -> str:
    """Run one of Airflow's own commands, other connections in its environment, and return its output."""
    env = world.env | {f"AIRFLOW_CONN_{name.upper()}": json.dumps(value) for name, value in connections.items()}
    line = [str(COMMAND), *command]
    done = subprocess.run(line, env=env, capture_output=True, text=True, check=False, timeout=300)
    return done.stdout + done.stderr


def snowflake_connection(world: World, **changes: Any) -> dict[str, Any]:
    connection: dict[str, Any] = json.loads(world.env["AIRFLOW_CONN_SNOWFLAKE_DEFAULT"])
    role = changes.pop("role", connection["extra"]["role"])
    return {**connection, "extra": {**connection["extra"], "role": role}, **changes}


@pytest.fixture
def held_back(world: World) -> Iterator[None]:
    """The scheduler leaves the DAG alone: it would take tasks of a command's run, with connections of its own."""
    world.airflow.call("PATCH", f"/dags/{DAG_ID}", json={"is_paused": True})
    yield
    world.airflow.call("PATCH", f"/dags/{DAG_ID}", json={"is_paused": False})


@pytest.mark.usefixtures("shown", "held_back")
def test_same_dag_file_loads_another_server_by_its_connection_alone(world: World, table_of: TableOf) -> None:
    with emulator_running(issues=300, seed=99) as other:
        backlog = {"conn_type": "backlog", "host": other.url, "password": other.api_key}
        account = snowflake_connection(world, schema="OTHER")
        output = airflow_command(world, "dags", "test", DAG_ID, backlog_default=backlog, snowflake_default=account)
        assert re.search("DagRun Finished.*state=success", output), output[-8_000:]
        for endpoint in ENDPOINTS:
            assert told(table_of(endpoint, "OTHER")) == told(truth(other.url, endpoint)) != {}


ERRORS = {
    "wrong key": ({"password": "WRONG-KEY-WRONG-KEY"}, {}, "put a valid API key of this very space"),
    "unreachable host": ({"host": "http://127.0.0.1:9"}, {}, "connection refused; check the connection's host"),
    "missing privilege": ({}, {"role": "READER", "schema": "NOBODYS"}, "grant the connection's role"),
}


@pytest.mark.usefixtures("shown", "held_back")
@pytest.mark.parametrize("name", ERRORS)
def test_what_cannot_work_is_one_clear_line_and_no_screens_of_traceback(world: World, name: str) -> None:
    backlog, account, message = ERRORS[name]
    connection = {**json.loads(world.env["AIRFLOW_CONN_BACKLOG_DEFAULT"]), **backlog}
    output = airflow_command(
        world,
        *("tasks", "test", DAG_ID, "issues"),
        backlog_default=connection,
        snowflake_default=snowflake_connection(world, **account),
    )
    lines = [line for line in output.splitlines() if message in line]
    assert lines
    assert not any(len(line) > 600 for line in lines)
    assert connection["password"] not in output
    assert "During handling of the above exception" not in output
    assert "The above exception was the direct cause" not in output


@pytest.fixture(scope="module")
def triggerer(world: World) -> None:
    """What the demo does without."""
    world.airflow.start_component("triggerer")


@pytest.mark.each_release
@pytest.mark.usefixtures("triggerer")
def test_every_component_is_healthy_and_every_dag_file_parses(world: World) -> None:
    def unhealthy() -> dict[str, str]:
        health = world.airflow.call("GET", "/monitor/health")
        return {name: told["status"] for name, told in health.items() if told["status"] != "healthy"}

    world.airflow.wait("the health of all components", lambda: unhealthy() == {})
    files = {path.name for path in Path(world.env["AIRFLOW__CORE__DAGS_FOLDER"]).glob("*.py")}

    def parsed() -> set[str]:
        return {Path(dag["fileloc"]).name for dag in world.airflow.call("GET", "/dags")["dags"]}

    world.airflow.wait("the DAGs of all files", lambda: parsed() == files)
    assert world.airflow.call("GET", "/importErrors")["import_errors"] == []


@pytest.fixture
def limited_space(world: World) -> Iterator[None]:
    """A third of the searches that a load of issues makes, in windows just long enough to defer for.

    It begins somewhere in a window, whose rest may be too short for that, but not in the second.
    """
    switch(world, window_seconds=15, limit_search=8)
    requests.delete(f"{world.backlog_url}/control/requests", timeout=60)
    yield
    switch(world, window_seconds=60, limit_search=150)


@pytest.mark.usefixtures("shown", "triggerer", "limited_space")
def test_task_that_waits_for_the_limit_leaves_its_slot_to_others_and_goes_on_by_its_triggerer(
    world: World, table_of: TableOf
) -> None:
    pools: list[dict[str, Any]] = []

    def look(task: str, state: str) -> None:
        if (task, state) == ("issues", "deferred"):
            pools.append(world.airflow.call("GET", "/pools/backlog_default"))

    world.airflow.unpause("by_deferral")
    run_id = world.airflow.trigger("by_deferral")
    assert world.airflow.finish("by_deferral", run_id, look) == "success"
    assert pools
    # Which is none of those that count as occupied; another run may have taken that one meanwhile.
    assert {pool["deferred_slots"] for pool in pools} == {1}
    summary = world.airflow.xcom("by_deferral", run_id, "issues")
    table = table_of("issues", "BY_DEFERRAL")
    assert (summary["mode"], summary["rows_inserted"]) == ("full", len(table))
    assert table == truth(world.backlog_url, "issues")
    entries = asked(world)
    assert {entry["status"] for entry in entries} == {200}


def test_tasks_hand_the_tokens_of_an_app_on_to_each_other(world: World, table_of: TableOf) -> None:
    """A connection from the UI; tokens that end within each task, and each refresh token good for one use."""
    switch(world, refresh_again="never", access_token_seconds=1)
    requests.delete(f"{world.backlog_url}/control/requests", timeout=60)
    app = requests.post(f"{world.backlog_url}/control/authorize", json={}, timeout=60).json()
    connection = {"conn_type": "backlog", "host": world.backlog_url, "extra": json.dumps(app)}
    world.airflow.call("POST", "/connections", json={"connection_id": "by_oauth", **connection})
    world.airflow.call("POST", "/pools", json={"name": "by_oauth", "slots": 1})
    world.airflow.unpause("by_oauth")
    run_id = world.airflow.trigger("by_oauth")
    assert world.airflow.finish("by_oauth", run_id, lambda *_: None) == "success"
    assert table_of("projects", "BY_OAUTH") == truth(world.backlog_url, "projects")
    entries = asked(world)
    asked_for_tokens = [entry["status"] for entry in entries if entry["path"] == "/api/v2/oauth2/token"]
    assert len(asked_for_tokens) >= 3
    assert {entry["status"] for entry in entries} == {200}
    [tokens] = [json.loads(text) for name, text in variables(world) if name.startswith("backlog_oauth_token_")]
    assert tokens["refresh_token"] != app["refresh_token"]
    # The Test button of the form, which gives the connection another id, goes on from there, and so do others after it.
    for _ in range(2):
        told = world.airflow.call("POST", "/connections/test", json={"connection_id": "by_oauth", **connection})
        assert told["status"], told["message"]
        assert told["message"].startswith(f"Connected to {world.backlog_url}/api/v2 as ")
        time.sleep(1)
    assert_in_no_log(world, app["client_secret"], app["refresh_token"], *(str(tokens[name]) for name in TOKENS))


TOKENS = ("access_token", "refresh_token")


def variables(world: World) -> list[tuple[str, str]]:
    """What Airflow's database has: plain, because the world has no Fernet key."""
    with closing(sqlite3.connect(Path(world.env["AIRFLOW_HOME"]) / "airflow.db", timeout=60)) as database:
        return database.execute("SELECT key, val FROM variable").fetchall()


def assert_in_no_log(world: World, *secrets: str) -> None:
    home = Path(world.env["AIRFLOW_HOME"])
    files = [path for path in home.parent.rglob("*") if path.is_file() and not path.name.startswith("airflow.db")]
    assert len(files) > 20
    assert [path for path in files if any(secret.encode() in path.read_bytes() for secret in secrets)] == []


@pytest.mark.usefixtures("shown")
def test_key_is_in_no_file_that_airflow_or_snowflake_wrote(world: World) -> None:
    key = json.loads(world.env["AIRFLOW_CONN_BACKLOG_DEFAULT"])["password"].encode()
    home = Path(world.env["AIRFLOW_HOME"])
    files = [path for path in home.parent.rglob("*") if path.is_file()]
    assert len(files) > 20
    # The emulator tells its key when it starts: that is where the connection has it from.
    holders = [path for path in files if path.name != "backlog.log" and key in path.read_bytes()]
    assert holders == []


def test_no_secret_is_in_anything_that_airflow_keeps(shown: Any, world: World) -> None:
    """Logs of tasks and processes, and the whole metadata database: XComs, rendered fields, events, serialized DAGs."""
    connections = [json.loads(world.env[f"AIRFLOW_CONN_{name}_DEFAULT"]) for name in ("BACKLOG", "SNOWFLAKE")]
    secrets = [connection["password"] for connection in connections]
    assert all(len(secret) > 10 for secret in secrets)
    home = Path(world.env["AIRFLOW_HOME"])
    with closing(sqlite3.connect(f"file:{home / 'airflow.db'}?mode=ro", uri=True)) as database:
        kept = "\n".join(database.iterdump())
    assert all(sign in kept for sign in ("high_water_mark", "rendered_task_instance_fields", "visible_projects"))
    logs = [path for path in home.parent.rglob("*") if path.is_file() and path.name != "backlog.log"]
    assert any(path.name == "attempt=1.log" for path in logs)
    told = {str(path): path.read_text(errors="replace") for path in logs if path.suffix in {".log", ".cfg", ".py"}}
    for secret in secrets:
        assert secret not in kept
        assert [name for name, text in told.items() if secret in text] == []

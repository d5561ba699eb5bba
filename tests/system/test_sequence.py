"""Every kind of run that Airflow knows, one after the other, with what happens to tables and XComs in between.

On SQLite and on PostgreSQL: they sort runs without a logical date to opposite ends, so that in each of them a run finds
the XComs of other earlier runs.
"""

from __future__ import annotations

import subprocess
from collections import defaultdict
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.system import postgres
from tests.system.conftest import backfill

from backlog_demo.airflow import COMMAND, FINISHED
from backlog_demo.world import World, running
from backlog_provider.catalogue import find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DAG_ID = "sequence"
# One of each style of paging.
ENDPOINTS = ("projects", "issues", "activities")
DATABASES: dict[str, Callable[[], Any]] = {"sqlite": nullcontext, "postgresql": postgres.running}
DAG_FILE = """\
from airflow.sdk import Asset, AssetOrTimeSchedule, CronDataIntervalTimetable
from backlog_provider.airflow_dag import backlog_dag

backlog_dag(
    dag_id="{dag_id}",
    schema="{schema}",
    endpoints={endpoints},
    schedule=AssetOrTimeSchedule(timetable=CronDataIntervalTimetable("{cron}", timezone="UTC"), assets=[Asset("news")]),
    is_paused_upon_creation=False,
)
"""
# Those whose records have times: work in the space always leaves something of them to load.
TIMED = [endpoint for endpoint in ENDPOINTS if find(endpoint).has_window]


@pytest.fixture(scope="module", params=DATABASES)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with a small space, an empty folder of DAGs, and Airflow's records in that database."""
    directory, dags = (tmp_path_factory.mktemp(name) for name in (request.param, "dags"))
    with (
        DATABASES[request.param]() as database,
        running(directory, issues=300, dags=dags, database=database) as world,
    ):
        yield world


@dataclass
class Life:
    """A DAG's life: it runs in every way there is, each time after people have worked in the space.

    :param versions: every version of every record that the space had when a run started.
    :param marks: of the last run, by endpoint.
    """

    world: World
    schema: str = "RAW"
    runs: list[str] = field(default_factory=list)
    versions: dict[tuple[str, int], list[Any]] = field(default_factory=lambda: defaultdict(list))
    marks: dict[str, str] = field(default_factory=dict)

    def scheduled(self) -> str:
        """A run made by the scheduler."""
        self._work(days=1)
        # Weeks that end at this very moment: one has just ended, and the next is far away.
        cron = datetime.now(timezone.utc).strftime("%-M %-H * * %w %-S")
        dags = Path(self.world.env["AIRFLOW__CORE__DAGS_FOLDER"])
        edited = dags / "sequence.edited"
        edited.write_text(DAG_FILE.format(dag_id=DAG_ID, schema=self.schema, endpoints=ENDPOINTS, cron=cron))
        edited.rename(dags / "sequence.py")
        return self._finished("scheduled", self._new_run())

    def manual(self) -> str:
        """A run without a logical date."""
        self._work(days=1)
        return self._finished("manual", self.world.airflow.trigger(DAG_ID))

    def asset_triggered(self) -> str:
        """A run without a logical date, which the scheduler makes of an event."""
        self._work(days=1)
        assets = self.world.airflow.call("GET", "/assets")["assets"]
        # The tables that the DAG has loaded are others.
        [asset] = [each for each in assets if not each["uri"].startswith("snowflake:")]
        self.world.airflow.call("POST", "/assets/events", json={"asset_id": asset["id"]})
        return self._finished("asset_triggered", self._new_run())

    def backfilled(self) -> str:
        """The run of a past week, of which no run before has seen anything."""
        self._work(days=20)
        backfill(self.world.airflow, DAG_ID, "2026-01-12T00:00:00Z", "2026-01-18T23:59:59Z")
        return self._finished("backfill", self._new_run())

    def cleared(self, *, runs_ago: int) -> str:
        """A run that has ended, and is run again."""
        self._work(days=1)
        run_id = self.runs[-runs_ago]
        self.world.airflow.call("POST", f"/dags/{DAG_ID}/dagRuns/{run_id}/clear", json={"dry_run": False})
        return self._finished("scheduled", run_id)

    def delete_xcoms(self) -> None:
        """As people do to keep the metadata database small."""
        before = datetime.now(timezone.utc).isoformat()
        arguments = ["--tables", "xcom", "--clean-before-timestamp", before, "--skip-archive", "--yes"]
        subprocess.run([COMMAND, "db", "clean", *arguments], env=self.world.env, check=True, capture_output=True)
        assert not any(self.left(run_id, "issues", "high_water_mark") for run_id in self.runs)

    def truth(self, endpoint: str) -> dict[int, Any]:
        """The space's records by id."""
        return {record["id"]: record for record in self.world.truth(endpoint)}

    def left(self, run_id: str, endpoint: str, key: str) -> Any:
        """What a task has left in XCom."""
        return self.world.airflow.xcom(DAG_ID, run_id, endpoint, key)

    def facts(self, run_id: str) -> dict[str, Any]:
        """A run as the REST API has it."""
        facts: dict[str, Any] = self.world.airflow.call("GET", f"/dags/{DAG_ID}/dagRuns/{run_id}")
        return facts

    def _work(self, *, days: int) -> None:
        self.world.advance(days=days, issues_created=2, issues_updated=5)
        for endpoint in ENDPOINTS:
            for number, record in self.truth(endpoint).items():
                self.versions[endpoint, number].append(record)

    def _new_run(self) -> str:
        """Wait for the run that Airflow makes by itself."""
        new: set[str] = set()

        def made() -> bool:
            # Of all DAGs: before its first file is parsed, the API knows no DAG of that name.
            runs = self.world.airflow.call("GET", "/dags/~/dagRuns")["dag_runs"]
            new.update(run["dag_run_id"] for run in runs if run["dag_run_id"] not in self.runs)
            return bool(new)

        self.world.airflow.wait("a new run", made)
        [run_id] = new
        return run_id

    def _finished(self, run_type: str, run_id: str) -> str:
        self.world.airflow.wait(f"run {run_id}", lambda: self.facts(run_id)["state"] in FINISHED)
        assert (self.facts(run_id)["state"], self.facts(run_id)["run_type"]) == ("success", run_type)
        self.runs.append(run_id)
        return run_id


@dataclass
class Checks:
    """What must hold of tables and marks after a run."""

    life: Life
    query: Callable[..., list[tuple[Any, ...]]]
    table_of: Callable[..., dict[int, Any]]

    def loaded_everything(self, run_id: str) -> None:
        """A run into a schema that had nothing."""
        self.life.marks = {}
        self._ordinary(run_id, dict.fromkeys(ENDPOINTS, "full"))

    def loaded_news(self, run_id: str, *, requests: int = 2, full: tuple[str, ...] = ()) -> None:
        """A run that goes on from the marks.

        :param requests: how many an endpoint may cost. One where the XCom is the last run's, a second one where it is
            an older run's, and the state knows better.
        :param full: the endpoints that had to be read again.
        """
        modes = {endpoint: "incremental" if endpoint in TIMED else "noop" for endpoint in ENDPOINTS}
        self._ordinary(run_id, {**modes, **dict.fromkeys(full, "full")})
        for endpoint in set(ENDPOINTS) - set(full):
            summary = self.life.left(run_id, endpoint, "return_value")
            assert summary["requests"] <= requests, endpoint
            assert summary["rows_read"] < 100, endpoint

    def _ordinary(self, run_id: str, modes: dict[str, str]) -> None:
        state = self.state()
        for endpoint in ENDPOINTS:
            assert self.life.left(run_id, endpoint, "return_value")["mode"] == modes[endpoint], endpoint
            assert self._table(endpoint) == self.life.truth(endpoint), endpoint
            mark = str(self.life.left(run_id, endpoint, "high_water_mark")["value"])
            assert mark == state[endpoint][0], f"{endpoint}: XCom and state differ"
            before = self.life.marks.get(endpoint, "")
            # Times are of one length; ids grow by a digit now and then.
            assert (len(mark), mark) >= (len(before), before), f"{endpoint}: the mark went back"
            self.life.marks[endpoint] = mark

    def loaded_window(self, run_id: str, before: dict[str, list[Any]]) -> None:
        """A run of a backfill: its window equals the space, nothing else is wrong, and marks are as they were."""
        run = self.life.facts(run_id)
        since, until = run["data_interval_start"][:19], run["data_interval_end"][:19]
        for endpoint, at in {"issues": "updated", "activities": "created"}.items():
            truth, table = self.life.truth(endpoint), self._table(endpoint)
            window = {number: record for number, record in truth.items() if since <= record[at] < until}
            assert {number: table.get(number) for number in window} == window != {}
            assert table != truth
            assert all(record in self.life.versions[endpoint, number] for number, record in table.items())
            assert self.life.left(run_id, endpoint, "return_value")["mode"] == "window"
        assert not any(self.life.left(run_id, endpoint, "high_water_mark") for endpoint in ENDPOINTS)
        assert self.state() == before

    def _table(self, endpoint: str) -> dict[int, Any]:
        return self.table_of(endpoint, self.life.schema)

    def state(self) -> dict[str, list[Any]]:
        """Mark and version by endpoint."""
        rows = self.query("SELECT ENDPOINT, HIGH_WATER_MARK, VERSION FROM BACKLOG_SYNC_STATE", self.life.schema)
        return {endpoint: state for endpoint, *state in rows}

    def everything(self, schema: str) -> dict[str, list[str]]:
        """Every row of every table of a schema, by table."""
        # created_on, name, …
        tables = [row[1] for row in self.query("SHOW TABLES", schema)]
        return {table: sorted(map(repr, self.query(f"SELECT * FROM {table}", schema))) for table in tables}


def test_tables_equal_the_space_and_marks_never_go_back_through_every_kind_of_run(
    world: World, query: Any, table_of: Any
) -> None:
    life = Life(world)
    check = Checks(life, query, table_of)
    check.loaded_everything(life.scheduled())
    check.loaded_news(life.scheduled(), requests=1)
    check.loaded_news(life.manual(), requests=1)
    check.loaded_news(life.scheduled())
    check.loaded_news(life.asset_triggered())
    marks = check.state()
    check.loaded_window(life.backfilled(), marks)
    # Of activities, what is new since three runs ago does not fit on a page with what is known.
    check.loaded_news(life.cleared(runs_ago=3), requests=3)
    check.loaded_news(life.scheduled())
    life.delete_xcoms()
    check.loaded_news(life.scheduled(), requests=1)
    query("DROP TABLE BACKLOG_ISSUES")
    check.loaded_news(life.scheduled(), full=("issues",))
    life.schema, before = "MOVED", check.everything("RAW")
    check.loaded_everything(life.scheduled())
    assert check.everything("RAW") == before

"""``python -m benchmarks.many``: the hourly DAG on a space of 100 projects and as many issues as one likes.

A real scheduler runs the DAGs of ``benchmarks/many/dags.py`` beside those of ``dags/``, each task in a process of its
own, whose memory is watched. The steps:

- ``parse``: the DAG files, in processes that have Airflow already;
- ``load``: the first run of the hourly DAG, without comments, as a space of that size needs it;
- ``all-comments``: the first load of the comments of all issues, which would take days: ended after some minutes, gone
  on with, and ended again;
- ``comments``: the first load of those of one project;
- ``hour``: people work for an hour; the hourly DAG and the comments of that project;
- ``idle``: the same, when nothing has happened.

Everything is kept in ``.local/many``: a load that was ended after some ``--minutes`` goes on in a later call, with
``--go-on``. What people have done is forgotten between two calls: ``hour`` belongs into the last.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import requests
from rich.console import Console
from rich.table import Table

from backlog_demo.airflow import FINISHED, PROJECT
from backlog_demo.sql import rows
from backlog_demo.world import client_environment, running
from benchmarks.__main__ import RESULTS, describe_machine
from benchmarks.many.watching import Watch, peak_of
from benchmarks.worlds import quick, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_demo.world import World

    Step = Callable[["Measuring"], None]

PROJECTS = 100
HOURLY, OF_SOME, OF_ALL = "hourly", "comments_of_some", "comments_of_all"
"""The DAGs of ``dags.py``."""
# Minutes: what was read is kept after ten.
PARTS = (11.5, 2.5)
# What people do in the hour that the increment reads.
WORK = {
    "hours": 1,
    "issues_created": 2_000,
    "issues_updated": 2_000,
    "comments": 1_500,
    "issues_deleted": 20,
    "wikis_updated": 20,
    "documents_updated": 20,
    "document_talk": 20,
    "pull_request_comments": 20,
}


@dataclass
class Measuring:
    """The world, and what was measured in it.

    :param minutes: how long a run may take.
    :param tasks: what was measured of each task.
    """

    world: World
    minutes: float
    tasks: list[dict[str, Any]]
    told: Callable[[str], None]

    def run(self, step: str, dag_id: str, most: float = math.inf) -> None:
        """Run a DAG and measure each task; where it takes too long, or so many minutes, end the run."""
        airflow = self.world.airflow
        airflow.unpause(dag_id)
        path = f"/dags/{dag_id}/dagRuns/{airflow.trigger(dag_id)}"
        deadline = time.monotonic() + min(self.minutes, most) * 60
        ended = False
        with Watch(_processes()["scheduler"]) as watch:
            while airflow.call("GET", path)["state"] not in FINISHED:
                if not ended and time.monotonic() > deadline:
                    ended = True
                    airflow.call("PATCH", path, json={"state": "failed"})
                time.sleep(1)
        for task in airflow.call("GET", f"{path}/taskInstances")["task_instances"]:
            if task["pid"]:
                self._measured(step, task, watch)

    def _measured(self, step: str, task: dict[str, Any], watch: Watch) -> None:
        summary = self.world.airflow.xcom(task["dag_id"], task["dag_run_id"], task["task_id"]) or {}
        measured = {
            "step": step,
            "task": task["task_id"],
            "state": task["state"],
            **{name: summary.get(name) for name in ("mode", "requests", "rows_read")},
            "seconds": task["duration"],
            "first_mb": watch.first.get(task["pid"]),
            "peak_mb": watch.peaks.get(task["pid"]),
        }
        self.tasks.append(measured)
        self.told(json.dumps(measured))

    def ask(self, query: str) -> Any:
        """Return the first value that a query finds; None where there is none."""
        found = rows(self.world.snowflake, query)[1]
        return found[0][0] if found else None


def load(measuring: Measuring) -> None:
    """Load everything but comments."""
    measuring.run("load", HOURLY)
    issues = measuring.ask("SELECT COUNT(*) FROM RAW.BACKLOG_ISSUES")
    measuring.told(f"{issues:,} issues in the table")


def all_comments(measuring: Measuring) -> None:
    """Load comments of all issues for some minutes, twice."""
    measuring.ask("CREATE SCHEMA IF NOT EXISTS ALL_COMMENTS")
    for minutes in PARTS:
        measuring.run("all-comments", OF_ALL, minutes)
        kept = measuring.ask("SELECT COUNT(*) FROM ALL_COMMENTS.BACKLOG_ISSUE_COMMENTS")
        mark = measuring.ask("SELECT READ_CURSOR FROM ALL_COMMENTS.BACKLOG_SYNC_STATE")
        # Without a place: none is kept yet, or all are.
        until = (json.loads(mark) if mark else {}).get("created")
        asked = requests.get(f"{measuring.world.backlog_url}/control/latest", timeout=60).json()["created"]
        measuring.told(f"asked for those of issues created until {asked}; kept until {until}: {kept:,} comments")


def comments(measuring: Measuring) -> None:
    """Load the comments of one project."""
    measuring.run("comments", OF_SOME)


def hour(measuring: Measuring) -> None:
    """Let people work for an hour, and load what they have done."""
    done = measuring.world.advance(**WORK)
    measuring.told(f"an hour of work: { {name: done[name] for name in WORK if name in done} }")
    _both(measuring, "hour")


def idle(measuring: Measuring) -> None:
    """Load when nothing has happened."""
    _both(measuring, "idle")


def _both(measuring: Measuring, step: str) -> None:
    measuring.run(step, HOURLY)
    measuring.run(step, OF_SOME)


STEPS: dict[str, Step] = {
    "load": load,
    "all-comments": all_comments,
    "comments": comments,
    "hour": hour,
    "idle": idle,
}
# What each process here is called in its command line.
SERVERS = ("benchmarks.space", "local_snowflake", "scheduler", "dag-processor", "api_server")


def main() -> None:
    """Measure, print, and keep what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("steps", nargs="*", help=f"of parse, {', '.join(STEPS)}; all where none is named")
    parser.add_argument("--issues", type=int, default=5_000_000)
    parser.add_argument("--minutes", type=float, default=600, help="how long a run may take; it is ended then")
    parser.add_argument("--go-on", action="store_true", help="with what an earlier call has left in the folder")
    parser.add_argument("--directory", type=Path, default=PROJECT / ".local" / "many", help="where everything is kept")
    options = parser.parse_args()
    steps = options.steps or ["parse", *STEPS]
    if unknown := set(steps) - {"parse", *STEPS}:
        parser.error(f"there is no step {', '.join(unknown)}")
    console = Console(width=140)
    found: dict[str, Any] = {"machine": describe_machine(), "issues": options.issues, "tasks": []}
    if "parse" in steps:
        with quick(100) as env:
            found["parse"] = run("parsing", *sorted((PROJECT / "dags").glob("*.py")), env=env)
    if names := [step for step in steps if step in STEPS]:
        measure(names, options, found, console.log)
    _keep(found)
    console.print(_table(found["tasks"]), {name: found.get(name) for name in ("parse", "servers")})


def measure(steps: list[str], options: argparse.Namespace, found: dict[str, Any], told: Callable[[str], None]) -> None:
    """Go through some steps in a world of its own, and add what was measured to what was found."""
    folder = options.directory.resolve()
    dags = folder / "dags"
    shutil.rmtree(dags, ignore_errors=True)
    shutil.copytree(PROJECT / "dags", dags)
    shutil.copy(Path(__file__).with_name("dags.py"), dags / "comments_airflow_dags.py")
    server = ("benchmarks.space", "--projects", PROJECTS)
    directory = folder / "world"
    with running(directory, issues=options.issues, dags=dags, server=server, keep=options.go_on, told=told) as world:
        os.environ.update(client_environment(world.snowflake))
        measuring = Measuring(world, options.minutes, found["tasks"], told)
        try:
            for step in steps:
                STEPS[step](measuring)
        finally:
            found["servers"] = {name: round(peak_of(pid)) for name, pid in _processes().items()}


def _processes() -> dict[str, int]:
    """Return the ids of the processes beside the tasks."""
    commands = {process.pid: " ".join(process.cmdline()) for process in psutil.Process().children()}
    return {name: pid for name in SERVERS for pid, command in commands.items() if name in command}


def _keep(found: dict[str, Any]) -> None:
    """Add it to a file of the day."""
    machine = found["machine"]
    path = RESULTS / f"many-{machine['date']}-{machine['CPUs']}-cpus.json"
    before = json.loads(path.read_text()) if path.exists() else []
    path.write_text(json.dumps([*before, found], indent=2) + "\n")


def _table(tasks: list[dict[str, Any]]) -> Table:
    table = Table("step", "task", "state", "mode", "requests", "rows read", "s", "MB at first", "peak MB")
    for each in tasks:
        numbers = (f"{each[name] or 0:,.0f}" for name in ("requests", "rows_read", "seconds", "first_mb", "peak_mb"))
        table.add_row(each["step"], each["task"], each["state"], each["mode"] or "", *numbers)
    return table


if __name__ == "__main__":
    main()

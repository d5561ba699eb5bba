"""``python -m benchmarks.spaces``: ten spaces on two Celery workers, one space slow, and whether any waits for another.

Needs Docker Compose, and takes it down again with all volumes. Every request to a space takes half a second, and to the
slow one three: as with the real Backlog, the time of a load is that of its requests.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

PROJECT = Path(__file__).resolve().parents[2]
ENV_FILE = PROJECT / ".local" / "spaces.env"
PORTS = range(8080, 8090)
SECONDS = {8080: 3.0}
SCHEMAS = f"""
from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
SnowflakeHook().run([f"CREATE SCHEMA IF NOT EXISTS SPACE_{{port}}" for port in {list(PORTS)}])
"""
UI = "http://127.0.0.1:8080"


@dataclass(frozen=True)
class Waited:
    """One task of a space: seconds in line for its pool, for a worker, and at work; when it began and ended."""

    pool: float
    worker: float
    work: float
    began: datetime
    ended: datetime


def main() -> None:
    """Start, load, print the table, take it all down."""
    ENV_FILE.parent.mkdir(exist_ok=True)
    ENV_FILE.write_text(environment())
    try:
        compose("up", "--detach", "--build", "--scale", "worker=2")
        compose("exec", "-T", "worker", "python", "-c", SCHEMAS)
        for port in PORTS:
            slow = json.dumps([{"kind": "slow", "seconds": SECONDS.get(port, 0.5), "times": None}])
            compose("exec", "-T", "spaces", "curl", "-sf", f"http://localhost:{port}/control/faults", "-d", slow)
        print(table(loaded(Airflow())))
    finally:
        compose("down", "--volumes")


def environment() -> str:
    """Return the demo's variables, with the ten connections and spaces."""
    # Of another name, for its volumes are removed at the end.
    lines = [(PROJECT / ".env.demo").read_text().replace("=backlog-demo\n", "=backlog-spaces\n")]
    for port in PORTS:
        connection = {"conn_type": "backlog", "host": f"http://spaces:{port}", "password": "demo-key-not-a-secret"}
        lines.append(f"AIRFLOW_CONN_BACKLOG_{port}='{json.dumps(connection)}'")
    lines.append(f"BACKLOG_SPACES={','.join(f'backlog_{port}:SPACE_{port}' for port in PORTS)}")
    return "\n".join([*lines, f"ENV_FILE={ENV_FILE}", ""])


def compose(*arguments: str) -> str:
    """Call Compose on the two files and return what it prints; fails as it does."""
    files = ["-f", "docker-compose.yaml", "-f", "benchmarks/spaces/docker-compose.yaml"]
    command = [*program(), *files, "--env-file", str(ENV_FILE), *arguments]
    return subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 (ours)


def program() -> list[str]:
    """Return how Compose is called here, the new one if there is one."""
    docker = shutil.which("docker")
    asked = [str(docker), "compose", "version"]
    new = docker and subprocess.run(asked, capture_output=True, check=False).returncode == 0  # noqa: S603 (likewise)
    return [str(docker), "compose"] if new else ["docker-compose"]


class Airflow:
    """Its REST API, as the user that it has made."""

    def __init__(self) -> None:
        [password] = json.loads(
            compose("exec", "-T", "api-server", "cat", "/opt/airflow/login/passwords.json")
        ).values()
        self._session = requests.Session()
        answer = self._session.post(f"{UI}/auth/token", json={"username": "admin", "password": password}, timeout=60)
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask for a path under /api/v2; an HTTP status that is an error is raised."""
        answer = self._session.request(method, f"{UI}/api/v2{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()


def loaded(airflow: Airflow) -> dict[int, list[Waited]]:
    """Trigger the DAGs of all spaces at once, and return what their tasks waited for, by port."""
    dags = {port: f"/dags/backlog_{port}_to_snowflake" for port in PORTS}
    while len(airflow.call("GET", "/dags?dag_id_pattern=backlog_80")["dags"]) < len(PORTS):
        time.sleep(2)
    for path in dags.values():
        airflow.call("PATCH", path, {"is_paused": False})
    runs = {port: airflow.call("POST", f"{path}/dagRuns", {"logical_date": None}) for port, path in dags.items()}
    paths = {port: f"{dags[port]}/dagRuns/{run['dag_run_id']}" for port, run in runs.items()}
    while any(airflow.call("GET", path)["state"] in {"queued", "running"} for path in paths.values()):
        time.sleep(2)
    return {
        port: [waited(task) for task in airflow.call("GET", f"{path}/taskInstances")["task_instances"] if task["pid"]]
        for port, path in paths.items()
    }


def waited(task: dict[str, Any]) -> Waited:
    """Read a task instance of the REST API."""
    names = ("scheduled_when", "queued_when", "start_date", "end_date")
    scheduled, queued, began, ended = (datetime.fromisoformat(task[name].replace("Z", "+00:00")) for name in names)
    steps = ((scheduled, queued), (queued, began), (began, ended))
    pool, worker, work = ((after - before).total_seconds() for before, after in steps)
    return Waited(pool, worker, work, began, ended)


def table(spaces: dict[int, list[Waited]]) -> str:
    """Return it in Markdown: a line for each space, in seconds from when the first one began."""
    first = min(task.began for tasks in spaces.values() for task in tasks)
    lines = [
        "| space | a request | began | ended | at work | longest wait for the pool | for a worker |",
        f"|{'---|' * 7}",
    ]
    for port, tasks in spaces.items():
        began, ended = (f(key) for f, key in ((min, [t.began for t in tasks]), (max, [t.ended for t in tasks])))
        figures = [
            (began - first).total_seconds(),
            (ended - first).total_seconds(),
            sum(task.work for task in tasks),
            max(task.pool for task in tasks),
            max(task.worker for task in tasks),
        ]
        cells = " | ".join(f"{figure:.1f}" for figure in figures)
        lines.append(f"| {port - PORTS[0] + 1} | {SECONDS.get(port, 0.5)} s | {cells} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

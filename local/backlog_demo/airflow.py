"""A real Airflow on this machine: its environment, its processes, and its REST API."""

from __future__ import annotations

import secrets
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from backlog_demo.processes import Processes

PROJECT = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).with_name("airflow")
# What Airflow needs to run a DAG and show it: no triggerer, as nothing here defers.
COMPONENTS = ("dag-processor", "scheduler", "api-server")
# Seconds to wait while another process writes to a database of SQLite: its own five are few on a busy machine.
LOCKED = 60
FINISHED = frozenset({"success", "failed"})
# Tasks are forks of the scheduler: what it has imported, none of them imports again, at two seconds each. So are
# parsers of the DAG processor.
LOCAL_SETTINGS = """\
import sys

if "scheduler" in sys.argv:
    import backlog_provider.hooks.backlog
    import backlog_provider.hooks.snowflake
if "dag-processor" in sys.argv:
    import backlog_provider.airflow_dag
"""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def environment(
    home: Path, env: Mapping[str, str], *, dags: Path = PROJECT / "dags", database: str | None = None
) -> dict[str, str]:
    """Return the environment of every Airflow process.

    :param home: the folder that it keeps everything in.
    :param env: what else they should find, ``AIRFLOW_CONN_…`` among it; other settings of Airflow are left out.
    :param dags: the folder of the DAG files.
    :param database: the URL of the metadata database; a file of SQLite in ``home`` where it is None.
    """
    port = free_port()
    settings = {
        "CORE__DAGS_FOLDER": dags,
        "CORE__PLUGINS_FOLDER": PROJECT / "plugins",
        "CORE__LOAD_EXAMPLES": False,
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": 4,
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": True,
        "CORE__FERNET_KEY": "",
        # The Test button of a connection's form.
        "CORE__TEST_CONNECTION": "Enabled",
        # What is edited in a DAG file holds as soon as it has been parsed, not half a minute later.
        "CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": 0,
        "DATABASE__SQL_ALCHEMY_CONN": database or f"sqlite:///{home / 'airflow.db'}?timeout={LOCKED}",
        "API__HOST": "127.0.0.1",
        "API__PORT": port,
        "API__BASE_URL": f"http://127.0.0.1:{port}",
        "API__WORKERS": 1,
        "API__SECRET_KEY": secrets.token_hex(),
        "API_AUTH__JWT_SECRET": secrets.token_hex(),
        # A file that has changed is parsed within these seconds; what has not, every half minute, as Airflow does.
        "DAG_PROCESSOR__REFRESH_INTERVAL": 5,
        "LOGGING__BASE_LOG_FOLDER": home / "logs",
        "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": 1,
        "USAGE_DATA_COLLECTION__ENABLED": False,
    }
    return {
        **{name: value for name, value in env.items() if not name.startswith("AIRFLOW__")},
        "AIRFLOW_HOME": str(home),
        **{f"AIRFLOW__{name}": str(value) for name, value in settings.items()},
        # Proxies are for the world outside; every server here is on this machine.
        "NO_PROXY": "127.0.0.1,localhost",
    }


class Airflow:
    """A running Airflow.

    :param processes: where its processes are started, and so when they end.
    :param env: as ``environment`` returns it.
    """

    def __init__(self, processes: Processes, env: Mapping[str, str]) -> None:
        self.url = env["AIRFLOW__API__BASE_URL"]
        self._processes = processes
        self._env = env
        self._http = requests.Session()
        self._http.trust_env = False

    def start(self, pools: tuple[str, ...]) -> None:
        """Make the metadata database and the one-slot pools, start the components, and wait until the API answers.

        :raises RuntimeError: where something does not come up.
        """
        settings = Path(self._env["AIRFLOW_HOME"]) / "config" / "airflow_local_settings.py"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(LOCAL_SETTINGS)
        self._processes.run("airflow-db-migrate", [COMMAND, "db", "migrate"], self._env)
        for component in COMPONENTS:
            self.start_component(component)
        self.wait("the API", lambda: self._http.get(f"{self.url}/api/v2/monitor/health", timeout=5).ok)
        token = self._http.get(f"{self.url}/auth/token", timeout=30).json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        for pool in pools:
            one_slot = {"name": pool, "slots": 1, "description": "One request at a time for this API key"}
            self.call("POST", "/pools", json=one_slot)

    def start_component(self, component: str) -> None:
        """Start one of Airflow's processes that last, by the name of its command."""
        self._processes.start(f"airflow-{component}", [COMMAND, component], self._env)

    def unpause(self, dag_id: str) -> None:
        """Wait until a DAG has been parsed, and let the scheduler have it."""
        self.wait(f"DAG {dag_id}", lambda: self._http.get(self._at(f"/dags/{dag_id}"), timeout=30).ok)
        self.call("PATCH", f"/dags/{dag_id}", json={"is_paused": False})

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start a manual run without a logical date, and return its id."""
        body = {"logical_date": None, "conf": dict(conf or {})}
        run_id: str = self.call("POST", f"/dags/{dag_id}/dagRuns", json=body)["dag_run_id"]
        return run_id

    def first_run(self, dag_id: str) -> str:
        """Wait for the run that the scheduler makes of an unpaused DAG, and return its id."""
        self.wait("a scheduled run", lambda: bool(self.runs(dag_id)))
        run_id: str = self.runs(dag_id)[0]["dag_run_id"]
        return run_id

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """Return the runs of a DAG."""
        runs: list[dict[str, Any]] = self.call("GET", f"/dags/{dag_id}/dagRuns")["dag_runs"]
        return runs

    def finish(self, dag_id: str, run_id: str, told: Callable[[str, str], None], seconds: float = 600) -> str:
        """Wait until a run has ended, and return its state.

        :param told: called with task id and state whenever one changes.
        """
        states: dict[str, str] = {}
        state: dict[str, str] = {}

        def ended() -> bool:
            for task in self.call("GET", f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]:
                if states.get(task["task_id"]) != task["state"]:
                    states[task["task_id"]] = task["state"]
                    told(task["task_id"], task["state"] or "waiting")
            state["of_run"] = self.call("GET", f"/dags/{dag_id}/dagRuns/{run_id}")["state"]
            return state["of_run"] in FINISHED

        self.wait(f"run {run_id}", ended, seconds)
        return state["of_run"]

    def xcom(self, dag_id: str, run_id: str, task_id: str, key: str = "return_value") -> Any:
        """Return what a task left; None where it left nothing."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/{key}?deserialize=true"
        answer = self._http.get(self._at(path), timeout=30)
        return answer.json()["value"] if answer.ok else None

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """Call the REST API and return its JSON.

        :raises RuntimeError: where it refuses.
        """
        answer = self._http.request(method, self._at(path), timeout=60, **arguments)
        if not answer.ok:
            raise RuntimeError(f"Airflow's API: {method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else None

    def _at(self, path: str) -> str:
        return f"{self.url}/api/v2{path}"

    def wait(self, what: str, ready: Callable[[], bool], seconds: float = 120) -> None:
        """Wait until something is ready.

        :raises RuntimeError: where it takes longer, or a component ends meanwhile.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._processes.check()
            try:
                if ready():
                    return
            except requests.RequestException:
                pass
            time.sleep(0.3)
        raise RuntimeError(f"{what} did not come in {seconds:.0f} s; the logs are beside {self._env['AIRFLOW_HOME']}")

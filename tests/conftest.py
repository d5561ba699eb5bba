"""Real parts for every test: an emulated space over HTTP, a local Snowflake, and operators that run on both."""

from __future__ import annotations

import gc
import json
import os
import threading
import uuid
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

PROJECT = Path(__file__).parents[1]
LOCAL = PROJECT / ".local" / "test"
# Before anything imports Airflow or the connector: both make folders in the home directory otherwise.
os.environ["AIRFLOW_HOME"] = str(LOCAL / "airflow")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "True"
os.environ["SNOWFLAKE_HOME"] = str(LOCAL / "snowflake")
# All servers are here. Without it, every request looks through the whole environment for a proxy.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

import pytest  # noqa: E402
import requests  # noqa: E402
from airflow.providers.common.compat.sdk import AirflowException  # noqa: E402
from airflow.sdk import DAG  # noqa: E402
from airflow.sdk.execution_time.context import OutletEventAccessors  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402
from tests.secrecy import SECRETS, listen  # noqa: E402
from tests.sql import Reading  # noqa: E402
from xdist.scheduler import LoadScopeScheduling  # noqa: E402

from backlog_emulator.edits import perform  # noqa: E402
from backlog_emulator.server import running as emulator_running  # noqa: E402
from backlog_provider.api.client import Client  # noqa: E402
from backlog_provider.api.session import ApiKeyAuth, open_session  # noqa: E402
from backlog_provider.hooks.query_tag import APP  # noqa: E402
from backlog_provider.operators.backlog_to_snowflake import BacklogToSnowflakeOperator  # noqa: E402
from local_snowflake.server import running as snowflake_running  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from backlog_emulator.emulator import Emulator
    from backlog_provider.operators.endpoint_operator import EndpointOperator
    from local_snowflake.server import Account

# One endpoint for each way of being read that has no parents.
CORE = ("projects", "users", "issues", "activities")
# Switches of a space where nobody waits for a minute to pass; tests of the rate limit set limits of their own.
UNLIMITED = {"limit_read": 10**6, "limit_search": 10**6}

# The same examples each time, so that what passed here passes there; `search` tries others, as `--hypothesis-profile`.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
settings.register_profile("search", settings.get_profile("default"), derandomize=False)
settings.load_profile("default")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first: one that starts last would keep a worker busy while the others have nothing to do."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


class _Scheduling(LoadScopeScheduling):  # type: ignore[misc] # xdist tells no types
    """What shares one world of Airflow's processes goes to one worker, everything else wherever there is room.

    The groups of ``--dist loadgroup`` are lost where pytest is 9.2 and xdist 3.8.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module.endswith("system/test_scheduler.py") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Who runs what."""
    return _Scheduling(config, log)


def pytest_collection_finish() -> None:
    """What Airflow has imported stays: look for garbage in what the tests make, not through all of it again."""
    gc.collect()
    gc.freeze()
    # Coverage is of what tests call; its trace of the servers' threads, where nothing is measured, took as much again.
    threading.settrace(None)


def pytest_unconfigure() -> None:
    """Modules written in C want to see everything go at the end."""
    gc.unfreeze()


@pytest.fixture(autouse=True)
def no_secret_is_told() -> Iterator[None]:
    """Whatever a test is about, it fails where a log line, an exception or an XCom has a key or password in it."""
    listen()
    yield
    told = SECRETS.told.copy()
    SECRETS.told.clear()
    assert told == []


@pytest.fixture
def space() -> Iterator[Emulator]:
    """A space of 250 issues, in which whatever changes an issue moves its ``updated``, without limits to wait for."""
    with emulator_running(issues=250, seed=7, star_moves_updated=True, **UNLIMITED) as emulator:
        SECRETS.known |= {emulator.api_key, emulator.member_key}
        yield emulator


@pytest.fixture
def client(space: Emulator) -> Iterator[Client]:
    """A client of that space whose waits are short."""
    with open_session(ApiKeyAuth(space.api_key)) as session:
        yield Client(session, space.url, sleep=lambda _: None)


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory, sql_of_provider: Reading) -> Iterator[Account]:
    """A local Snowflake for the whole session."""

    def hear(tag: str, sql: str) -> None:
        if APP in tag:
            sql_of_provider.hear(sql)

    with snowflake_running(tmp_path_factory.mktemp("snowflake")) as account:
        account.log.listeners.append(hear)
        yield account


@pytest.fixture(scope="session")
def sql_of_provider() -> Reading:
    """What the provider has sent to Snowflake in whatever test: by its query tag, of each kind of statement one."""
    return Reading()


@pytest.fixture(autouse=True)
def _sql_that_others_read(sql_of_provider: Reading) -> Iterator[None]:
    """Fails a test in which the provider sends what sqlglot or sqlfluff does not take for Snowflake's SQL."""
    yield
    assert sql_of_provider.faults() == []


@dataclass
class Warehouse:
    """A schema of its own in the local Snowflake."""

    account: Account
    schema: str = field(default_factory=lambda: "T_" + uuid.uuid4().hex.upper())

    @cached_property
    def _connection(self) -> Any:
        return self.account.connect(schema=self.schema)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]

    def close(self) -> None:
        """Take the schema away: SHOW TABLES is the slower the more there are in the account."""
        if "_connection" in self.__dict__:
            self.query(f"DROP SCHEMA IF EXISTS {self.schema}")
            self._connection.close()

    def records(self, table: str) -> dict[int, Any]:
        """The living rows' records by id, as the table has them."""
        rows = self.query(f"SELECT TO_JSON(RAW) AS RAW FROM {table} WHERE _DELETED_AT IS NULL")
        records = [json.loads(raw) for (raw,) in rows]
        assert len({record["id"] for record in records}) == len(records), f"{table} has a key twice"
        return {record["id"]: record for record in records}

    def state(self, table: str) -> tuple[str, int]:
        """Mark and version of a table."""
        [row] = self.query(f"SELECT HIGH_WATER_MARK, VERSION FROM BACKLOG_SYNC_STATE WHERE TABLE_NAME = '{table}'")
        return row[0], row[1]


@contextmanager
def connected(emulator: Emulator, warehouse: Warehouse) -> Iterator[None]:
    """Both default connections, in the environment."""
    snowflake = {**json.loads(warehouse.account.connection_json), "schema": warehouse.schema}
    backlog = {"conn_type": "backlog", "host": emulator.url, "password": emulator.api_key}
    SECRETS.known |= {emulator.api_key, emulator.member_key, snowflake["password"]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_SNOWFLAKE_DEFAULT", json.dumps(snowflake))
        patch.setenv("AIRFLOW_CONN_BACKLOG_DEFAULT", json.dumps(backlog))
        yield


@pytest.fixture
def warehouse(account: Account) -> Iterator[Warehouse]:
    """An empty schema, which the connection ``snowflake_default`` of a run points to."""
    with closing(Warehouse(account)) as warehouse:
        yield warehouse


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page or two to a file, two files to a batch."""
    batches_of(2, 10_000, monkeypatch)


def batches_of(files: int, size: int, patch: pytest.MonkeyPatch) -> None:
    """Make batches of so many files, of so many bytes of rows."""
    patch.setattr("backlog_provider.load.stage_file.MAX_FILE_BYTES", size)
    patch.setattr("backlog_provider.sync.batches.FILES_PER_BATCH", files)


def truth(emulator: Emulator, endpoint: str) -> dict[int, Any]:
    """Every record of an endpoint as the space has it now, by id."""
    records = requests.get(f"{emulator.url}/control/truth/{endpoint}", timeout=30).json()
    return {record["id"]: record for record in records}


def edit(emulator: Emulator, **edit: Any) -> dict[str, Any]:
    """Let somebody edit the space; returns the id of what was edited, and ``now``."""
    with emulator.space.lock:
        return perform(emulator.space, edit)


@dataclass
class Runs:
    """Runs operators one after the other, with XComs that last from one to the next as Airflow's do."""

    xcoms: dict[tuple[str, str], Any] = field(default_factory=dict)
    events: OutletEventAccessors = field(default_factory=OutletEventAccessors)
    """Asset events of the last run."""
    task: EndpointOperator = field(init=False, repr=False)
    """The task of the last run."""

    def __call__(
        self,
        task_id: str,
        /,
        *,
        operator: type[EndpointOperator] = BacklogToSnowflakeOperator,
        run_type: str = "manual",
        interval: tuple[Any, Any] = (None, None),
        **arguments: Any,
    ) -> dict[str, Any]:
        with DAG(dag_id="runs", schedule=None):
            task = operator(**{"task_id": task_id, "endpoint": task_id, **arguments})
        self.task = task
        SECRETS.look_through("a rendered field", [getattr(task, name) for name in task.template_fields])
        try:
            summary: dict[str, Any] = task.execute(self._context(task_id, run_type, interval))
        except BaseException as error:
            SECRETS.look_through_error(error)
            raise
        SECRETS.look_through("the XCom return_value", summary)
        returned: dict[str, Any] = json.loads(json.dumps(summary))
        return returned

    def push(self, task_id: str, key: str, value: Any) -> None:
        SECRETS.look_through(f"the XCom {key}", value)
        self.xcoms[task_id, key] = json.loads(json.dumps(value))

    def mark(self, endpoint: str) -> Any:
        return self.xcoms.get((endpoint, "high_water_mark"))

    def _context(self, task_id: str, run_type: str, interval: tuple[Any, Any]) -> Any:
        run = SimpleNamespace(run_type=run_type, data_interval_start=interval[0], data_interval_end=interval[1])
        ti = SimpleNamespace(
            map_index=-1,
            xcom_pull=lambda *, task_ids, key, **_: self.xcoms.get((task_ids, key)),
            xcom_push=lambda key, value: self.push(task_id, key, value),
        )
        self.events = OutletEventAccessors()
        ids = {"run_id": f"manual__{uuid.uuid4().hex}"}
        return {"ti": ti, "dag_run": run, "outlet_events": self.events, **ids}


def failure(run: Runs, endpoint: str, **arguments: Any) -> str | None:
    """Run an endpoint; the message of its failure, which is one line, or None where there is none."""
    try:
        run(endpoint, **arguments)
    except AirflowException as error:
        assert "\n" not in str(error)  # noqa: PT017 (whether it fails is the question)
        return str(error)
    return None


@pytest.fixture
def run(space: Emulator, warehouse: Warehouse) -> Iterator[Runs]:
    """Runs an endpoint from the space into the warehouse, and returns the summary."""
    with connected(space, warehouse):
        yield Runs()


@pytest.fixture
def make_space(account: Account) -> Callable[[], AbstractContextManager[tuple[Emulator, Runs, Warehouse]]]:
    """Makes a small space, a schema, and what runs from the one into the other; for tests of many examples."""

    @contextmanager
    def made() -> Iterator[tuple[Emulator, Runs, Warehouse]]:
        with (
            closing(Warehouse(account)) as warehouse,
            emulator_running(issues=150, star_moves_updated=True) as emulator,
            connected(emulator, warehouse),
        ):
            yield emulator, Runs(), warehouse

    return made


@pytest.fixture
def assert_equal_to_truth(space: Emulator, warehouse: Warehouse) -> Callable[..., None]:
    """Compares whole tables with the space."""

    def check(*endpoints: str) -> None:
        for endpoint in endpoints or CORE:
            assert warehouse.records(f"BACKLOG_{endpoint.upper()}") == truth(space, endpoint)

    return check

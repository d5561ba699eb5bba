"""What Airflow's OpenLineage provider gets of a load, and sends."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.openlineage.extractors.manager import ExtractorManager
from airflow.providers.openlineage.plugins.adapter import OpenLineageAdapter
from airflow.providers.openlineage.sqlparser import SQLParser
from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
from airflow.utils.state import TaskInstanceState
from openlineage.client import OpenLineageClient
from openlineage.client.transport.file import FileConfig, FileTransport
from tests.conftest import Runs, edit

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.load.sql.merge import table_columns

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Warehouse

    from backlog_emulator.emulator import Emulator
    from backlog_provider.operators.endpoint_operator import EndpointOperator


@pytest.fixture
def sent(tmp_path: Path) -> Any:
    """Lets the provider extract from a task that has run, and send; what a backend would get, as JSON."""
    path = tmp_path / "event.json"

    def sent_of(task: EndpointOperator) -> dict[str, Any]:
        transport = FileTransport(FileConfig(log_file_path=str(path), append=False))
        manager: Any = ExtractorManager  # which tells no types
        found = manager().extract_metadata(
            dagrun=SimpleNamespace(run_id="r"),
            task=task,
            task_instance_state=TaskInstanceState.SUCCESS,
            task_instance=SimpleNamespace(),
        )
        OpenLineageAdapter(OpenLineageClient(transport=transport)).complete_task(
            run_id="01890000-0000-7000-8000-000000000000",
            job_name="d.t",
            end_time="2026-01-01T00:00:00Z",
            task=found,
            nominal_start_time=None,
            nominal_end_time=None,
            owners=None,
            tags=None,
            job_description=None,
        )
        [written] = tmp_path.iterdir()
        event: dict[str, Any] = json.loads(written.read_text())
        written.unlink()
        return event

    return sent_of


def test_load_tells_its_list_its_table_the_columns_and_the_rows(run: Runs, warehouse: Warehouse, sent: Any) -> None:
    done = run("issues")
    event = sent(run.task)
    assert event["eventType"] == "COMPLETE"
    assert [(each["namespace"], each["name"]) for each in event["inputs"]] == [("backlog://127.0.0.1", "issues")]
    [table] = event["outputs"]
    # As Airflow's own operators have it: a name without an organization is in that region.
    hook = SnowflakeHook()
    assert table["namespace"] == SQLParser.create_namespace(
        hook.get_openlineage_database_info(hook.get_connection("snowflake_default"))
    )
    assert table["name"] == f"BACKLOG.{warehouse.schema}.BACKLOG_ISSUES"
    assert table["outputFacets"]["outputStatistics"]["rowCount"] == done["rows_inserted"] > 0
    columns = {field["name"]: field["type"] for field in table["facets"]["schema"]["fields"]}
    assert columns == {name: kind.value for name, kind in table_columns(CATALOGUE["issues"]).items()}
    assert run("issues")["mode"] == "noop"
    [table] = sent(run.task)["outputs"]
    assert table["outputFacets"]["outputStatistics"]["rowCount"] == 0


def test_tables_in_which_rows_were_marked_are_outputs_too(run: Runs, space: Emulator, sent: Any) -> None:
    for endpoint in ("issues", "activities"):
        run(endpoint)
    edit(space, op="delete_issue", id="oldest")
    run("activities")
    names = [each["name"].rpartition(".")[2] for each in sent(run.task)["outputs"]]
    assert names == ["BACKLOG_ACTIVITIES", "BACKLOG_ISSUES"]


def test_plan_tells_nothing_and_no_secret_is_in_an_event(run: Runs, space: Emulator, sent: Any) -> None:
    run("projects", plan_only=True)
    assert run.task.get_openlineage_facets_on_complete(None) is None
    run("projects")
    assert space.api_key not in json.dumps(sent(run.task))

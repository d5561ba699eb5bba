"""The operator, where something is wrong: one clear line, as early as it can be known, and nothing half done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException, AirflowSkipException

from backlog_provider.exceptions import ConfigurationError
from backlog_provider.operators.backlog_to_snowflake import BacklogToSnowflakeOperator

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"endpoint": "isues"},
            "endpoint 'isues' is not in the catalogue; it has: space, space_notification, licence, disk_usage",
        ),
        ({"since": "yesterday"}, "since: 'yesterday' is not a date; write 2026-01-31"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "since: .* is not before until"),
        ({"since": "2026-02-01", "until": "2026-02-01"}, "since: .* is not before until"),
        ({"table": "BACKLOG; DROP TABLE X"}, "table: .* is not an identifier"),
        ({"schema": "a b"}, "schema: 'a b' is not an identifier"),
        ({"full_refresh": "perhaps"}, "full_refresh: 'perhaps' is neither True nor False"),
        ({"full_refresh": True, "since": "2026-01-01"}, "full_refresh: it reads everything"),
        ({"project_keys": []}, "project_keys: the list is empty"),
        ({"project_keys": [1]}, "project_keys: .* is not a list of project keys"),
        ({"endpoint": "users", "since": "2026-01-01"}, "since/until: the API gives no times for users"),
    ],
)
def test_argument_that_cannot_work_is_an_error_when_the_dag_is_parsed(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        BacklogToSnowflakeOperator(**{"task_id": "t", "endpoint": "issues", **arguments})


def test_templates_are_checked_when_the_task_starts(run: Runs) -> None:
    BacklogToSnowflakeOperator(task_id="t", endpoint="{{ params.endpoint }}", since="{{ params.since }}")
    rendered: dict[str, Any] = {"endpoint": "issues", "since": "{{ 1 }}"}
    with pytest.raises(AirflowFailException, match=r"ConfigurationError: since: '\{\{ 1 \}\}' is not a date"):
        run("issues", **rendered)


@pytest.mark.parametrize("nothing", [None, "", "None"])
def test_what_a_template_renders_where_there_is_nothing_means_nothing(run: Runs, nothing: Any) -> None:
    assert run("projects", since=nothing, until=nothing, table=nothing, full_refresh="False")["mode"] == "full"


def test_wrong_key_fails_at_once_in_one_line(run: Runs, space: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "wrong" * 12
    monkeypatch.setenv(
        "AIRFLOW_CONN_BACKLOG_DEFAULT", json.dumps({"conn_type": "backlog", "host": space.url, "password": secret})
    )
    with pytest.raises(AirflowFailException, match="put a valid API key of this very space") as caught:
        run("issues")
    assert secret not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_role_that_may_not_create_tables_fails_in_one_line(
    run: Runs, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = json.loads(warehouse.account.connection_json)
    connection["extra"]["role"] = "READER"
    monkeypatch.setenv("AIRFLOW_CONN_SNOWFLAKE_DEFAULT", json.dumps({**connection, "schema": warehouse.schema}))
    with pytest.raises(
        AirflowFailException, match=r"refused to create table .*3001.*grant the connection's role"
    ) as caught:
        run("issues")
    assert "\n" not in str(caught.value)


def test_connection_that_does_not_exist_fails_in_one_line(run: Runs) -> None:
    with pytest.raises(AirflowFailException, match="nowhere.* create it in the UI"):
        run("issues", backlog_conn_id="nowhere")


def test_server_that_keeps_failing_is_left_to_airflows_retries(
    run: Runs, space: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backlog_provider.api.client.ATTEMPTS", 2)
    space.faults.replace([{"kind": "status", "status": 503, "times": 99}])
    with pytest.raises(AirflowException, match=r"ServerError: GET /projects: Backlog refused \(503") as caught:
        run("issues")
    assert not isinstance(caught.value, AirflowFailException)


def test_failure_in_the_middle_of_reading_leaves_table_and_mark_as_they_were(
    run: Runs,
    space: Emulator,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    assert_equal_to_truth: Callable[..., None],
) -> None:
    monkeypatch.setattr("backlog_provider.api.client.ATTEMPTS", 1)
    space.faults.replace([{"kind": "status", "status": 500, "match": "/api/v2/issues", "after": 2}])
    with pytest.raises(AirflowException):
        run("issues")
    assert warehouse.records("BACKLOG_ISSUES") == {}
    assert warehouse.query("SELECT * FROM BACKLOG_SYNC_STATE") == []
    assert run("issues")["mode"] == "full"
    assert_equal_to_truth("issues")


@pytest.mark.parametrize("endpoint", ["users", "teams", "disk_usage"])
def test_endpoint_that_the_role_may_not_read_is_skipped_with_a_word_that_names_both(
    run: Runs, space: Emulator, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    member = {"conn_type": "backlog", "host": space.url, "password": space.member_key}
    monkeypatch.setenv("AIRFLOW_CONN_BACKLOG_DEFAULT", json.dumps(member))
    with pytest.raises(AirflowSkipException, match=rf"^{endpoint}: only an administrator.* may read it: GET /"):
        run(endpoint)


def test_feature_that_no_project_has_is_skipped_and_what_is_loaded_stays(
    run: Runs, space: Emulator, warehouse: Warehouse
) -> None:
    run("repositories")
    rows = warehouse.records("BACKLOG_REPOSITORIES")
    space.faults.replace([{"kind": "feature_off", "match": "/api/v2/projects/.*/git/repositories", "times": None}])
    with pytest.raises(
        AirflowSkipException, match="^repositories: the feature may be switched off: repositories: 2 lists are left out"
    ):
        run("repositories")
    assert warehouse.records("BACKLOG_REPOSITORIES") == rows


def test_licence_that_has_ended_is_a_failure_and_no_skip(run: Runs, space: Emulator) -> None:
    space.faults.replace([{"kind": "error", "code": 3, "match": "/api/v2/projects/.*/git/repositories", "times": None}])
    with pytest.raises(AirflowFailException, match="AccessDeniedError: .* the space's licence has ended"):
        run("repositories")

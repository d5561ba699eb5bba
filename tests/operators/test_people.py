"""pii: whoever may read the tables sees nobody, and rows can still be joined."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from tests.conftest import edit
from tests.secrecy import SECRETS

from backlog_emulator.server import running as emulator_running
from backlog_provider.airflow_dag import backlog_census_dag, backlog_dag
from backlog_provider.exceptions import ConfigurationError
from backlog_provider.operators.backlog_census import BacklogCensusOperator
from backlog_provider.operators.backlog_to_snowflake import BacklogToSnowflakeOperator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator

SECRET = "what nobody guesses"
SECRETS.known.add(SECRET)


@pytest.fixture
def space() -> Iterator[Emulator]:
    with emulator_running(issues=60, seed=7, star_moves_updated=True) as emulator:
        yield emulator


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch, space: Emulator, run: Runs) -> None:
    """The connection has a secret for hashes; after ``run``, which sets one without."""
    connection = {"conn_type": "backlog", "host": space.url, "password": space.api_key}
    monkeypatch.setenv("AIRFLOW_CONN_BACKLOG_DEFAULT", json.dumps({**connection, "extra": {"pii_secret": SECRET}}))


def names_in(warehouse: Warehouse, space: Emulator, *tables: str) -> set[str]:
    """Whose name or address is anywhere in these tables."""
    text = "".join(str(row) for table in tables for row in warehouse.query(f"SELECT * FROM {table}"))
    people = space.space.users.values()
    return {user.name for user in people if user.name in text or str(user.mail_address) in text}


@pytest.mark.usefixtures("secret")
def test_hashes_stand_for_people_in_columns_raw_and_history_and_join(
    run: Runs, warehouse: Warehouse, space: Emulator
) -> None:
    for endpoint, history in (("users", False), ("issues", True), ("activities", None)):
        run(endpoint, pii="hash", history=history)
    tables = (
        "BACKLOG_USERS",
        "BACKLOG_ISSUES",
        "BACKLOG_ACTIVITIES",
        "BACKLOG_ISSUES_HISTORY",
    )
    assert names_in(warehouse, space, *tables) == set()
    joined = (
        "SELECT COUNT(*), COUNT_IF(i.CREATOR_NAME = u.NAME), COUNT_IF(RAW_NAME = u.NAME), MIN(LENGTH(u.NAME)) FROM "
    )
    issues = "(SELECT CREATOR_ID, CREATOR_NAME, RAW:createdUser.name::VARCHAR AS RAW_NAME FROM BACKLOG_ISSUES) i"
    [counts] = warehouse.query(f"{joined} {issues} JOIN BACKLOG_USERS u ON i.CREATOR_ID = u.USER_ID")
    assert counts == (60, 60, 60, 64)


@pytest.mark.usefixtures("secret")
def test_another_mode_holds_for_rows_as_they_change_and_for_all_with_a_full_refresh(
    run: Runs, warehouse: Warehouse, space: Emulator
) -> None:
    run("issues")
    changed = next(iter(space.space.issues))
    edit(space, op="update_issue", id=changed, fields={"summary": "anew"})
    assert run("issues", pii="drop")["rows_updated"] == 1
    blank = "SELECT ISSUE_ID FROM BACKLOG_ISSUES WHERE CREATOR_NAME IS NULL"
    assert warehouse.query(blank) == [(changed,)]
    assert names_in(warehouse, space, "BACKLOG_ISSUES")
    assert run("issues", pii="drop", full_refresh=True)["rows_updated"] == 59
    assert names_in(warehouse, space, "BACKLOG_ISSUES") == set()
    assert run("issues", pii="drop")["mode"] == "noop"


@pytest.mark.usefixtures("secret")
def test_census_loads_what_is_unknown_without_names(run: Runs, warehouse: Warehouse, space: Emulator) -> None:
    run("issues", pii="hash")
    warehouse.query("DELETE FROM BACKLOG_ISSUES WHERE KEY_ID < 5")
    assert run("issues", operator=BacklogCensusOperator, pii="hash")["unknown"] > 0
    assert warehouse.query("SELECT COUNT(*) FROM BACKLOG_ISSUES") == [(60,)]
    assert names_in(warehouse, space, "BACKLOG_ISSUES") == set()


@pytest.mark.parametrize(
    ("operator", "arguments"),
    [
        (BacklogToSnowflakeOperator, {}),
        (BacklogToSnowflakeOperator, {"plan_only": True}),
        (BacklogCensusOperator, {}),
    ],
)
def test_hash_without_a_secret_fails_before_anything_is_read(
    run: Runs, space: Emulator, operator: Any, arguments: dict[str, Any]
) -> None:
    with pytest.raises(AirflowFailException, match="pii_secret of connection 'backlog_default' is missing; put a long"):
        run("issues", operator=operator, pii="hash", **arguments)
    assert space.requests.listed() == []


def test_dags_hand_the_mode_to_every_task_and_refuse_others() -> None:
    for made in (backlog_dag(dag_id="a", pii="drop"), backlog_census_dag(dag_id="b", pii="drop")):
        assert {getattr(task, "pii", None) for task in made.tasks if hasattr(task, "endpoint")} == {"drop"}
        assert not any("pii" in task.template_fields for task in made.tasks)
    with pytest.raises(ConfigurationError, match="pii: 'masked' is none of"):
        backlog_dag(dag_id="c", pii="masked")

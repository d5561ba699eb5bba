"""The watch over secrets sees what it is there to see: a watch that cannot find anything would always be content."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from airflow.providers.common.compat.sdk import AirflowException
from tests.secrecy import LISTENING, SECRETS

from backlog_provider.hooks.backlog import BacklogHook

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


def told() -> list[str]:
    """What has been told, and is forgiven."""
    here = SECRETS.told.copy()
    SECRETS.told.clear()
    return here


@pytest.mark.parametrize("name", ["backlog_provider", "urllib3.connectionpool", "snowflake.connector"])
def test_secret_in_a_log_line_is_seen(space: Emulator, name: str) -> None:
    logging.getLogger(name).warning("the key is %s", space.api_key)
    [line] = told()
    assert line.startswith(f"a log line of {name}, ")


@pytest.mark.usefixtures("warehouse")
def test_secret_in_an_exception_or_an_xcom_is_seen(run: Runs, space: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    run.push("issues", "note", {"key": space.api_key})
    assert told() == ["the XCom note holds a secret"]

    def failing(_: BacklogHook) -> str:
        raise AirflowException(space.api_key)

    monkeypatch.setattr(BacklogHook, "space", property(failing))
    with pytest.raises(AirflowException):
        run("issues")
    assert told() == ["a AirflowException holds a secret"]


def test_requests_are_heard_as_one_who_looks_for_a_fault_hears_them(run: Runs, warehouse: Warehouse) -> None:
    heard = LISTENING.records
    run("projects")
    assert LISTENING.records > heard + 2
    assert warehouse.account.connection_json.count("any password") == 1
    assert "any password" in SECRETS.known

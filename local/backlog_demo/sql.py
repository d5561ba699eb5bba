"""Ask the tables that the demo has left."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import snowflake.connector
from rich.table import Table

from backlog_demo.processes import Processes
from backlog_demo.world import client_environment, start_snowflake

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console


def ask(directory: Path, query: str, console: Console) -> None:
    """Run a query on the demo's Snowflake, started for the purpose if it is not running, and show its rows.

    :raises RuntimeError: where no demo has run, or Snowflake refuses.
    """
    snowflake_directory = directory / "snowflake"
    if not (snowflake_directory / "connection.json").exists():
        raise RuntimeError("there is nothing to ask yet: run `make demo` first")
    os.environ.update(client_environment(snowflake_directory))
    with Processes(directory / "logs") as processes:
        if not _is_running(snowflake_directory):
            start_snowflake(processes, dict(os.environ), snowflake_directory)
        columns, found = rows(snowflake_directory, query)
    table = Table(*columns)
    for row in found:
        table.add_row(*("" if value is None else str(value) for value in row))
    console.print(table)


def rows(directory: Path, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return names and rows of what a query finds in the Snowflake that is running on a folder.

    :raises RuntimeError: where it refuses.
    """
    try:
        with snowflake.connector.connect(**_options(directory)) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return [column.name for column in cursor.description], cursor.fetchall()
    except snowflake.connector.Error as error:
        raise RuntimeError(f"Snowflake says: {error.msg}") from None


def _is_running(directory: Path) -> bool:
    options = _options(directory)
    try:
        snowflake.connector.connect(**{**options, "login_timeout": 2, "network_timeout": 2}).close()
    except snowflake.connector.Error:
        return False
    return True


def _options(directory: Path) -> dict[str, Any]:
    connection = json.loads((directory / "connection.json").read_text())
    user = {"user": connection["login"], "password": connection["password"], "schema": connection["schema"]}
    return {**user, **connection["extra"], "network_timeout": 30}

"""A real Airflow between an emulated space and a local Snowflake, started once for all system tests."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
import snowflake.connector

from backlog_demo.world import World, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Query = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The demo's world, with a space of 1,500 issues."""
    with running(tmp_path_factory.mktemp("world"), issues=1500) as world:
        yield world


@pytest.fixture(scope="session")
def query(world: World) -> Iterator[Query]:
    """Asks the world's Snowflake."""
    connection = json.loads((world.snowflake / "connection.json").read_text())
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "REQUESTS_CA_BUNDLE", world.env["REQUESTS_CA_BUNDLE"])

        def ask(sql: str, schema: str = "RAW") -> list[tuple[Any, ...]]:
            options = {"user": "tester", "password": "any", **connection["extra"], "schema": schema}
            with snowflake.connector.connect(**options) as session, session.cursor() as cursor:
                cursor.execute(sql)
                return [tuple(row) for row in cursor.fetchall()]

        yield ask


@pytest.fixture(scope="session")
def table_of(query: Query) -> Callable[..., dict[int, Any]]:
    """Returns an endpoint's table as records by id, after checking that no key is in it twice."""

    def table(endpoint: str, schema: str = "RAW") -> dict[int, Any]:
        rows = query(f"SELECT TO_JSON(RAW) AS RAW FROM BACKLOG_{endpoint.upper()}", schema)
        records = {record["id"]: record for record in (json.loads(raw) for (raw,) in rows)}
        assert len(records) == len(rows)
        return records

    return table

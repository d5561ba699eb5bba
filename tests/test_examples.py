"""The DAGs in docs/examples: each is parsed, and its SQL is Snowflake's. The scheduler's tests run the first."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG
from tests.sql import fault

from backlog_provider.assets import table_alias
from backlog_provider.hooks.query_tag import APP

EXAMPLES = sorted((Path(__file__).parents[1] / "docs" / "examples").glob("*.py"))


def parsed(path: Path) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return vars(module)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_is_parsed_and_its_sql_is_read(path: Path) -> None:
    # Airflow looks for these words before it parses a file.
    assert all(word in path.read_text().lower() for word in ("dag", "airflow"))
    dags = [value for value in parsed(path).values() if isinstance(value, DAG)]
    assert [found for dag in dags for task in dag.tasks for found in _faults(task)] == []


def _faults(task: Any) -> list[str]:
    found = fault(str(task.sql)) if isinstance(task, SQLExecuteQueryOperator) else None
    return [found] if found else []


def test_examples_are_what_the_docs_say() -> None:
    modules = {path.stem: parsed(path) for path in EXAMPLES}
    assert modules["backlog_open_issues"]["ISSUES"] == table_alias("issues")
    assert f"'{APP}'" in modules["backlog_query_costs"]["COSTS"]

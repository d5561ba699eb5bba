"""When views are made, replaced, left alone or left out, and what that takes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException
from tests.conftest import Runs, truth
from tests.views.conftest import RECORDS, by_hand, fill, rows_of
from tests.views.test_arrays import expected

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.exceptions import ConfigurationError
from backlog_provider.operators.backlog_views import BacklogViewsOperator
from backlog_provider.views import VIEWS

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


def statements(warehouse: Warehouse) -> set[str]:
    """The first two words of what was sent since the log was cleared."""
    return {" ".join(re.split(r"\W+", sql)[:2]) for _, sql in warehouse.account.statements()}


def test_views_are_made_once_and_no_warehouse_is_needed(run: Runs, warehouse: Warehouse, views: Any) -> None:
    for endpoint in ("projects", "issues", "activities"):
        run(endpoint)
    warehouse.account.clear_statements()
    first = views()
    assert statements(warehouse) == {"ALTER SESSION", "SHOW TABLES", "SHOW VIEWS", "CREATE OR"}
    assert len(first["query_ids"]) == 3 + len(first["created"])
    assert {"BACKLOG_ISSUE_CATEGORIES", "BACKLOG_CURRENT_ISSUES", "BACKLOG_CHANGES_LAST_WEEK"} <= set(first["created"])
    assert (first["replaced"], first["unchanged"]) == ([], [])
    warehouse.account.clear_statements()
    again = views()
    assert statements(warehouse) == {"ALTER SESSION", "SHOW TABLES", "SHOW VIEWS"}
    assert (again["created"], again["replaced"]) == ([], [])
    assert again["unchanged"] == first["created"]
    assert again["left_out"] == first["left_out"]


def test_views_whose_tables_are_not_there_wait_for_them(run: Runs, warehouse: Warehouse, views: Any) -> None:
    assert views()["left_out"] == [view.view for view in VIEWS.values()]
    run("issues")
    after = views()
    assert "BACKLOG_ISSUE_CATEGORIES" in after["created"]
    assert {"BACKLOG_CURRENT_ISSUES", "BACKLOG_ISSUE_CHANGES", "BACKLOG_ISSUE_STATUS_TIMES"} <= set(after["left_out"])
    fill(warehouse, RECORDS["issue_comments"], [])
    assert {"BACKLOG_ISSUE_CHANGES", "BACKLOG_ISSUE_FIELD_HISTORY", "BACKLOG_ISSUE_STATUS_TIMES"} <= set(
        views()["created"]
    )
    # Views upon views of a table that has gone are left as they are, and said to be left out.
    warehouse.query("DROP TABLE BACKLOG_ISSUE_COMMENTS")
    assert {"BACKLOG_ISSUE_CHANGES", "BACKLOG_ISSUE_FIELD_HISTORY"} <= set(views()["left_out"])


def test_reasons_for_leaving_out_are_logged(
    run: Runs, views: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    run("issues")
    views()
    logged = "".join([caplog.text, *capfd.readouterr()])
    assert "BACKLOG_CURRENT_ISSUES: left out, there is no BACKLOG_PROJECTS" in logged


def test_only_what_has_another_definition_is_replaced(warehouse: Warehouse) -> None:
    categories, milestones = VIEWS["issue_categories"], VIEWS["issue_milestones"]
    fill(warehouse, CATALOGUE["issues"], [{"id": 1, "category": [{"id": 2, "name": "a"}]}])
    by_hand(warehouse, [categories, milestones])
    later = replace(categories, query='SELECT i."ISSUE_ID", 5 AS "FIVE" FROM {issues} i')
    assert by_hand(warehouse, [later, milestones]) == {"issue_categories": "replaced", "issue_milestones": "unchanged"}
    assert rows_of(warehouse, "issue_categories") == [(1, 5)]
    said = replace(later, about="Another sentence.")
    assert by_hand(warehouse, [said]) == {"issue_categories": "replaced"}
    assert by_hand(warehouse, [said]) == {"issue_categories": "unchanged"}
    assert by_hand(warehouse, [categories]) == {"issue_categories": "replaced"}
    assert rows_of(warehouse, "issue_categories") == [(1, 2, "a")]


def test_what_somebody_else_has_made_under_a_name_of_ours_is_left_alone(
    run: Runs, warehouse: Warehouse, views: Any
) -> None:
    run("issues")
    warehouse.query("CREATE VIEW BACKLOG_ISSUE_CATEGORIES COMMENT = 'my own' AS SELECT 1 AS MINE")
    warehouse.query("CREATE TABLE BACKLOG_ISSUE_STARS (MINE NUMBER)")
    assert {"BACKLOG_ISSUE_CATEGORIES", "BACKLOG_ISSUE_STARS"} <= set(views()["left_out"])
    assert warehouse.query("SELECT * FROM BACKLOG_ISSUE_CATEGORIES") == [(1,)]
    warehouse.query("DROP VIEW BACKLOG_ISSUE_CATEGORIES")
    assert views()["created"] == ["BACKLOG_ISSUE_CATEGORIES"]


def test_a_view_may_stand_where_we_know_a_table(run: Runs, warehouse: Warehouse, views: Any) -> None:
    run("issues", table="ELSEWHERE")
    warehouse.query("CREATE VIEW BACKLOG_ISSUES AS SELECT * FROM ELSEWHERE")
    assert "BACKLOG_ISSUE_CATEGORIES" in views()["created"]


def test_views_can_be_read_from_anywhere_and_go_where_they_are_told(
    run: Runs, space: Emulator, warehouse: Warehouse, views: Any
) -> None:
    schema = f"{warehouse.schema}_OTHER"
    run("issues", schema=schema)
    assert views()["created"] == []
    assert "BACKLOG_ISSUE_CATEGORIES" in views(schema=schema)["created"]
    rows = warehouse.query(f"SELECT ISSUE_ID, CATEGORY_ID, CATEGORY_NAME FROM {schema}.BACKLOG_ISSUE_CATEGORIES")
    assert sorted(rows, key=repr) == expected(truth(space, "issues").values(), "issue_categories")


def test_names_are_checked_as_early_as_they_are_known() -> None:
    with pytest.raises(ConfigurationError, match="schema: 'no name' is not an identifier"):
        BacklogViewsOperator(task_id="views", schema="no name")
    BacklogViewsOperator(task_id="views", schema="{{ params.schema }}")


def test_refusals_are_one_line(run: Runs, warehouse: Warehouse, views: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run("issues")
    with pytest.raises(AirflowFailException, match="isn't defined; create it in the UI"):
        views(snowflake_conn_id="nowhere")
    reader = json.loads(warehouse.account.connection_json)
    reader |= {"schema": warehouse.schema, "extra": {**reader["extra"], "role": "READER"}}
    monkeypatch.setenv("AIRFLOW_CONN_READER", json.dumps(reader))
    with pytest.raises(AirflowException, match=r"create view .*BACKLOG_ISSUE_CATEGORIES.*CREATE VIEW on the schema"):
        views(snowflake_conn_id="reader")

"""Custom fields of issues, in long form."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import Runs, connected, truth
from tests.views.conftest import by_hand, fill, rows_of

from backlog_emulator.server import running as emulator_running
from backlog_provider.catalogue import CATALOGUE
from backlog_provider.model.instants import day_text
from backlog_provider.operators.backlog_views import BacklogViewsOperator
from backlog_provider.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conftest import Warehouse


def of_custom_fields(record: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    """The rows of an issue's custom fields: text, number, day, item and other of each value."""
    for field in record["customFields"]:
        value = field["value"]
        for each in (value or [None]) if isinstance(value, list) else [value]:
            number = float(each) if field["fieldTypeId"] == 3 and each is not None else None
            day = date.fromisoformat(day_text(each)) if field["fieldTypeId"] == 4 and each else None
            item = each if isinstance(each, dict) else {}
            text = each if field["fieldTypeId"] in (1, 2) else None
            known = (record["id"], field["id"], field["name"], field["fieldTypeId"])
            yield (*known, text, number, day, item.get("id"), item.get("name"), field.get("otherValue"))


@pytest.mark.parametrize("encoding", ["utc", "japan"])
def test_custom_fields_are_in_long_form(encoding: str, warehouse: Warehouse) -> None:
    with (
        emulator_running(issues=150, seed=7, day_encoding=encoding) as space,
        connected(space, warehouse),
    ):
        Runs()("issues")
        BacklogViewsOperator(task_id="views").execute({"run_id": "manual"})
        records = truth(space, "issues").values()
        assert {field["fieldTypeId"] for record in records for field in record["customFields"]} == set(range(1, 9))
        assert rows_of(warehouse, "issue_custom_fields") == sorted(
            (row for record in records for row in of_custom_fields(record)), key=repr
        )


@pytest.mark.parametrize(
    ("field", "row"),
    [
        ({"fieldTypeId": 3, "value": "2.5"}, [(None, 2.5, None, None, None, None)]),
        ({"fieldTypeId": 3, "value": "many"}, [("many", None, None, None, None, None)]),
        ({"fieldTypeId": "3", "value": 0}, [(None, 0.0, None, None, None, None)]),
        ({"fieldTypeId": 4, "value": "2026-01-05T00:00:00Z"}, [(None, None, date(2026, 1, 5), None, None, None)]),
        ({"fieldTypeId": 4, "value": "2026-01-04T15:00:00Z"}, [(None, None, date(2026, 1, 5), None, None, None)]),
        ({"fieldTypeId": 4, "value": "2026-01-05"}, [(None, None, date(2026, 1, 5), None, None, None)]),
        ({"fieldTypeId": 4, "value": "someday"}, [("someday", None, None, None, None, None)]),
        ({"fieldTypeId": 1, "value": ""}, [("", None, None, None, None, None)]),
        ({"fieldTypeId": 1, "value": "12"}, [("12", None, None, None, None, None)]),
        ({"fieldTypeId": 2, "value": None}, [(None, None, None, None, None, None)]),
        ({"fieldTypeId": 5, "value": {"id": "9", "name": "nine"}}, [(None, None, None, 9, "nine", None)]),
        ({"fieldTypeId": 8, "value": None, "otherValue": "words"}, [(None, None, None, None, None, "words")]),
        ({"fieldTypeId": 7, "value": [], "otherValue": "words"}, [(None, None, None, None, None, "words")]),
        (
            {"fieldTypeId": 6, "value": [{"id": 1, "name": "a"}, {"id": 1, "name": "a again"}, {"id": 2, "name": "b"}]},
            [(None, None, None, 1, "a", None), (None, None, None, 2, "b", None)],
        ),
        ({"fieldTypeId": 99, "value": ["x", "y", "x"]}, [(v, None, None, None, None, None) for v in "xy"]),
        ({}, [(None, None, None, None, None, None)]),
    ],
    ids=str,
)
def test_values_that_are_not_what_their_type_says_are_kept(
    field: dict[str, Any], row: list[tuple[Any, ...]], warehouse: Warehouse
) -> None:
    fill(warehouse, CATALOGUE["issues"], [{"id": 1, "customFields": [{"id": 5, "name": "f", **field}]}])
    by_hand(warehouse, [VIEWS["issue_custom_fields"]])
    columns = 'TEXT, "NUMBER", "DATE", ITEM_ID, ITEM_NAME, OTHER'
    assert rows_of(warehouse, "issue_custom_fields", columns) == row

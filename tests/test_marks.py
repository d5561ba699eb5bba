"""What a run may believe of an XCom."""

from __future__ import annotations

from typing import Any

import pytest

from backlog_provider.marks import Mark, State, trusted

LOAD = {"endpoint": "issues", "table": "BACKLOG_ISSUES", "database": "DB", "schema": "S", "space": "x.backlog.com"}
STATE = State({"value": "2026-01-01T00:00:00Z", "recent": {}}, 3)


def test_mark_survives_the_way_through_xcom() -> None:
    xcom = Mark.of(LOAD, STATE).to_xcom()
    assert xcom["value"] == "2026-01-01T00:00:00Z"
    mark = trusted(xcom, LOAD)
    assert mark is not None
    assert mark.state == STATE


@pytest.mark.parametrize("name", LOAD)
def test_mark_of_another_load_is_not_believed(name: str) -> None:
    assert trusted(Mark.of(LOAD, STATE).to_xcom(), {**LOAD, name: "other"}) is None


@pytest.mark.parametrize("xcom", [None, "x", 5, [], {}, {"endpoint": "issues"}, {"a": 1}, [{"value": 1}]])
def test_what_is_no_mark_is_not_believed(xcom: Any) -> None:
    assert trusted(xcom, LOAD) is None


def test_first_load_under_way_has_no_value() -> None:
    assert State(None, 0).value is None
    assert State({"value": None, "created": "x"}, 1).value is None

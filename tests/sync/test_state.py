"""What a run may believe of an XCom."""

from __future__ import annotations

from typing import Any

import pytest

from backlog_provider.model.state import Mark, State, mark_from_xcom
from backlog_provider.sync.run_mode import decide, may_start_from

LOAD = {"endpoint": "issues", "table": "BACKLOG_ISSUES", "database": "DB", "schema": "S", "space": "x.backlog.com"}
STATE = State({"value": "2026-01-01T00:00:00Z", "recent": {}}, 3)


def test_mark_survives_the_way_through_xcom() -> None:
    xcom = Mark.of(LOAD, STATE).to_xcom()
    assert xcom["value"] == "2026-01-01T00:00:00Z"
    mark = mark_from_xcom(xcom, LOAD)
    assert mark is not None
    assert mark.state == STATE


@pytest.mark.parametrize("name", LOAD)
def test_mark_of_another_load_is_not_believed(name: str) -> None:
    assert mark_from_xcom(Mark.of(LOAD, STATE).to_xcom(), {**LOAD, name: "other"}) is None


@pytest.mark.parametrize("xcom", [None, "x", 5, [], {}, {"endpoint": "issues"}, {"a": 1}, [{"value": 1}]])
def test_what_is_no_mark_is_not_believed(xcom: Any) -> None:
    assert mark_from_xcom(xcom, LOAD) is None


RUNS = [{"window": w, "full_refresh": f} for w in (False, True) for f in (False, True)]
STATES = {
    "new table": State(None, 0),
    "dropped table": State(None, 4),
    "first load under way": State({"value": None, "created": "x"}, 1),
    "loaded": STATE,
}


@pytest.mark.parametrize("asked", RUNS, ids=str)
@pytest.mark.parametrize("name", STATES)
def test_what_a_run_does_follows_from_state_and_arguments_alone(name: str, asked: dict[str, bool]) -> None:
    state = STATES[name]
    done = decide(state, **asked)
    if asked["window"]:
        assert (done.name, done.moves_mark) == ("window", False)
    elif asked["full_refresh"]:
        assert (done.name, done.cursor, done.moves_mark) == ("full", None, True)
    else:
        assert (done.name, done.moves_mark) == ("incremental" if name == "loaded" else "full", True)
        assert done.cursor == state.cursor


@pytest.mark.parametrize("asked", RUNS, ids=str)
@pytest.mark.parametrize("name", STATES)
def test_only_an_ordinary_run_starts_from_the_xcom_and_only_from_a_finished_load(
    name: str, asked: dict[str, bool]
) -> None:
    mark = Mark.of(LOAD, STATES[name])
    assert may_start_from(mark, **asked) is (name == "loaded" and not any(asked.values()))
    assert not may_start_from(None, **asked)


def test_first_load_under_way_has_no_value() -> None:
    assert State(None, 0).value is None
    assert State({"value": None, "created": "x"}, 1).value is None

"""Record to row: a column for whatever the record has, and errors that name the record."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_provider.catalogue import CATALOGUE, Column, Endpoint, Kind, Snapshot
from backlog_provider.catalogue.activities import TYPE_NAMES, type_name
from backlog_provider.exceptions import ResponseError
from backlog_provider.transform.rows import row_maker

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


# A value for whatever kind a key or what a key is made of may be.
SOME = {Kind.INTEGER: 5, Kind.TEXT: "5", Kind.INSTANT: "2026-01-05T00:00:00Z"}


def barest(endpoint: Endpoint) -> tuple[dict[str, Any], dict[str, Any]]:
    """A record with its key alone, and a parent with as much of it as the record has not."""
    record: dict[str, Any] = {}
    parent: dict[str, Any] = {}
    for column in endpoint.columns:
        if column.name in endpoint.key:
            of = parent if column.path.startswith("^") else record
            of[column.path.removeprefix("^")] = SOME[column.kind]
    return record, parent


@pytest.mark.parametrize("endpoint", CATALOGUE.values(), ids=str)
def test_record_of_a_key_alone_becomes_a_row_of_that_alone(endpoint: Endpoint) -> None:
    record, parent = barest(endpoint)
    row = row_maker(endpoint)(record, parent)
    key_paths = {column.path for column in endpoint.columns if column.name in endpoint.key}
    of_key = {column.name: SOME[column.kind] for column in endpoint.columns if column.path in key_paths}
    assert list(row.items()) == [*of_key.items(), ("RAW", record)]


@pytest.mark.parametrize("endpoint", CATALOGUE.values(), ids=str)
@given(noise=st.dictionaries(st.text(), JSON, max_size=5))
def test_fields_that_nobody_knows_land_in_raw_and_nowhere_else(endpoint: Endpoint, noise: dict[str, Any]) -> None:
    known = {column.path.split(".")[0] for column in endpoint.columns}
    unknown = {key: value for key, value in noise.items() if key not in known}
    record, parent = barest(endpoint)
    row = row_maker(endpoint)({**record, **unknown}, parent)
    assert row == {**row_maker(endpoint)(record, parent), "RAW": {**record, **unknown}}


@pytest.mark.parametrize("broken", [{}, {"id": None}])
def test_record_without_its_key_is_an_error(broken: dict[str, Any]) -> None:
    with pytest.raises(ResponseError, match=r"issues record .*: 'id' cannot become ISSUE_ID .*: it is missing"):
        row_maker(CATALOGUE["issues"])(broken)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("updated", "last week", "issues record 7: 'updated' cannot become UPDATED_AT"),
        ("keyId", 1.5, "issues record 7: 'keyId' cannot become KEY_ID .*: 1.5 is not a whole number"),
        ("summary", {"ja": "x"}, "issues record 7: 'summary' cannot become SUMMARY VARCHAR: an object stands"),
        ("estimatedHours", "much", "issues record 7: 'estimatedHours' cannot become ESTIMATED_HOURS FLOAT"),
    ],
)
def test_value_that_its_column_cannot_hold_is_an_error_that_names_both(field: str, value: Any, message: str) -> None:
    with pytest.raises(ResponseError, match=message):
        row_maker(CATALOGUE["issues"])({"id": 7, field: value})


def test_object_that_is_none_has_nothing_for_its_columns() -> None:
    record = {"id": 7, "assignee": None, "status": "open"}
    assert row_maker(CATALOGUE["issues"])(record) == {"ISSUE_ID": 7, "RAW": record}


def test_every_documented_activity_type_has_a_name_of_its_own() -> None:
    assert type_name(1) == "Issue Created"
    assert len(set(TYPE_NAMES.values())) == len(TYPE_NAMES)


@given(number=st.integers().filter(lambda n: n not in TYPE_NAMES))
def test_activity_type_that_nobody_documents_is_kept_by_its_number(number: int) -> None:
    row = row_maker(CATALOGUE["activities"])({"id": 1, "type": number})
    assert (row["ACTIVITY_TYPE"], row["ACTIVITY_TYPE_ID"]) == (f"Unknown ({number})", number)


def test_json_column_keeps_the_value_as_it_is() -> None:
    endpoint = Endpoint(
        name="things",
        path="/things",
        style=Snapshot(),
        key=("ID",),
        columns=(Column("ID", Kind.INTEGER, "id"), Column("BODY", Kind.JSON, "body")),
    )
    assert row_maker(endpoint)({"id": "12", "body": [1, {"a": None}]})["BODY"] == [1, {"a": None}]
    assert row_maker(endpoint)({"id": "12"})["ID"] == 12

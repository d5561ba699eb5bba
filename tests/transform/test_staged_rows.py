"""What is staged of a record: the same columns as its row has, and nothing twice."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.transform.test_rows import barest

from backlog_provider.catalogue import CATALOGUE, Endpoint
from backlog_provider.exceptions import ResponseError
from backlog_provider.model.endpoint import at
from backlog_provider.model.lazy_record import raw_records, record_parser
from backlog_provider.transform.pii import pii_filter
from backlog_provider.transform.rows import row_maker
from backlog_provider.transform.staged_rows import key_maker, staged_maker

ISSUES = CATALOGUE["issues"]
FIELDS = sorted({column.path.split(".")[0] for column in ISSUES.columns})
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(-1e15, 1e15)
    | st.sampled_from(["", "12", "1.5", "x", "2026-01-05T00:00:00Z", "2026-01-04T15:00:00Z", "2026-01-05T09:00+09:00"])
)
VALUES = SCALARS | st.dictionaries(st.sampled_from(["id", "name"]), SCALARS)


def taken(endpoint: Endpoint, row: dict[str, Any]) -> dict[str, Any]:
    """The row that Snowflake makes of a staged one."""
    columns = {c.name: at(row["RAW"], c.path) if c.is_in_record else row.get(c.name) for c in endpoint.columns}
    values = {name: value for name, value in columns.items() if value is not None}
    return {**values, "RAW": row.get("_SENT", row["RAW"])}


def sent(record: dict[str, Any]) -> Any:
    """The record as it is read."""
    body = orjson.dumps([record])
    texts = raw_records(body)
    assert texts is not None
    return record_parser(ISSUES)(body, texts)[0]


def written(row: dict[str, Any]) -> Any:
    """The row as it is read from a file."""
    return orjson.loads(msgspec.json.encode(row))


def outcome(make: Any, record: Any) -> Any:
    """What a function makes of a record, as plain data, or the error that it raises."""
    try:
        return written(make(record))
    except ResponseError as error:
        return str(error)


@given(record=st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_columns_are_those_of_the_row_or_the_error_is_the_same(record: dict[str, Any]) -> None:
    """Of whatever stands in a record, and however much of it has been taken apart."""
    row = outcome(row_maker(ISSUES), {"id": 7, **record})
    whole, of_text = (outcome(staged_maker(ISSUES), each) for each in ({"id": 7, **record}, sent({"id": 7, **record})))
    assert whole == of_text
    assert isinstance(whole, str) == isinstance(row, str)
    if isinstance(whole, dict):
        assert taken(ISSUES, whole) == row


def test_record_stands_there_once_and_beside_it_what_is_converted() -> None:
    record = {"id": 7, "summary": "x", "dueDate": "2026-01-05T00:00:00Z", "more": [1]}
    row = staged_maker(ISSUES)(sent(record))
    assert written(row) == {"DUE_DATE": "2026-01-05", "RAW": record}


def test_value_of_another_type_is_converted_in_the_record_and_kept_as_it_was_sent() -> None:
    record = {"id": "7", "summary": True, "assignee": {"id": 5, "name": 9}}
    row = staged_maker(ISSUES)(sent(record))
    assert row == {
        "RAW": {"id": 7, "summary": "True", "assignee": {"id": 5, "name": "9"}},
        "_SENT": record,
    }


def test_people_are_hidden_in_what_is_staged() -> None:
    record = {"id": 7, "assignee": {"id": 5, "name": "山田 花子", "roleType": 1}}
    row = staged_maker(ISSUES, pii_filter("drop"))(record)
    assert row["RAW"]["assignee"] == {"id": 5, "name": None, "roleType": 1}


@pytest.mark.parametrize("endpoint", CATALOGUE.values(), ids=str)
def test_row_of_the_key_alone_has_it_where_whole_rows_have_it(endpoint: Endpoint) -> None:
    record, parent = barest(endpoint)
    row = row_maker(endpoint)(record, parent)
    key = taken(endpoint, key_maker(endpoint)(record, parent))
    assert {name: key[name] for name in endpoint.key} == {name: row[name] for name in endpoint.key}

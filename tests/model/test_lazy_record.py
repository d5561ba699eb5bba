"""Records as they were sent: what is looked at as a full parser reads it, the rest as the text that came."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_provider.catalogue import CATALOGUE, Column, Kind
from backlog_provider.model.endpoint import at
from backlog_provider.model.instants import is_instant
from backlog_provider.model.lazy_record import full_record, raw_json, raw_records, record_parser
from backlog_provider.model.record_hash import canonical_json

ISSUES = CATALOGUE["issues"]
SOMEBODY = {"id": 5, "name": "山田 花子", "nulabAccount": {"nulabId": "x"}}
ISSUE = {
    "id": 7,
    "projectId": 1,
    "summary": "課題 🎉",
    "assignee": None,
    "dueDate": "2026-02-01T00:00:00Z",
    "estimatedHours": 2,
    "createdUser": SOMEBODY,
    "created": "2026-01-31T09:30:00Z",
    "updated": "2026-01-31T09:30:00Z",
}
KEPT = {"id", "projectId", "startDate", "dueDate", "created", "updated"}


def read(body: bytes, endpoint: Any = ISSUES) -> list[Any]:
    texts = raw_records(body)
    assert texts is not None
    return record_parser(endpoint)(body, texts)


@pytest.mark.parametrize("indent", [None, 2])
def test_record_has_what_is_looked_at_and_its_whole_text(indent: int | None) -> None:
    others = {"stars": [{"id": 1}], "customFields": [{"value": 1.10}]}
    [record] = read(json.dumps([{**ISSUE, **others}], indent=indent, ensure_ascii=False).encode())
    assert {field: record.get(field) for field in KEPT} == {field: ISSUE.get(field) for field in KEPT}
    assert "stars" not in record
    assert "summary" not in record
    assert raw_json(record) is not None
    assert full_record(record) == {**ISSUE, **others}


def test_record_compares_as_it_would_if_all_of_it_were_taken_apart() -> None:
    [record] = read(json.dumps([{**ISSUE, "more": [1, "é"]}], indent=1).encode())
    assert canonical_json(record) == canonical_json({"more": [1, "é"], **ISSUE})


def test_record_of_which_not_all_is_there_cannot_be_written_as_if_it_were() -> None:
    [record] = read(orjson.dumps([ISSUE]))
    with pytest.raises(TypeError):
        orjson.dumps(record)
    with pytest.raises(TypeError):
        json.dumps(record)
    with pytest.raises(TypeError):
        msgspec.json.encode(record)


@pytest.mark.parametrize(
    "other",
    [
        *({"id": None}, {"id": "7"}, {"summary": 5}, {"assignee": "nobody"}, {"createdUser": {"id": 1.5}}),
        *({"created": "2026-02-30T00:00:00Z"}, {"updated": "2026-01-31T09:30:00.5Z"}, {"updated": 1769851800000}),
    ],
    ids=str,
)
def test_record_that_its_columns_do_not_take_as_it_is_comes_whole(other: dict[str, Any]) -> None:
    odd, [record, plain] = {**ISSUE, **other, "more": [1]}, read(orjson.dumps([{**ISSUE, **other, "more": [1]}, ISSUE]))
    assert (record, raw_json(record)) == (odd, None)
    assert raw_json(plain) is not None


def test_record_without_its_key_comes_whole() -> None:
    assert read(b'[{"summary": "x"}]') == [{"summary": "x"}]


def test_what_one_column_takes_whole_and_another_looks_into_comes_whole() -> None:
    both = replace(
        ISSUES, columns=(*ISSUES.columns, Column("C", Kind.JSON, "category"), Column("D", Kind.TEXT, "category.name"))
    )
    record = {**ISSUE, "category": {"name": "a", "x": 1}}
    assert read(orjson.dumps([record]), both) == [record]


VALUES = (
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text() | st.sampled_from(["2026-01-31T09:30:00Z", "2026-02-30T09:30:00Z", "2026-01-31T09:30:00+09:00"])
    | st.lists(st.booleans(), max_size=1)
)  # fmt: skip
FIELDS = sorted({column.path.split(".")[0] for column in ISSUES.columns} | {"other"})


@given(
    fields=st.dictionaries(
        st.sampled_from(FIELDS), VALUES | st.fixed_dictionaries({}, optional={"id": VALUES, "name": VALUES})
    )
)
def test_columns_can_take_their_values_out_of_the_text_unless_the_record_comes_whole(fields: dict[str, Any]) -> None:
    sent = orjson.loads(orjson.dumps({**ISSUE, **fields}))
    [record] = read(orjson.dumps([sent]))
    assert {field: record.get(field) for field in KEPT} == {field: sent.get(field) for field in KEPT}
    assert full_record(record) == sent
    if raw_json(record) is not None:
        for column in ISSUES.columns:
            value = at(sent, column.path)
            if column.is_in_record and value is not None:
                assert type(value) is column.sent_type or (type(value), column.sent_type) == (int, float)
                assert column.kind is not Kind.INSTANT or is_instant(value)


def test_records_of_which_parts_of_objects_are_converted_are_taken_apart_as_a_whole() -> None:
    column = Column("C", Kind.INSTANT, "category.created")
    record = {**ISSUE, "category": {"created": "2026-01-31T09:30:00Z", "x": 1}}
    assert read(orjson.dumps([record]), replace(ISSUES, columns=(*ISSUES.columns, column))) == [record]


@pytest.mark.parametrize("place", [b"summary", b"other"])
def test_bytes_that_are_no_text_are_refused_wherever_they_stand(place: bytes) -> None:
    with pytest.raises(ValueError, match="utf-8"):
        read(b'[{"id": 7, "%b": "\xff"}]' % place)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1,2", b'[{"other": "\\ud800"}]', b"[01]", b"[" * 5000 + b"]" * 5000])
def test_what_is_no_list_of_json_has_no_texts(body: bytes) -> None:
    assert raw_records(body) is None

"""Records as they were sent: the fields of columns as a full parser reads them, the rest as the text that came."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_provider.catalogue import CATALOGUE, Column, Kind
from backlog_provider.catalogue.model import at
from backlog_provider.reading.sent import parser, text_of, texts_of, whole
from backlog_provider.reading.texts import encoded

ISSUES = CATALOGUE["issues"]
SOMEBODY = {"id": 5, "name": "山田 花子", "nulabAccount": {"nulabId": "x"}}
ISSUE = {"id": 7, "projectId": 1, "summary": "課題 🎉", "assignee": None, "createdUser": SOMEBODY, "estimatedHours": 2}


def read(body: bytes, endpoint: Any = ISSUES) -> list[Any]:
    texts = texts_of(body)
    assert texts is not None
    return parser(endpoint)(body, texts)


@pytest.mark.parametrize("indent", [None, 2])
def test_record_has_the_fields_of_its_columns_and_its_whole_text(indent: int | None) -> None:
    others = {"stars": [{"id": 1}], "customFields": [{"value": 1.10}]}
    [record] = read(json.dumps([{**ISSUE, **others}], indent=indent, ensure_ascii=False).encode())
    for column in ISSUES.columns:
        assert at(record, column.path) == at(ISSUE, column.path)
    assert "stars" not in record
    assert text_of(record) is not None
    assert whole(record) == {**ISSUE, **others}


def test_record_compares_as_it_would_if_all_of_it_were_taken_apart() -> None:
    [record] = read(json.dumps([{**ISSUE, "more": [1, "é"]}], indent=1).encode())
    assert encoded(record) == encoded({"more": [1, "é"], **ISSUE})


def test_record_of_which_not_all_is_there_cannot_be_written_as_if_it_were() -> None:
    [record] = read(orjson.dumps([ISSUE]))
    with pytest.raises(TypeError):
        orjson.dumps(record)
    with pytest.raises(TypeError):
        json.dumps(record)


@pytest.mark.parametrize(
    "other",
    [{"id": None}, {"id": "7"}, {"summary": 5}, {"assignee": "nobody"}, {"createdUser": {"id": 1.5}}],
    ids=str,
)
def test_record_that_its_columns_do_not_take_as_it_is_comes_whole(other: dict[str, Any]) -> None:
    odd, [record, plain] = {**ISSUE, **other, "more": [1]}, read(orjson.dumps([{**ISSUE, **other, "more": [1]}, ISSUE]))
    assert (record, text_of(record)) == (odd, None)
    assert text_of(plain) is not None


def test_record_without_its_key_comes_whole() -> None:
    assert read(b'[{"summary": "x"}]') == [{"summary": "x"}]


def test_what_one_column_takes_whole_and_another_looks_into_comes_whole() -> None:
    both = replace(
        ISSUES, columns=(*ISSUES.columns, Column("C", Kind.JSON, "category"), Column("D", Kind.TEXT, "category.name"))
    )
    record = {**ISSUE, "category": {"name": "a", "x": 1}}
    assert read(orjson.dumps([record]), both) == [record]


@given(
    fields=st.dictionaries(
        st.sampled_from(sorted({column.path.split(".")[0] for column in ISSUES.columns} | {"other"})),
        st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.text() | st.just({"id": 1, "name": "n"}),
    )
)
def test_no_value_is_read_otherwise_than_by_a_full_parser(fields: dict[str, Any]) -> None:
    [record] = read(orjson.dumps([{**ISSUE, **fields}]))
    for column in ISSUES.columns:
        assert at(record, column.path) == at({**ISSUE, **fields}, column.path)


@pytest.mark.parametrize("place", [b"summary", b"other"])
def test_bytes_that_are_no_text_are_refused_wherever_they_stand(place: bytes) -> None:
    with pytest.raises(ValueError, match="utf-8"):
        read(b'[{"id": 7, "%b": "\xff"}]' % place)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1,2", b'[{"other": "\\ud800"}]', b"[01]", b"[" * 5000 + b"]" * 5000])
def test_what_is_no_list_of_json_has_no_texts(body: bytes) -> None:
    assert texts_of(body) is None

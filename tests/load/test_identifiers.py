"""Names: what is an identifier, and that none can become a statement."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_provider.exceptions import ConfigurationError
from backlog_provider.load.identifiers import TableName, identifier, quoted


@pytest.mark.parametrize(
    ("text", "name"),
    [("backlog_issues", "BACKLOG_ISSUES"), ("A$1", "A$1"), ('"my issues"', "my issues"), ('"課題"', "課題")],
)
def test_identifier_is_understood_as_snowflake_does(text: str, name: str) -> None:
    assert identifier(text, "table") == name


@pytest.mark.parametrize("text", ["", "1st", "a b", "a;b", "a.b", '"a"b"', '"', '""', "課題", "a\n", "x" * 256])
def test_what_is_no_identifier_is_refused_by_name(text: str) -> None:
    with pytest.raises(ConfigurationError, match="^schema: "):
        identifier(text, "schema")


@given(st.text())
def test_whatever_is_accepted_stays_inside_its_quotes(text: str) -> None:
    try:
        sql = quoted(identifier(text, "table"))
    except ConfigurationError:
        return
    assert sql[0] == sql[-1] == '"'
    assert '"' not in sql[1:-1]


def test_target_writes_its_full_name() -> None:
    assert TableName("DB", "my schema", "T").sql == '"DB"."my schema"."T"'
    assert str(TableName("DB", "S", "T").sibling("STATE")) == "DB.S.STATE"

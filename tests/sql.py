"""Whether two readers of Snowflake's SQL that are not ours understand a statement: sqlglot's and sqlfluff's."""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp

# What sqlglot passes on without reading it, of the set-up of an account, by its first words; sqlfluff reads all of it.
UNREAD_OF_SETUP = (
    *("CREATE ROLE", "CREATE USER", "ALTER USER", "GRANT ROLE"),
    *("GRANT SELECT ON ALL", "GRANT SELECT ON FUTURE"),
    *("CREATE MASKING POLICY", "ALTER MASKING POLICY", "ALTER TABLE IF EXISTS"),
    *("CREATE RESOURCE MONITOR", "ALTER RESOURCE MONITOR", "ALTER WAREHOUSE"),
)
# What differs between two statements of one kind, and what stands for it: values, names, types, and how many there are.
_DIFFERENCES = (
    (re.compile(r"'(?:[^'\\]|''|\\.)*'"), "'x'"),
    (re.compile(r"\b\d+\b"), "1"),
    (re.compile(r"\b(BACKLOG_LOAD|T)_[0-9A-F]{32}\b"), r"\1"),
    (re.compile(r'"[^"]*"'), '"X"'),
    (re.compile(r"::[A-Z_]+(\([\d,]+\))?"), "::VARCHAR"),
    (re.compile(r"^  \"X\" [A-Z_]+(\([\d,]+\))?(?=,?$)", re.MULTILINE), '  "X" VARCHAR'),
    # Items of a list that are alike, from where one begins to where one ends.
    (
        re.compile(r"((?<=\()|(?<=\n)|(?<=, )|(?<=SELECT )|(?<=SET ))([^,()\n]+)(,\s+\2)+(?=[,()\n]|$| FROM | WHERE )"),
        r"\2",
    ),
)


def shape(sql: str) -> str:
    """A statement of the same kind, short, and the same for all of its kind."""
    for pattern, by in _DIFFERENCES:
        sql = pattern.sub(by, sql)
    return sql


def fault(sql: str, unread: tuple[str, ...] = ()) -> str | None:
    """What one of the readers does not understand of a statement, None where both understand it.

    sqlfluff takes long over long statements, and reads the shape.

    :param unread: first words of what sqlglot need not read.
    """
    try:
        tree = sqlglot.parse_one(sql, read="snowflake")
    except sqlglot.errors.SqlglotError as error:
        return f"sqlglot: {error}: {sql}"
    if isinstance(tree, exp.Command) and not sql.startswith(unread):
        return f"sqlglot does not read it: {sql}"
    violations = _linter().parse_string(f"{shape(sql)}\n").violations
    return f"sqlfluff: {violations[0]}: {sql}" if violations else None


@cache
def _linter() -> Any:
    from sqlfluff.core import Linter

    logging.getLogger("sqlfluff").setLevel(logging.ERROR)
    return Linter(dialect="snowflake")


class Reading:
    """Reads statements, each kind once."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self.known: set[str] = set()

    def hear(self, sql: str) -> None:
        """Keep a statement for later, where there has been none of its kind."""
        if (kind := shape(sql)) not in self.known:
            self.known.add(kind)
            self.waiting.append(sql)

    def faults(self) -> list[str]:
        """What is wrong with the statements heard since the last time."""
        heard, self.waiting = self.waiting, []
        return [found for sql in heard if (found := fault(sql))]

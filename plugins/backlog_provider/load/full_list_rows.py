"""Whole lists that are staged, and the rows that are in none of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from backlog_provider.load.sql import soft_delete as soft_delete_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from backlog_provider.load.identifiers import TableName
    from backlog_provider.load.session import Session
    from backlog_provider.model.endpoint import Endpoint

    Lists: TypeAlias = tuple[Endpoint, TableName, str, str]

Judge: TypeAlias = "tuple[str, Callable[[ReadLists], Collection[Any] | None]]"
"""Since when lists were read again, ISO 8601, and what decides which of the rows that are in none of them are left
alone: returns their keys, None for all."""


@dataclass(frozen=True)
class ReadLists:
    """How a table's living rows differ from lists that were read again.

    :param living: how many rows belong to the parents of these lists.
    :param missing: how many of them are in none of the lists, and were not written since these were read.
    :param records: asks for the records of the missing rows, by key.
    """

    living: int
    missing: int
    records: Callable[[], dict[Any, Any]]


def missing_rows_query(session: Session, lists: Lists, judge: Judge | None) -> tuple[str | None, list[Any]]:
    """Return the query for rows that are not in the whole list of their parent, and what it has to bind.

    None where all of these rows are to be left alone.

    :param lists: the endpoint, its table, and the staging tables of records and parents.
    :param judge: given where the lists were read again without anything telling of a change.
    :raises LoadError: where Snowflake refuses.
    """
    if judge is None:
        return soft_delete_sql.missing_of_parents(*lists), []
    since, spared_of = judge
    spared = spared_of(_compared(session, lists, since))
    if spared is None:
        return None, []
    gone = soft_delete_sql.missing_of_parents(*lists, is_since_read=True)
    return soft_delete_sql.without_keys(lists[0], gone, spared) if spared else gone, [since, *spared]


def _compared(session: Session, lists: Lists, since: str) -> ReadLists:
    endpoint, target, _, _ = lists
    what = f"compare {target} with the lists"
    [(living, missing)] = session.run(what, soft_delete_sql.compared_with_lists(*lists), [since]).rows

    def records() -> dict[Any, Any]:
        gone = soft_delete_sql.missing_of_parents(*lists, is_since_read=True)
        rows = session.run(what, soft_delete_sql.records_of(endpoint, target, gone), [since]).rows
        return {row[0]: orjson.loads(row[-1]) for row in rows}

    return ReadLists(int(living), int(missing), records)

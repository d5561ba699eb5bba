"""Finds the rows that are missing from staged full child lists."""

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
"""The time at which reading the lists again began, ISO 8601, and a function that decides which missing rows to keep.

It returns the keys of the rows to keep, or None to keep all of them."""


@dataclass(frozen=True)
class ReadLists:
    """The differences between a table's living rows and child lists that were read again.

    :param living: the number of living rows of the lists' parents.
    :param missing: the number of those in no list; rows written since reading the lists began are not counted.
    :param records: queries and returns the records of the missing rows, by key.
    """

    living: int
    missing: int
    records: Callable[[], dict[Any, Any]]


def missing_rows_query(session: Session, lists: Lists, judge: Judge | None) -> tuple[str | None, list[Any]]:
    """Return the query for rows that are not in their parent's full child list, and the values to bind.

    The query is None if all of these rows are to be kept.

    :param session: an open Snowflake session.
    :param lists: the endpoint, its table, and the staging tables of records and parents.
    :param judge: decides which rows to keep; set if the lists were read again without a change event.
    :raises LoadError: if a statement fails.
    """
    if judge is None:
        return soft_delete_sql.missing_of_parents(*lists), []
    since, choose_spared = judge
    spared = choose_spared(_compare(session, lists, since))
    if spared is None:
        return None, []
    unlisted = soft_delete_sql.missing_of_parents(*lists, is_since_read=True)
    return soft_delete_sql.without_keys(lists[0], unlisted, spared) if spared else unlisted, [since, *spared]


def _compare(session: Session, lists: Lists, since: str) -> ReadLists:
    endpoint, target, _, _ = lists
    what = f"compare {target} with the lists"
    [(living, missing)] = session.run(what, soft_delete_sql.compared_with_lists(*lists), [since]).rows

    def records() -> dict[Any, Any]:
        unlisted = soft_delete_sql.missing_of_parents(*lists, is_since_read=True)
        rows = session.run(what, soft_delete_sql.records_of(endpoint, target, unlisted), [since]).rows
        return {row[0]: orjson.loads(row[-1]) for row in rows}

    return ReadLists(int(living), int(missing), records)

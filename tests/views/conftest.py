"""Tables that views read, filled with whatever records a test wants to see, and the views over them."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import truth

from backlog_provider.catalogue import CATALOGUE, Column, Endpoint, Kind, Snapshot
from backlog_provider.load.identifiers import TableName
from backlog_provider.load.session import Session
from backlog_provider.load.sql.merge import create_table
from backlog_provider.model.endpoint import person
from backlog_provider.operators.backlog_views import BacklogViewsOperator
from backlog_provider.transform.rows import row_maker
from backlog_provider.views import VIEWS, View
from backlog_provider.views.deployment import deploy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


def an_endpoint(name: str, *columns: Column) -> Endpoint:
    return Endpoint(name=name, path=f"/{name}", style=Snapshot(), key=(columns[0].name,), columns=columns)


_ID = Kind.INTEGER
_SAID = (*person("CREATOR", "createdUser"), Column("CREATED_AT", Kind.INSTANT, "created"))
# Tables that views read, as far as the catalogue does not make them yet.
BY_HAND = {
    endpoint.name: endpoint
    for endpoint in (
        an_endpoint("issue_comments", Column("COMMENT_ID", _ID, "id"), Column("ISSUE_ID", _ID, "issueId"), *_SAID),
        an_endpoint(
            "pull_request_comments",
            Column("COMMENT_ID", _ID, "id"),
            Column("PULL_REQUEST_ID", _ID, "pullRequestId"),
            *_SAID,
        ),
        an_endpoint("teams", Column("TEAM_ID", _ID, "id")),
        an_endpoint("wikis", Column("WIKI_ID", _ID, "id")),
        an_endpoint("documents", Column("DOCUMENT_ID", Kind.TEXT, "id")),
        an_endpoint(
            "document_comments", Column("COMMENT_ID", Kind.TEXT, "id"), Column("DOCUMENT_ID", Kind.TEXT, "documentId")
        ),
        an_endpoint("custom_fields", Column("CUSTOM_FIELD_ID", _ID, "id")),
    )
}
TABLES = BY_HAND | CATALOGUE
# What records are put into: the catalogue may want to know the parent of a record, these find it in the record.
RECORDS = CATALOGUE | BY_HAND


def fill(warehouse: Warehouse, endpoint: Endpoint, records: Iterable[dict[str, Any]], deleted: Any = None) -> None:
    """Make an endpoint's table, if need be, and put records into it as a load does."""
    target = TableName("BACKLOG", warehouse.schema, endpoint.table)
    warehouse.query(create_table(endpoint, target))
    rows = json.dumps(list(map(row_maker(endpoint), records)))
    kinds = {**endpoint.kinds, "RAW": Kind.JSON}
    values = [f'f.VALUE:"{n}"' + ("" if kind is Kind.JSON else f"::{kind.value}") for n, kind in kinds.items()]
    with warehouse._connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {target.sql} ({", ".join(kinds)}, "_DELETED_AT") '
            f"SELECT {', '.join(values)}, %s::TIMESTAMP_TZ "
            "FROM (SELECT PARSE_JSON(%s) AS A) r, LATERAL FLATTEN(INPUT => r.A) f",
            (deleted, rows),
        )


def rows_of(warehouse: Warehouse, view: str, columns: str = "*") -> list[tuple[Any, ...]]:
    return sorted(warehouse.query(f"SELECT {columns} FROM {VIEWS[view].view}"), key=repr)


def by_hand(warehouse: Warehouse, views: Iterable[View] = VIEWS.values()) -> dict[str, str]:
    """Deploy views into the schema of the test; what became of each, by its name without the prefix."""
    with closing(Session(warehouse.account.connect(schema=warehouse.schema))) as session:
        done = deploy(session, "BACKLOG", warehouse.schema, views)
    return {each.view.removeprefix("BACKLOG_").lower(): each.action for each in done}


@pytest.fixture
def views(run: Runs) -> Callable[..., dict[str, Any]]:
    """Runs the operator in the schema of the test."""
    return lambda **arguments: BacklogViewsOperator(task_id="views", **arguments).execute({"run_id": "manual"})


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def records_of(space: Emulator, endpoint: str) -> list[dict[str, Any]]:
    """Every record of an endpoint; what lists do not have in them, their tables do not either."""
    # A comment's record does not say which pull request it is of: the table has it from the path.
    return [{"pullRequestId": 5, **record} for record in truth(space, endpoint).values()]

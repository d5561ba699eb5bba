"""What a view is: one statement, under a name of its own, over tables as the catalogue makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlglot
from sqlglot import exp
from tests.views.conftest import TABLES, by_hand, fill, rows_of

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.load.identifiers import TableName
from backlog_provider.load.sql.history import history_of
from backlog_provider.views import VIEWS, View
from backlog_provider.views.deployment import create

if TYPE_CHECKING:
    from tests.conftest import Warehouse


# Every endpoint that has, or is to have, a table.
ENDPOINTS = (
    "space",
    "space_notification",
    "licence",
    "disk_usage",
    "users",
    "teams",
    "projects",
    "project_users",
    "project_administrators",
    "project_teams",
    "issue_types",
    "categories",
    "versions",
    "custom_fields",
    "statuses",
    "priorities",
    "resolutions",
    "webhooks",
    "activities",
    "project_activities",
    "issues",
    "issue_comments",
    "issue_attachments",
    "issue_participants",
    "related_issues",
    "issue_shared_files",
    "wikis",
    "wiki_history",
    "wiki_attachments",
    "documents",
    "document_tree",
    "document_comments",
    "repositories",
    "pull_requests",
    "pull_request_comments",
    "pull_request_attachments",
    "pull_request_stars",
    "shared_files",
    "stars",
    "watchings",
    "notifications",
)


@pytest.mark.parametrize("view", VIEWS.values(), ids=lambda view: view.name)
def test_a_view_is_one_statement_of_snowflake_with_every_identifier_quoted(view: View) -> None:
    where = '"DB"."odd ""schema"'
    for sql in (create(view), create(view, where)):
        [tree] = sqlglot.parse(sql, read="snowflake")
        assert isinstance(tree, exp.Create)
        assert all(column.this.quoted for column in tree.find_all(exp.Column))
        assert all(table.this.quoted for table in tree.find_all(exp.Table))
        assert all(alias.args["alias"].quoted for alias in tree.find_all(exp.Alias))
        named = [each.alias_or_name for each in tree.expression.selects]
        assert len(set(named)) == len(named), "two columns of one name"
        assert {type(each) for each in tree.args["properties"].expressions} == {
            exp.CopyGrantsProperty,
            exp.SchemaCommentProperty,
        }
    # Nothing that the connector would take for a placeholder.
    assert "%" not in sql


@pytest.mark.parametrize("endpoint", sorted({*ENDPOINTS, *CATALOGUE}))
def test_no_view_is_named_like_a_table(endpoint: str) -> None:
    table = TableName("", "", f"BACKLOG_{endpoint.upper()}")
    assert {table.table, history_of(table).table}.isdisjoint(view.view for view in VIEWS.values())


def test_views_read_tables_of_endpoints_and_views_that_stand_before_them() -> None:
    known = {f"BACKLOG_{name.upper()}" for name in ENDPOINTS}
    for view in VIEWS.values():
        assert set(view.reads) <= known, view.name
        known.add(view.view)


def test_all_views_fit_the_tables_that_the_catalogue_makes(warehouse: Warehouse) -> None:
    for endpoint in TABLES.values():
        fill(warehouse, endpoint, [])
    assert set(by_hand(warehouse).values()) == {"created"}
    assert [rows_of(warehouse, name) for name in VIEWS] == [[]] * len(VIEWS)

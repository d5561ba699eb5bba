"""A view keeps its comment and takes COPY GRANTS; SHOW VIEWS tells the comment.

fakesnow keeps comments in memory only and shows none of a view; here the comment is DuckDB's own, and stays.
"""

from collections.abc import Callable
from typing import Any

import sqlglot
from fakesnow import transforms
from fakesnow.cursor import FakeSnowflakeCursor
from sqlglot import Expr, exp

from local_snowflake.corrections.replacing import replace

_IS_VIEW = "SELECT 1 FROM duckdb_views() WHERE (database_name, schema_name, view_name) = (?, ?, ?)"
_COMMENTED = """
    SELECT shown.* REPLACE (COALESCE(made.comment, '') AS comment)
    FROM _fs_global._fs_information_schema._fs_show_views AS shown
    LEFT JOIN duckdb_views() AS made
        ON (made.database_name, made.schema_name, made.view_name)
         = (shown.database_name, shown.schema_name, shown.name)
"""


def apply() -> None:
    """Correct what is kept of a view that is created, and what SHOW VIEWS reads."""
    replace(FakeSnowflakeCursor, "_execute", ["self", "transformed", "params"], _keeping_comments)
    replace(transforms, "extract_comment_on_table", ["expression"], _without_grants)
    replace(transforms, "show_tables_etc", ["expression", "current_database", "current_schema"], _reading_comments)


def _keeping_comments(execute: Callable[..., None]) -> Callable[..., None]:
    def _execute(self: Any, transformed: Expr, params: Any = None) -> None:
        execute(self, transformed, params)
        table, comment = transformed.args.get("table_comment") or (None, None)
        if table is None or comment is None:
            return
        names = [table.catalog or self._conn.database, table.db or self._conn.schema, table.name]
        # A cursor of its own: the session's holds the statement's result.
        with self._duck_conn.cursor() as engine:
            if engine.execute(_IS_VIEW, names).fetchone():
                view = ".".join(exp.to_identifier(name, quoted=True).sql(dialect="duckdb") for name in names)
                engine.execute(f"COMMENT ON VIEW {view} IS {exp.Literal.string(comment).sql(dialect='duckdb')}")

    return _execute


def _without_grants(extract: Callable[[Expr], Expr]) -> Callable[[Expr], Expr]:
    def extracted(expression: Expr) -> Expr:
        if isinstance(expression, exp.Create) and (properties := expression.args.get("properties")):
            kept = [each for each in properties.expressions if not isinstance(each, exp.CopyGrantsProperty)]
            properties.set("expressions", kept)
        return extract(expression)

    return extracted


def _reading_comments(show: Callable[..., Expr]) -> Callable[..., Expr]:
    def show_tables_etc(expression: Expr, *args: Any, **kwargs: Any) -> Expr:
        query = show(expression, *args, **kwargs)
        table = query.find(exp.Table) if query is not expression else None
        if table is not None and table.name == "_fs_show_views":
            commented = sqlglot.parse_one(_COMMENTED, read="duckdb", into=exp.Select)
            table.replace(commented.subquery("commented"))
        return query

    return show_tables_etc

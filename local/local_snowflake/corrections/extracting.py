"""The same answers with less work: a document of which many values are asked is looked through once.

DuckDB parses it anew for every ``R ->> '$.NAME'``; a MERGE of staged rows asks for some thirty of each.
"""

from collections.abc import Callable, Iterator
from typing import Any

from fakesnow.cursor import FakeSnowflakeCursor
from sqlglot import Expr, exp

from local_snowflake.corrections.replacing import replace

# So many values of one document, and it is worth a query around the table.
_MANY = 4
_VALUES = "_LS_VALUES"


def apply() -> None:
    """Extract the values of a document together."""
    replace(FakeSnowflakeCursor, "_execute", ["self", "transformed", "params"], _extracting_once)


def _extracting_once(execute: Callable[..., None]) -> Callable[..., None]:
    def _execute(self: Any, transformed: Expr, params: Any = None) -> None:
        if not _makes_view(transformed):
            for select in list(transformed.find_all(exp.Select)):
                _extract_once(select)
        execute(self, transformed, params)

    return _execute


def _makes_view(statement: Expr) -> bool:
    return isinstance(statement, exp.Create) and statement.kind == "VIEW"


def _extract_once(select: exp.Select) -> None:
    source = select.args.get("from_")
    table = source.this if source else None
    # Around a join, or under a star, the values would be seen.
    if not isinstance(table, exp.Table) or select.args.get("joins") or select.args.get("laterals") or select.is_star:
        return
    found = list(_extractions(select))
    if len({column for column, _, _ in found}) != 1 or len(found) < _MANY:
        return
    column, paths = found[0][0], list(dict.fromkeys(path for _, path, _ in found))
    listed = exp.Array(expressions=[exp.Literal.string(path) for path in paths])
    values = exp.Anonymous(this="json_extract_string", expressions=[exp.column(column), listed])
    inner = exp.select("*", exp.alias_(values, _VALUES)).from_(table.copy())
    for _, path, extraction in found:
        index = exp.Literal.number(paths.index(path))
        extraction.replace(exp.Bracket(this=exp.column(_VALUES), expressions=[index]))
    table.replace(inner.subquery(table.alias_or_name))


def _extractions(select: exp.Select) -> Iterator[tuple[str, str, Expr]]:
    """Give what a query takes as text out of unqualified columns: column, path, and the expression itself."""
    for extraction in select.find_all(exp.JSONExtractScalar):
        column, path = extraction.this, extraction.expression
        if isinstance(column, exp.Column) and not column.table and extraction.parent_select is select:
            yield column.name, path.name if isinstance(path, exp.Literal) else path.sql("duckdb").strip("'"), extraction

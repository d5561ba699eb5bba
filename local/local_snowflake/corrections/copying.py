"""COPY INTO takes the files of JSON side by side, as a warehouse does; fakesnow takes one after the other.

How many rows each of them had, which COPY answers, is counted as they go by.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import fakesnow.cursor
import pyarrow as pa
from duckdb import DuckDBPyConnection
from duckdb.func import ARROW
from fakesnow import copy_into
from sqlglot import Expr, exp

from local_snowflake.corrections.replacing import replace

_PARAMETERS = ["duck_conn", "current_database", "current_schema", "expr", "table_stages", "params"]
_session: ContextVar[tuple[DuckDBPyConnection, str | None]] = ContextVar("_session")


def apply() -> None:
    """Put one INSERT in the place of as many as there are files."""
    replace(fakesnow.cursor, "copy_into", _PARAMETERS, _telling_session)
    replace(copy_into, "_inserts", ["expr", "params", "urls", "parquet_info"], _together)


def _telling_session(copy: Callable[..., str]) -> Callable[..., str]:
    def copying(duck_conn: DuckDBPyConnection, database: str | None, schema: str | None, *args: Any) -> str:
        _session.set((duck_conn, schema))
        return copy(duck_conn, database, schema, *args)

    return copying


def _together(inserts_of: Callable[..., list[Expr]]) -> Callable[..., Any]:
    def _inserts(expr: exp.Copy, params: Any, urls: list[str], *args: Any) -> Any:
        inserts = inserts_of(expr, params, urls, *args)
        if isinstance(params.file_format, copy_into.ReadJSON) and inserts[0].expression.is_star:
            return _counts(expr, urls if params.force else _new(expr, urls), dict(zip(urls, inserts, strict=True)))
        return inserts

    return _inserts


def _new(expr: exp.Copy, urls: list[str]) -> list[str]:
    """Those that this table has not been given before."""
    duck_conn, schema = _session.get()
    table = copy_into._extract_table(expr.this)  # noqa: SLF001
    history = duck_conn.execute(
        "SELECT file_name FROM _fs_information_schema._fs_load_history WHERE table_name = ? AND schema_name = ?",
        [table.name, table.db or schema],
    ).fetchall()
    given = {name for (name,) in history}
    return [url for url in urls if url not in given]


def _counts(expr: exp.Copy, new: list[str], inserts: dict[str, Expr]) -> Iterator[Expr]:
    """Insert all new files; what fakesnow is given to run for each of them tells only how many rows it had."""
    rows = _insert(expr.this, new) if new else Counter()
    for url, insert in inserts.items():
        yield exp.select(exp.Literal.number(rows[url])) if url in new else insert


def _insert(target: Expr, urls: list[str]) -> Counter[str]:
    duck_conn, _ = _session.get()
    rows: Counter[str] = Counter()

    def tally(names: pa.ChunkedArray) -> pa.Array:
        rows.update({each["values"]: each["counts"] for each in names.value_counts().to_pylist()})
        return pa.repeat(pa.scalar(value=True), len(names))

    # Of this COPY alone: other sessions have the same database.
    name = f"_ls_tally_{uuid.uuid4().hex}"
    duck_conn.create_function(name, tally, ["VARCHAR"], "BOOLEAN", type=ARROW, side_effects=True)
    files = exp.array(*map(exp.Literal.string, urls))
    read = exp.func("read_json_objects", files, copy_into.ReadJSON.make_eq("filename", value=True))
    records = exp.select("json").from_(exp.Table(this=read)).where(exp.func(name, exp.column("filename")))
    try:
        duck_conn.execute(exp.Insert(this=target, expression=records).sql("duckdb")).fetchall()
    finally:
        duck_conn.remove_function(name)
    return rows

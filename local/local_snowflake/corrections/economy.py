"""The same answers with less work: most of what a statement costs here is none of DuckDB's.

1. fakesnow rewrites a statement in some eighty walks over its tree, each through two layers of generators.
2. It parses a statement once to learn its kind and once to run it.
3. It parses and writes out again the SQL that it has just sent to DuckDB, to ask what columns the result has.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import fakesnow.cursor
import fakesnow.server
from fakesnow.cursor import FakeSnowflakeCursor
from sqlglot import Expr, exp

from local_snowflake.corrections.replacing import replace

_STATEMENTS_KEPT = 64
# Most of what stands in a statement, and nothing stands below it.
_LEAVES = frozenset({exp.Identifier, exp.Literal})


def apply() -> None:
    """Shorten the walks over statements, the parsing, and the question for a result's columns."""
    replace(exp.Expression, "transform", ["self", "fun", "args", "copy", "kwargs"], _walking_plainly)
    for module in (fakesnow.server, fakesnow.cursor):
        replace(module, "parse_one", ["command"], _remembering)
    replace(FakeSnowflakeCursor, "_describe_last_sql", ["self"], _asking_duckdb)


def _walking_plainly(_: Callable[..., Any]) -> Callable[..., Any]:
    def transform(self: Expr, fun: Callable[..., Any], *args: Any, copy: bool = True, **kwargs: Any) -> Any:
        first = self.copy() if copy else self
        root, stack = None, [first]
        while stack:
            node = stack.pop()
            # Before `fun`, which may hang the node somewhere else.
            parent, arg_key, index = node.parent, node.arg_key, node.index
            new = fun(node, *args, **kwargs)
            if node is first:
                root = new
            elif new is not node and parent and arg_key:
                parent.set(arg_key, new, index)
            if new is node and node.__class__ not in _LEAVES:
                stack += _children(node)
        return root

    return transform


def _children(node: Expr) -> list[Expr]:
    """The last one first."""
    children: list[Expr] = []
    for value in node.args.values():
        if isinstance(value, Expr):
            children.append(value)
        elif isinstance(value, list):
            children += [each for each in value if isinstance(each, Expr)]
    children.reverse()
    return children


def _remembering(parse: Callable[[str], Expr]) -> Callable[[str], Expr]:
    parsed = lru_cache(_STATEMENTS_KEPT)(parse)
    # A copy, as whoever runs a statement changes its tree.
    return lambda command: parsed(command).copy()


def _asking_duckdb(_: Callable[..., Any]) -> Callable[..., Any]:
    def _describe_last_sql(self: Any) -> list[Any]:
        described = self._duck_conn.execute(f"DESCRIBE {self._last_sql}", self._last_params)
        return list(described.fetchall())

    return _describe_last_sql

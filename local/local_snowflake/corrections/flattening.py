"""FLATTEN gives no rows for what holds nothing, one with OUTER => TRUE; TO_ARRAY leaves an array what it is.

fakesnow does not heed OUTER, fails on a VARIANT that is neither array nor object, and wraps arrays once more.
https://docs.snowflake.com/en/sql-reference/functions/flatten,
https://docs.snowflake.com/en/sql-reference/functions/to_array
"""

from collections.abc import Callable

from fakesnow import macros, transforms
from sqlglot import Expr, exp

from local_snowflake.corrections.replacing import replace

# Beside fakesnow's own macros, in every database, because views keep the names.
_MACROS = """
CREATE OR REPLACE MACRO {catalog}._ls_holder(input) AS
    CASE WHEN json_type(TO_JSON(input)) IN ('ARRAY', 'OBJECT') THEN TO_JSON(input) END;
CREATE OR REPLACE MACRO {catalog}._ls_held(input) AS
    CASE json_type(TO_JSON(input))
        WHEN 'ARRAY' THEN json_array_length(TO_JSON(input))
        WHEN 'OBJECT' THEN len(json_keys(TO_JSON(input)))
        ELSE 0 END;
CREATE OR REPLACE MACRO {catalog}._ls_to_array(input) AS
    CASE WHEN input IS NULL OR json_type(TO_JSON(input)) = 'NULL' THEN NULL
         WHEN json_type(TO_JSON(input)) = 'ARRAY' THEN TO_JSON(input) ELSE json_array(input) END;
CREATE OR REPLACE MACRO {catalog}._ls_flatten(input) AS TABLE
    SELECT * FROM {catalog}.main._fs_flatten({catalog}.main._ls_holder(input));
CREATE OR REPLACE MACRO {catalog}._ls_flatten_outer(input) AS TABLE
    SELECT * FROM {catalog}.main._fs_flatten({catalog}.main._ls_holder(input))
    UNION ALL
    SELECT hash(TO_JSON(input))::UBIGINT, NULL, '', NULL, NULL, TO_JSON(input) WHERE {catalog}.main._ls_held(input) = 0;
"""


def apply() -> None:
    """Correct what becomes of FLATTEN and TO_ARRAY."""
    replace(macros, "creation_sql", ["catalog"], _with_our_macros)
    replace(transforms, "flatten", ["expression"], _heeding_outer)
    replace(transforms, "array_construct_etc", ["expression"], _keeping_arrays)


def _with_our_macros(creation_sql: Callable[[str], str]) -> Callable[[str], str]:
    def with_ours(catalog: str) -> str:
        return creation_sql(catalog) + _MACROS.format(catalog=catalog)

    return with_ours


def _heeding_outer(flatten: Callable[[Expr], Expr]) -> Callable[[Expr], Expr]:
    def flattened(expression: Expr) -> Expr:
        table = flatten(expression)
        if table is not expression:
            arguments = expression.this.expressions
            table.this.set("this", "_ls_flatten_outer" if any(map(_is_outer, arguments)) else "_ls_flatten")
        return table

    return flattened


def _is_outer(argument: Expr) -> bool:
    return (
        isinstance(argument, exp.Kwarg)
        and argument.this.name.upper() == "OUTER"
        and argument.expression.sql().upper() == "TRUE"
    )


def _keeping_arrays(construct: Callable[[Expr], Expr]) -> Callable[[Expr], Expr]:
    def kept(expression: Expr) -> Expr:
        if isinstance(expression, exp.ToArray):
            return exp.Anonymous(this="_ls_to_array", expressions=[expression.this])
        return construct(expression)

    return kept

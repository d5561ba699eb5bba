"""Roles, just enough to meet a refusal: the role READER may look and not touch, every other role may do all.

The wording and numbers are those of an account: https://docs.snowflake.com/en/user-guide/security-access-control-privileges
"""

import sqlglot
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp
from sqlglot.errors import SqlglotError

READER = "READER"

# What a privilege would be missing on. Creating needs one on the schema, the rest on the object itself.
_WRITES: dict[type[Expr], str] = {
    exp.Create: "schema",
    exp.Insert: "table",
    exp.Update: "table",
    exp.Delete: "table",
    exp.Merge: "table",
    exp.Copy: "table",
    exp.Alter: "table",
    exp.Drop: "table",
    exp.TruncateTable: "table",
    exp.Put: "stage",
}


def refusal(role: str, sql: str, schema: str | None) -> ProgrammingError | None:
    """The error which an account answers to a statement that the role may not run, None if it may.

    `schema` is the session's current one.
    """
    if role != READER or (statement := _parsed(sql)) is None:
        return None
    kind = _WRITES.get(type(statement))
    if kind is None or statement.args.get("kind") == "SESSION":
        return None
    name = schema if kind == "schema" else _object_name(statement)
    message = f"SQL access control error:\nInsufficient privileges to operate on {kind} '{name}'"
    return ProgrammingError(msg=message, errno=3001, sqlstate="42501")


def _parsed(sql: str) -> Expr | None:
    """The statement, None if it cannot be read: then the engine words the error."""
    try:
        return sqlglot.parse_one(sql, read="snowflake")
    except SqlglotError:
        return None


def _object_name(statement: Expr) -> str:
    """The unqualified name of the table or stage that the statement would change."""
    if isinstance(statement, exp.Put):
        return str(statement.args["target"].name).lstrip("@").partition("/")[0].upper()
    table = statement.find(exp.Table)
    identifier = table.this if table else None
    if not isinstance(identifier, exp.Identifier):
        return ""
    return identifier.name if identifier.args.get("quoted") else identifier.name.upper()

"""Names of databases, schemas and tables: checked, then quoted, so that a name can never become a statement."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backlog_provider.exceptions import ConfigurationError

# https://docs.snowflake.com/en/sql-reference/identifiers-syntax
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,254}")
QUOTED = re.compile(r'"[^"\x00-\x1f]{1,255}"')


def identifier(text: str, argument: str) -> str:
    """Return the name that Snowflake understands by an identifier: upper case, or exactly what stands in quotes.

    :raises ConfigurationError: where it is none; the message names the argument.
    """
    if PLAIN.fullmatch(text):
        return text.upper()
    if QUOTED.fullmatch(text):
        return text[1:-1]
    raise ConfigurationError(
        f"{argument}: {text!r} is not an identifier; it starts with a letter or _, goes on with letters, digits, _, $, "
        'or stands in double quotes: BACKLOG_ISSUES, "my issues"'
    )


def quoted(name: str) -> str:
    """Return a name as SQL text."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class TableName:
    """The table that a load writes, by its exact names."""

    database: str
    schema: str
    table: str

    def sibling(self, table: str) -> TableName:
        """Return another table beside this one."""
        return TableName(self.database, self.schema, table)

    @property
    def sql(self) -> str:
        """Its full name as SQL text."""
        return ".".join(quoted(name) for name in (self.database, self.schema, self.table))

    def __str__(self) -> str:
        """Return its full name for people."""
        return f"{self.database}.{self.schema}.{self.table}"

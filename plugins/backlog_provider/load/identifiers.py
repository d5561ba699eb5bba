"""Names of databases, schemas and tables. They are checked, then quoted, to prevent SQL injection."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backlog_provider.exceptions import ConfigurationError

# https://docs.snowflake.com/en/sql-reference/identifiers-syntax
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,254}")
QUOTED = re.compile(r'"[^"\x00-\x1f]{1,255}"')


def identifier(text: str, argument: str) -> str:
    """Return the name that Snowflake resolves an identifier to: in upper case, or unchanged if it is quoted.

    :param text: the identifier as the user wrote it.
    :param argument: the name of the argument, for the error message.
    :raises ConfigurationError: if the text is not an identifier.
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
    """Return a name as a quoted SQL identifier.

    :param name: the exact name.
    """
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class TableName:
    """The full name of a table.

    :param database: the exact name of the database.
    :param schema: the exact name of the schema.
    :param table: the exact name of the table.
    """

    database: str
    schema: str
    table: str

    def sibling(self, table: str) -> TableName:
        """Return the name of another table in the same schema.

        :param table: the exact name of that table.
        """
        return TableName(self.database, self.schema, table)

    @property
    def sql(self) -> str:
        """The full name as SQL text, each part quoted."""
        return ".".join(quoted(name) for name in (self.database, self.schema, self.table))

    def __str__(self) -> str:
        """Return the full name for messages, without quotes."""
        return f"{self.database}.{self.schema}.{self.table}"

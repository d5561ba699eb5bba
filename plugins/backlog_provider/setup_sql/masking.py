"""Statements that tag columns with personal data, and mask them.

Takes Snowflake's Enterprise edition. A policy is asked with the roles of whoever reads, in a view too; the loader's own
role has to see everything, as a MERGE compares what is there with what comes.

https://docs.snowflake.com/en/user-guide/security-column-ddm-use, …/object-tagging
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.load.identifiers import TableName, quoted
from backlog_provider.load.sql import merge as merge_sql
from backlog_provider.load.sql.history import history_of
from backlog_provider.model.endpoint import Kind
from backlog_provider.setup_sql.account import ABOUT, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_provider.model.endpoint import Endpoint
    from backlog_provider.setup_sql.account import Names

TAG = "BACKLOG_PERSONAL"
# What a tag says of a column, and what stands in place of its values.
IDENTITY, RECORD = "identity", "record"
POLICIES = {
    IDENTITY: ("BACKLOG_MASK_TEXT", Kind.TEXT, "IFF(VAL IS NULL, NULL, '***')"),
    RECORD: ("BACKLOG_MASK_RECORD", Kind.JSON, "NULL"),
}


def part(names: Names) -> Part:
    """Return the statements; those of tables that are not there yet do nothing, until they are run again."""
    why = "Who sees people as they are. Run it again when an endpoint was loaded for the first time"
    return Part("ACCOUNTADMIN", why, tuple(_all(names)))


def personal_columns(endpoint: Endpoint) -> dict[str, str]:
    """Return the columns of an endpoint's table that tell who somebody is, and the tag of each.

    A record may name people anywhere, in texts about changes for instance: it is personal as a whole.
    """
    texts = {column.name: IDENTITY for column in endpoint.columns if column.is_personal}
    records = [name for name, kind in merge_sql.table_columns(endpoint).items() if kind is Kind.JSON]
    return texts | dict.fromkeys(records, RECORD)


def _all(names: Names) -> Iterator[str]:
    seeing = " OR ".join(f"IS_ROLE_IN_SESSION({_text(role)})" for role in (names.role, names.people) if role)
    for schema in names.schemas:
        tag = TableName(names.database, schema, TAG).sql
        yield f"CREATE TAG IF NOT EXISTS {tag} ALLOWED_VALUES {', '.join(map(_text, POLICIES))} {ABOUT}"
        for name, kind, instead in POLICIES.values():
            policy = TableName(names.database, schema, name).sql
            body = f"CASE WHEN {seeing} THEN VAL ELSE {instead} END"
            yield f"CREATE MASKING POLICY IF NOT EXISTS {policy} AS (VAL {kind.value}) RETURNS {kind.value} -> {body}"
            yield f"ALTER MASKING POLICY {policy} SET BODY -> {body}"
        for endpoint in CATALOGUE.values():
            table = TableName(names.database, schema, endpoint.table)
            yield from _of(endpoint, table)
            if endpoint.has_history:
                yield from _of(endpoint, history_of(table))


def _of(endpoint: Endpoint, table: TableName) -> Iterator[str]:
    for column, kind in personal_columns(endpoint).items():
        change = f"ALTER TABLE IF EXISTS {table.sql} MODIFY COLUMN {quoted(column)}"
        yield f"{change} SET TAG {table.sibling(TAG).sql} = {_text(kind)}"
        yield f"{change} SET MASKING POLICY {table.sibling(POLICIES[kind][0]).sql} FORCE"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"

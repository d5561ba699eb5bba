"""The statements that set an account up, with the least privileges that a load needs.

Each may be run again: what is there stays, and what is said of it here is said again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backlog_provider.load.identifiers import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

# Seconds without a statement.
SUSPEND_AFTER = 60
# What a load, its temporary table and stage, and the views take; what it creates it owns.
ON_SCHEMA = ("USAGE", "CREATE TABLE", "CREATE STAGE", "CREATE VIEW")
BLANK = "PASTE THE PUBLIC KEY HERE, WITHOUT ITS FIRST AND LAST LINE"
ABOUT = "COMMENT = 'Nulab Backlog to Snowflake'"


@dataclass(frozen=True)
class Part:
    """Statements that one role runs.

    :param why: what for, a comment of the script.
    """

    role: str
    why: str
    statements: tuple[str, ...]


@dataclass(frozen=True)
class Names:
    """The exact names of what is made.

    :param reader: the role that may read the tables; None makes none.
    :param people: the role that sees people as they are, where they are masked; None masks nothing.
    """

    database: str
    schemas: tuple[str, ...]
    role: str
    user: str
    warehouse: str
    reader: str | None = None
    people: str | None = None

    @property
    def roles(self) -> list[str]:
        """The roles that are made."""
        return [name for name in (self.role, self.reader, self.people) if name]

    @property
    def schemas_sql(self) -> list[str]:
        """The full names of the schemas, as SQL text."""
        return [f"{quoted(self.database)}.{quoted(schema)}" for schema in self.schemas]


def parts(names: Names, key: str | None, credit_quota: int | None = None) -> list[Part]:
    """Return the statements, in order, by the role that runs them.

    :param key: the user's public key, Base64; None leaves a blank, with which Snowflake refuses the statement.
    :param credit_quota: credits in a month at which the warehouse is suspended; None sets no limit.
    """
    found = [
        Part("USERADMIN", "Who loads: a user without a password, and a role of its own", tuple(_people(names, key))),
        Part("SYSADMIN", "Where it works and where the tables are", tuple(_places(names))),
        Part("SECURITYADMIN", "What the roles may do there", tuple(_grants(names))),
    ]
    if credit_quota is not None:
        spend = tuple(_limit(names, credit_quota))
        found.append(Part("ACCOUNTADMIN", "What the warehouse may spend in a month", spend))
    return found


def _people(names: Names, key: str | None) -> Iterator[str]:
    role, user = quoted(names.role), quoted(names.user)
    for each in names.roles:
        yield f"CREATE ROLE IF NOT EXISTS {quoted(each)} {ABOUT}"
        # So that whoever administers the account may do what the role may: Snowflake's advice for every role.
        yield f"GRANT ROLE {quoted(each)} TO ROLE SYSADMIN"
    yield f"CREATE USER IF NOT EXISTS {user} TYPE = SERVICE {ABOUT}"
    yield f"ALTER USER {user} SET DEFAULT_ROLE = {role} DEFAULT_WAREHOUSE = {quoted(names.warehouse)}"
    yield f"ALTER USER {user} SET RSA_PUBLIC_KEY = '{key or BLANK}'"
    yield f"GRANT ROLE {role} TO USER {user}"


def _places(names: Names) -> Iterator[str]:
    yield (
        f"CREATE WAREHOUSE IF NOT EXISTS {quoted(names.warehouse)} WAREHOUSE_SIZE = XSMALL "
        f"AUTO_SUSPEND = {SUSPEND_AFTER} AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE {ABOUT}"
    )
    yield f"CREATE DATABASE IF NOT EXISTS {quoted(names.database)} {ABOUT}"
    for schema in names.schemas_sql:
        yield f"CREATE SCHEMA IF NOT EXISTS {schema} {ABOUT}"


def _grants(names: Names) -> Iterator[str]:
    role, database = quoted(names.role), quoted(names.database)
    yield f"GRANT USAGE ON WAREHOUSE {quoted(names.warehouse)} TO ROLE {role}"
    yield f"GRANT USAGE ON DATABASE {database} TO ROLE {role}"
    for schema in names.schemas_sql:
        yield f"GRANT {', '.join(ON_SCHEMA)} ON SCHEMA {schema} TO ROLE {role}"
    if names.reader:
        reader = quoted(names.reader)
        yield f"GRANT USAGE ON DATABASE {database} TO ROLE {reader}"
        for schema in names.schemas_sql:
            yield f"GRANT USAGE ON SCHEMA {schema} TO ROLE {reader}"
            for which in ("ALL TABLES", "FUTURE TABLES", "ALL VIEWS", "FUTURE VIEWS"):
                yield f"GRANT SELECT ON {which} IN SCHEMA {schema} TO ROLE {reader}"


def _limit(names: Names, credit_quota: int) -> Iterator[str]:
    monitor, warehouse = quoted(names.warehouse), quoted(names.warehouse)
    yield (
        f"CREATE RESOURCE MONITOR IF NOT EXISTS {monitor} WITH CREDIT_QUOTA = {credit_quota} FREQUENCY = MONTHLY "
        "START_TIMESTAMP = IMMEDIATELY TRIGGERS ON 80 PERCENT DO NOTIFY ON 100 PERCENT DO SUSPEND"
    )
    yield f"ALTER RESOURCE MONITOR {monitor} SET CREDIT_QUOTA = {credit_quota}"
    yield f"ALTER WAREHOUSE {warehouse} SET RESOURCE_MONITOR = {monitor}"

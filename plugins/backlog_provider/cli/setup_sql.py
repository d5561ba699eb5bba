"""``setup-sql``: prints the script that prepares a Snowflake account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from backlog_provider.cli.command import Command
from backlog_provider.exceptions import ConfigurationError
from backlog_provider.load.identifiers import identifier
from backlog_provider.setup_sql.account import BLANK, Names, Part, parts
from backlog_provider.setup_sql.key_pair import HOW, public_key

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

DEFAULTS = {
    "database": ("RAW", "the database"),
    "role": ("BACKLOG_LOADER", "the loader's role"),
    "user": ("BACKLOG_LOADER", "the loader's user"),
    "warehouse": ("BACKLOG_XS", "the warehouse of the loads"),
    "reader": (None, "a role that may read the tables and views; default: none is made"),
    "people": ("BACKLOG_PEOPLE", "with --masking: the role that sees people as they are"),
}
SCHEMA = "BACKLOG"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the subcommand takes."""
    parser.add_argument("--schema", action="append", metavar="NAME", help=f"again for each space; default: {SCHEMA}")
    for name, (value, about) in DEFAULTS.items():
        default = f"; default: {value}" if value else ""
        parser.add_argument(f"--{name}", default=value, metavar="NAME", help=f"{about}{default}")
    parser.add_argument("--public-key", metavar="FILE", help="the user's RSA public key, PEM; default: a blank to fill")
    parser.add_argument("--masking", action="store_true", help="mask names and mail addresses; Enterprise edition")
    parser.add_argument("--credit-quota", type=int, metavar="N", help="suspend the warehouse at N credits in a month")
    parser.add_argument("-o", "--output", metavar="FILE", help="default: the standard output")


def check(given: argparse.Namespace) -> None:
    """Check the arguments.

    :raises ConfigurationError: for a name that is no identifier, a key that is none, or no number of credits.
    """
    _names(given)
    if given.public_key is not None:
        public_key(given.public_key)
    if given.credit_quota is not None and given.credit_quota < 1:
        raise ConfigurationError("--credit-quota: it is a number of credits, 1 or more")


def run(given: argparse.Namespace) -> None:
    """Write the script.

    :raises ConfigurationError: where the file cannot be written.
    """
    from backlog_provider.cli.output import destination

    key = public_key(given.public_key) if given.public_key else None
    names = _names(given)
    found = parts(names, key, given.credit_quota)
    if names.people:
        from backlog_provider.setup_sql import masking

        found.append(masking.part(names))
    with destination(given.output) as file:
        file.write("\n".join(_script(names, found, has_key=key is not None)).encode())


def _names(given: argparse.Namespace) -> Names:
    names = {name: identifier(getattr(given, name), f"--{name}") if getattr(given, name) else None for name in DEFAULTS}
    missing = next((name for name in ("database", "role", "user", "warehouse") if not names[name]), None)
    if missing:
        raise ConfigurationError(f"--{missing}: it is empty; name one, or leave it out")
    return Names(
        str(names["database"]),
        tuple(dict.fromkeys(identifier(schema, "--schema") for schema in given.schema or [SCHEMA])),
        str(names["role"]),
        str(names["user"]),
        str(names["warehouse"]),
        names["reader"],
        names["people"] if given.masking else None,
    )


def _script(names: Names, found: Sequence[Part], *, has_key: bool) -> Iterator[str]:
    roles = ", ".join(dict.fromkeys(part.role for part in found))
    yield "-- Nulab Backlog to Snowflake: what the account needs. It may be run again, whole."
    yield f"-- Run it as somebody who has the roles {roles}."
    if not has_key:
        yield f"-- One blank to fill: the public key of the user, made with: {HOW}"
        yield f"--   {BLANK}"
    for part in found:
        yield f"\n-- {part.why}."
        yield f"USE ROLE {part.role};"
        yield from (f"{statement};" for statement in part.statements)
    yield "\n-- The connection in Airflow, with your account and the private key in place of the dots:"
    yield f"-- AIRFLOW_CONN_SNOWFLAKE_DEFAULT='{json.dumps(_connection(names), ensure_ascii=False)}'\n"


def _connection(names: Names) -> dict[str, object]:
    def name(exact: str) -> str:
        return exact if exact.isupper() and exact.isidentifier() else f'"{exact}"'

    where = {"database": name(names.database), "warehouse": name(names.warehouse), "role": name(names.role)}
    extra = {"account": "…", **where, "private_key_content": "…"}
    return {"conn_type": "snowflake", "login": names.user, "schema": name(names.schemas[0]), "extra": extra}


COMMAND = Command(
    help="print the SQL that sets a Snowflake account up",
    description="Prints a script that makes what a load needs: role, user with a key pair, warehouse, database and "
    "schemas, and grants no more than it takes. It connects to nothing, and running it again changes nothing.",
    add_arguments=add_arguments,
    check=check,
    run=run,
)

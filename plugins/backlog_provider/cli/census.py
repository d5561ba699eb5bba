"""``census``: compares tables with the space, and corrects what differs."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

from backlog_provider import arguments
from backlog_provider.catalogue import CATALOGUE, WEEKLY, find
from backlog_provider.cli import connection_args
from backlog_provider.cli.command import Command
from backlog_provider.exceptions import ConfigurationError
from backlog_provider.load.identifiers import identifier
from backlog_provider.transform import pii

if TYPE_CHECKING:
    import argparse

    from backlog_provider.catalogue import Endpoint
    from backlog_provider.hooks.backlog import BacklogHook

# A census of these takes a request for each issue, wiki, document or pull request.
MORE = [name for name, endpoint in CATALOGUE.items() if endpoint.has_census and name not in WEEKLY]
# What does not fit a narrow terminal is better broken there than cut off here.
WIDTH = 100
COLUMNS = (
    *("endpoint", "mode", "listed", "unknown", "outdated", "deleted"),
    *("trashed", "unobserved", "project_archived", "access_lost"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the subcommand takes."""
    parser.add_argument(
        "endpoints",
        nargs="*",
        metavar="ENDPOINT",
        help=f"default: {', '.join(WEEKLY)}; with more requests: {', '.join(MORE)}",
    )
    connection_args.add_arguments(parser)
    parser.add_argument("--table", metavar="NAME", help="its table, for one endpoint; default: BACKLOG_<ENDPOINT>")
    parser.add_argument("--project-keys", metavar="KEY,…", help="these projects only")
    parser.add_argument(
        "--allow-mass-deletion", action="store_true", help="mark even more than a tenth of a project's rows at once"
    )
    parser.add_argument(
        "--accept-count-difference",
        metavar="N",
        default="0",
        help="compare where the space counts more records than it lists, by so many at most",
    )
    connection_args.add_pii_argument(parser, "the connection's pii_secret")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")


def check(given: argparse.Namespace) -> None:
    """Check the arguments.

    :raises ConfigurationError: for one that cannot work.
    """
    connection_args.check(given)
    for name in given.endpoints:
        arguments.check_census(find(name))
    if given.table is not None:
        identifier(given.table, "--table")
        if len(given.endpoints) != 1:
            raise ConfigurationError("--table: it is the table of one endpoint; name that endpoint alone")
    arguments.project_keys(given.project_keys)
    arguments.count(given.accept_count_difference, "--accept-count-difference")


def run(given: argparse.Namespace) -> None:
    """Take the census, and print what was found.

    :raises BacklogError: as ``census.run``.
    """
    with connection_args.connections():
        from backlog_provider.hooks.backlog import BacklogHook

        with closing(BacklogHook(given.backlog_conn_id)) as hook:
            found = [_taken(given, hook, find(name)) for name in given.endpoints or WEEKLY]
    if given.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        _print(found)


def _taken(given: argparse.Namespace, hook: BacklogHook, endpoint: Endpoint) -> dict[str, Any]:
    from backlog_provider.extract.stream import Reader
    from backlog_provider.hooks.snowflake import Destination, TableConnection
    from backlog_provider.load.sync_state import COMMAND_LINE
    from backlog_provider.sync import reconcile

    table = given.table or endpoint.table
    options: dict[str, Any] = {
        "allow_mass_deletion": given.allow_mass_deletion,
        "accept_count_difference": arguments.count(given.accept_count_difference, "--accept-count-difference"),
        "protect": pii.pii_filter(given.pii, hook.pii_secret, named=hook.named("pii_secret")),
    }
    destination = Destination.of(given.snowflake_conn_id, database=given.database, schema=given.schema, table=table)
    with closing(TableConnection(destination, endpoint, space=hook.space, run=COMMAND_LINE)) as warehouse:
        reader = Reader(hook.client, endpoint, arguments.project_keys(given.project_keys))
        outcome, findings = reconcile.run(reader, endpoint, warehouse.open, **options)
    return {**outcome.summary(), "table": table, **findings.summary()}


def _print(found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in COLUMNS:
        is_text = name in ("endpoint", "mode")
        table.add_column(name.replace("_", " "), justify="left" if is_text else "right", no_wrap=True)
    for each in found:
        table.add_row(*(f"{each[name]:,}" if isinstance(each[name], int) else str(each[name]) for name in COLUMNS))
    Console(width=max(Console().width, WIDTH), highlight=False).print(table)


COMMAND = Command(
    help="compare the tables with the space, and mark what has gone",
    description="Lists the keys and versions of everything, compares them with the rows, loads what the tables lack "
    "and marks what has gone. Rows of projects out of sight, and of archived ones, are left alone.",
    add_arguments=add_arguments,
    check=check,
    run=run,
)

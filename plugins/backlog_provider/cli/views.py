"""``views``: creates the views over the tables, or prints their SQL."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING

from backlog_provider.cli import connection_args
from backlog_provider.cli.command import Command
from backlog_provider.exceptions import ConfigurationError
from backlog_provider.load.identifiers import identifier, quoted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from backlog_provider.views.deployment import Deployed

# What does not fit a narrow terminal is better broken there than cut off here.
WIDTH = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the subcommand takes."""
    connection_args.add_snowflake_arguments(parser)
    parser.add_argument("--print", action="store_true", help="print the SQL of all views, and connect to nothing")


def check(given: argparse.Namespace) -> None:
    """Check the arguments.

    :raises ConfigurationError: for one that cannot work.
    """
    connection_args.check(given)
    if given.print and given.database and not given.schema:
        raise ConfigurationError("--database: a name needs its schema as well; add --schema")


def run(given: argparse.Namespace) -> None:
    """Make the views, and print what became of each; or print their SQL.

    :raises BacklogError: as ``deploy`` does.
    """
    if given.print:
        _print_statements(given)
    else:
        _print(_deployed(given))


def _deployed(given: argparse.Namespace) -> list[Deployed]:
    with connection_args.connections():
        from backlog_provider.hooks.snowflake import Destination, log_in
        from backlog_provider.load.sql.merge import STATE_TABLE
        from backlog_provider.load.sync_state import COMMAND_LINE
        from backlog_provider.views.deployment import deploy

        destination = Destination.of(
            given.snowflake_conn_id,
            database=given.database,
            schema=given.schema,
            table=STATE_TABLE,  # the schema is what matters
        )
        session, target = log_in(destination, COMMAND_LINE)
        with closing(session):
            return deploy(session, target.database, target.schema)


def _print_statements(given: argparse.Namespace) -> None:
    from backlog_provider.views import VIEWS
    from backlog_provider.views.deployment import create

    names = [(getattr(given, name), name) for name in ("database", "schema")]
    where = ".".join(quoted(identifier(text, name)) for text, name in names if text)
    for view in VIEWS.values():
        sys.stdout.write(f"{create(view, where or None)};\n\n")


def _print(deployed: Sequence[Deployed]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("view", "", ""):
        table.add_column(name, no_wrap=True)
    for each in deployed:
        table.add_row(each.view, each.action, each.reason)
    Console(width=max(Console().width, WIDTH), highlight=False).print(table)


COMMAND = Command(
    help="make the views over the tables, or print their SQL",
    description="Makes the views in the schema that has the tables, where they are not there yet or their definition "
    "has changed. One whose tables are not there is left out. None of it takes a warehouse.",
    add_arguments=add_arguments,
    check=check,
    run=run,
)

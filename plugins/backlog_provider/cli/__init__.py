"""The command line: one module per subcommand, in one table."""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from typing import TYPE_CHECKING, NoReturn

from backlog_provider.cli import authorize, catalogue, census, export, plan, setup_sql, views
from backlog_provider.exceptions import BacklogError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backlog_provider.cli.command import Command

COMMANDS: dict[str, Command] = {
    "plan": plan.COMMAND,
    "census": census.COMMAND,
    "catalogue": catalogue.COMMAND,
    "views": views.COMMAND,
    "export": export.COMMAND,
    "authorize": authorize.COMMAND,
    "setup-sql": setup_sql.COMMAND,
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments, and repeats no value of an unknown one: it may be a misspelt key's."""

    def error(self, message: str) -> NoReturn:
        """End the program with exit code 2."""
        what, unknown, values = message.partition("unrecognized arguments: ")
        if unknown:
            names = [word.partition("=")[0] for word in values.split() if word.startswith("-")]
            message = what + unknown + " ".join(names or ["one too many"])
        super().error(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand, and return the exit code: 0, 1 where something failed, 2 where the arguments cannot work."""
    parser = Parser(prog="python -m backlog_provider", description=__doc__)
    parser.description = "Nulab Backlog to Snowflake."
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.help, description=command.description, allow_abbrev=False)
        command.add_arguments(subparser)
        subparser.set_defaults(command=command, refuse=subparser.error)
    given = parser.parse_args(arguments)
    try:
        given.command.check(given)
    except ConfigurationError as error:
        given.refuse(str(error))
    _quiet()
    try:
        given.command.run(given)
    except BacklogError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _quiet() -> None:
    """Leave the terminal to the command: what libraries have to say is for tasks' logs."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)

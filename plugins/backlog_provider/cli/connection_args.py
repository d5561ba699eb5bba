"""Arguments that most subcommands share: connections, database, schema."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from backlog_provider.exceptions import ConfigurationError
from backlog_provider.load.identifiers import identifier
from backlog_provider.transform import pii

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the connections, and where the tables are."""
    parser.add_argument("--backlog-conn-id", default="backlog_default", metavar="ID", help="default: %(default)s")
    add_snowflake_arguments(parser)


def add_snowflake_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the Snowflake connection, and where the tables are."""
    parser.add_argument("--snowflake-conn-id", default="snowflake_default", metavar="ID", help="default: %(default)s")
    parser.add_argument("--database", metavar="NAME", help="where the tables are; default: the connection's")
    parser.add_argument("--schema", metavar="NAME", help="likewise")


def add_pii_argument(parser: argparse.ArgumentParser, secret: str) -> None:
    """Add the argument that says what becomes of people.

    :param secret: where the secret of hashes comes from, for people.
    """
    about = f"names and mail addresses of people: as they are, as hashes with {secret}, or null; default: %(default)s"
    parser.add_argument("--pii", choices=pii.MODES, default=pii.KEEP, help=about)


def check(given: argparse.Namespace) -> None:
    """Check them.

    :raises ConfigurationError: for a name that is no identifier.
    """
    for name in ("database", "schema"):
        if getattr(given, name) is not None:
            identifier(getattr(given, name), f"--{name}")


@contextmanager
def connections() -> Iterator[None]:
    """Let hooks find connections wherever Airflow keeps them, and its errors be of one line.

    Outside of a task Airflow looks into the environment and secrets backends alone, unless the process says that it
    may read the metadata database too; Airflow's own commands say it in this way (3.1 to 3.3).

    :raises ConfigurationError: for a connection that does not exist, or cannot be used.
    """
    os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"
    from airflow.providers.common.compat.sdk import AirflowException, AirflowNotFoundException

    try:
        yield
    except AirflowNotFoundException as error:
        raise ConfigurationError(f"{error}; create it in the UI, or as AIRFLOW_CONN_<ID>") from None
    except AirflowException as error:
        raise ConfigurationError(" ".join(str(error).split())) from None

"""``export``: writes the rows of an endpoint to a file, without Airflow's database or Snowflake."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backlog_provider import arguments
from backlog_provider.catalogue import CATALOGUE, find
from backlog_provider.cli import connection_args, output
from backlog_provider.cli.command import Command
from backlog_provider.cli.formats import FORMATS
from backlog_provider.exceptions import BacklogError, ConfigurationError
from backlog_provider.transform import pii

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from backlog_provider.api.client import Client
    from backlog_provider.catalogue import Endpoint
    from backlog_provider.extract.page import Page
    from backlog_provider.extract.stream import Reader
    from backlog_provider.model.record import Record
    from backlog_provider.transform.pii import PiiFilter

# Activities are exported as the thirteen fields that everybody's tables of them have, in lower case.
FLAT = {"activities": 13}
ENDINGS = {".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the subcommand takes."""
    parser.add_argument("endpoint", metavar="ENDPOINT", help=", ".join(CATALOGUE))
    parser.add_argument("--host", metavar="URL", help="the space's address; default: BACKLOG_HOST of the environment")
    parser.add_argument(
        "--api-key",
        metavar="KEY",
        help="default, and better, BACKLOG_API_KEY of the environment: what stands on a command line, ps shows to all",
    )
    parser.add_argument("--backlog-conn-id", metavar="ID", help="instead of both: a connection of Airflow")
    parser.add_argument("--project-keys", metavar="KEY,…", help="these projects only")
    parser.add_argument("--since", metavar="TIME", help="start of a window, inclusive: 2026-01-31T09:30:00+09:00")
    parser.add_argument("--until", metavar="TIME", help="end of a window, exclusive")
    connection_args.add_pii_argument(parser, "BACKLOG_PII_SECRET of the environment, or the connection's pii_secret")
    parser.add_argument("--raw", action="store_true", help="the records as the API sent them, not the table's columns")
    parser.add_argument("--format", choices=list(FORMATS), help="default: by the ending of FILE, else json")
    parser.add_argument("-o", "--output", metavar="FILE", help="default: the standard output")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress")


def check(given: argparse.Namespace) -> None:
    """Check the arguments.

    :raises ConfigurationError: for one that cannot work.
    """
    endpoint = find(given.endpoint)
    arguments.check_mode(endpoint, arguments.window_of(given.since, given.until), full_refresh=False)
    arguments.project_keys(given.project_keys)
    if given.backlog_conn_id and (given.host or given.api_key):
        raise ConfigurationError("--backlog-conn-id: it names host and key; leave out --host and --api-key")
    if given.raw and _format(given) == "csv":
        raise ConfigurationError("--raw: records have no columns; write them as json or ndjson")


def run(given: argparse.Namespace) -> None:
    """Export.

    :raises BacklogError: as reading does, and where the file cannot be written.
    """
    try:
        _export(given, find(given.endpoint))
    except BrokenPipeError:
        # Whoever read has seen enough; nor should the interpreter complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        kept = f"; {given.output} is as it was" if given.output else ""
        raise BacklogError(f"interrupted{kept}") from None


def _export(given: argparse.Namespace, endpoint: Endpoint) -> None:
    from backlog_provider.extract.stream import Reader

    with ExitStack() as stack:
        client, protect = _client(given, stack)
        reader = Reader(client, endpoint, arguments.project_keys(given.project_keys))
        file = stack.enter_context(output.destination(given.output))
        tell = stack.enter_context(output.progress(quiet=given.quiet))
        names, shape = _shape(endpoint, protect, raw=given.raw)
        counter = _Counter(endpoint, reader, tell)
        pages = counter.counted(_pages(given, reader))
        rows = ([shape(record, page.parent) for record in page.records] for page in pages)
        for some in FORMATS[_format(given)](rows, names):
            file.write(some)
    if not given.quiet:
        sys.stderr.write(f"{counter}\n")


def _client(given: argparse.Namespace, stack: ExitStack) -> tuple[Client, PiiFilter | None]:
    """Return what reads, and what is to be done to people."""
    if given.backlog_conn_id:
        stack.enter_context(connection_args.connections())
        from backlog_provider.hooks.backlog import BacklogHook

        hook = stack.enter_context(closing(BacklogHook(given.backlog_conn_id)))
        return hook.client, pii.pii_filter(given.pii, hook.pii_secret, named=hook.named("pii_secret"))
    from backlog_provider.api import session
    from backlog_provider.api.client import Client

    host = session.base_url(given.host or os.environ.get("BACKLOG_HOST"), named="BACKLOG_HOST or --host")
    key = session.api_key(given.api_key or os.environ.get("BACKLOG_API_KEY"), named="BACKLOG_API_KEY or --api-key")
    protect = pii.pii_filter(given.pii, os.environ.get("BACKLOG_PII_SECRET"), named="BACKLOG_PII_SECRET")
    return stack.enter_context(closing(Client(session.open_session(session.ApiKeyAuth(key)), host))), protect


def _pages(given: argparse.Namespace, reader: Reader) -> Iterator[Page]:
    window = arguments.window_of(given.since, given.until)
    return reader.window(window) if window else reader.pages(None)


def _shape(
    endpoint: Endpoint, protect: PiiFilter | None, *, raw: bool
) -> tuple[list[str], Callable[[Record, Record | None], dict[str, Any]]]:
    """Return the names of an export's columns, and what makes a row of a record, and of what its list is of."""
    from backlog_provider.transform.rows import row_maker

    names = [column.name for column in endpoint.columns]
    if raw:
        return names, lambda record, _: protect(record) if protect else record
    make = row_maker(endpoint, protect)
    if endpoint.name in FLAT:
        lower = {name: name.lower() for name in names[: FLAT[endpoint.name]]}
        return list(lower.values()), lambda record, parent: _renamed(make(record, parent), lower)
    same = {name: name for name in names}
    return names, lambda record, parent: _renamed(make(record, parent), same)


def _renamed(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {new: row.get(name) for name, new in names.items()}


def _format(given: argparse.Namespace) -> str:
    return str(given.format or ENDINGS.get(Path(given.output or "").suffix.lower(), "json"))


class _Counter:
    """How much has been exported; its text is for people."""

    def __init__(self, endpoint: Endpoint, reader: Reader, tell: Callable[[str], None]) -> None:
        self._endpoint = endpoint
        self._reader = reader
        self._tell = tell
        self._records = 0
        self._there: int | None = None

    def counted(self, pages: Iterator[Page]) -> Iterator[Page]:
        for page in pages:
            self._records += len(page.records)
            self._tell(str(self))
            yield page
            if page.check:
                _, self._there = page.check.count()

    def __str__(self) -> str:
        text = f"{self._endpoint}: {self._records:,} records in {self._reader.requests:,} requests"
        if self._there is None or self._there == self._records:
            return text
        return f"{text}; the space counts {self._there:,}: it has changed meanwhile"


COMMAND = Command(
    help="the rows of an endpoint to a file, without a database",
    description="Reads an endpoint, all of it or a window, and writes the rows that its table would have, without "
    "loading them. Needs neither Airflow's database nor Snowflake: the space is named by BACKLOG_HOST and "
    "BACKLOG_API_KEY in the environment. Activities come as thirteen fields in lower case.",
    add_arguments=add_arguments,
    check=check,
    run=run,
)

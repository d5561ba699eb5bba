"""``catalogue``: the endpoints that the provider knows, how each is read, and its requests."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from backlog_provider.catalogue import CATALOGUE, DAILY, HOURLY, Changes, Feed, Snapshot
from backlog_provider.cli.command import Command

if TYPE_CHECKING:
    import argparse

    from backlog_provider.catalogue import Endpoint

# What people see of it: the rest follows from the name, or is seldom asked for.
SHOWN = ("endpoint", "key", "read", "every", "full load", "increment", "only for")
# What does not fit a narrow terminal is better broken there than cut off here.
WIDTH = 250


@dataclass(frozen=True)
class Words:
    """A style of reading, in words for people.

    :param read: what a run reads.
    :param mark: what is kept of it for the next run.
    :param full: the requests that a full load takes.
    :param increment: the requests that a later run takes.
    """

    read: str
    mark: str
    full: str
    increment: str


# By style, of endpoints that are one list. A style that is not here has no words yet: a line each.
ALONE: dict[type, Words] = {
    Snapshot: Words("the whole list, where it has changed", "digest of the list", "1", "1"),
    Feed: Words("the feed behind the last id", "id", "about 1 per 100", "1 per 100 new, at least 1"),
    Changes: Words("what was updated since the mark", "time of update", "1 per 100, and 3", "1 up to 100 changes"),
}


# What a list is under, in the singular.
NOUNS = {
    "projects": "project",
    "users": "user",
    "myself": "user of the key",
    "issues": "issue",
    "wiki_pages": "wiki",
    "documents": "document",
    "repositories": "repository",
    "pull_requests": "pull request",
}


def words_of(endpoint: Endpoint) -> Words:
    """Return the words for how an endpoint is read."""
    if endpoint.under is None:
        words = ALONE[type(endpoint.style)]
        if isinstance(endpoint.style, Changes) and endpoint.style.count is None:
            # From the beginning, by pages that overlap.
            return replace(words, full="1 per 99, and 1")
        return words
    parent = endpoint.under.parent
    one = NOUNS[parent.name]
    if isinstance(endpoint.style, Feed):
        return Words(f"each {one}'s feed behind its last id", "ids", f"1 per {one} at least", f"1 per {one}")
    if endpoint.under.change_events:
        return Words(f"each {one} that the feed names", "id of the feed", f"1 per {one}", f"1, and 1 per {one} named")
    if isinstance(parent.style, Changes):
        updated = f"as {parent.name}, and 1 per {one} updated"
        return Words(f"each {one} that was updated", "time of update", f"as {parent.name}, and 1 per {one}", updated)
    return Words(f"each {one}'s list, where it has changed", "digests of the lists", f"1 per {one}", f"1 per {one}")


def described(endpoint: Endpoint) -> dict[str, str]:
    """Return what there is to say of an endpoint, by heading."""
    words = words_of(endpoint)
    return {
        "endpoint": endpoint.name,
        "table": endpoint.table,
        "path": endpoint.path,
        "key": ", ".join(endpoint.key),
        "read": words.read,
        "every": "hour" if endpoint.name in HOURLY else "night" if endpoint.name in DAILY else "",
        "mark": words.mark,
        "full load": words.full,
        "increment": words.increment,
        "only for": (endpoint.role or "").replace("an ", "").replace("a project", "project"),
    }


def markdown(endpoints: list[dict[str, str]]) -> str:
    """Return the table of the reference, in Markdown."""
    lines = ["| " + " | ".join(SHOWN) + " |", "|---" * len(SHOWN) + "|"]
    for each in endpoints:
        cells = [f"`{each[name]}`" if name == "endpoint" else each[name] for name in SHOWN]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the subcommand takes."""
    parser.add_argument("--format", choices=["table", "markdown", "json"], default="table", help="default: %(default)s")


def check(_: argparse.Namespace) -> None:
    """Accept any arguments that the parser does."""


def run(given: argparse.Namespace) -> None:
    """Print the catalogue."""
    endpoints = [described(endpoint) for endpoint in CATALOGUE.values()]
    if given.format == "json":
        sys.stdout.write(json.dumps(endpoints, indent=2) + "\n")
    elif given.format == "markdown":
        sys.stdout.write(markdown(endpoints) + "\n")
    else:
        _print(endpoints)


def _print(endpoints: list[dict[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*SHOWN, box=None, pad_edge=False, header_style="bold")
    for column in table.columns:
        column.no_wrap = True
    for each in endpoints:
        table.add_row(*(each[name] for name in SHOWN))
    console = Console(width=max(Console().width, WIDTH), highlight=False)
    console.print(table)
    console.print("\nfull load, increment: requests; and 1 for the list of projects where a task before has not asked.")


COMMAND = Command(
    help="the endpoints, how each is read, and in how many requests",
    description="The endpoints that the provider knows by name: table, path and key, what a run reads and what is kept "
    "of it as the mark, what a full load and an increment cost in requests, and the role that the key's user needs.",
    add_arguments=add_arguments,
    check=check,
    run=run,
)

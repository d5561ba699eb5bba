"""``python -m backlog_demo demo | ui | sql QUERY``: what the Makefile's targets call."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from backlog_demo import report, story
from backlog_demo.world import DAG_ID, DIRECTORY, running


def main() -> int:
    """Run a command; the exit code is 0 where it worked, 1 where it did not, 130 where it was interrupted."""
    parser = argparse.ArgumentParser(prog="backlog_demo", description=__doc__)
    parser.add_argument("command", choices=("demo", "ui", "sql"))
    parser.add_argument("query", nargs="?", default=report.QUERIES[0], help="for sql: what to ask")
    parser.add_argument("--directory", type=Path, default=DIRECTORY, help="where everything is kept")
    arguments = parser.parse_args()
    console = Console(highlight=False)
    try:
        if arguments.command == "sql":
            from backlog_demo.sql import ask

            ask(arguments.directory, arguments.query, console)
        else:
            _demo(console, arguments.directory, stay=arguments.command == "ui")
    except RuntimeError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("interrupted; nothing was left running", style="yellow")
        return 130
    return 0


def _demo(console: Console, directory: Path, *, stay: bool) -> None:
    with running(directory, told=console.print) as world:
        story.tell(world, console)
        story.further(console)
        if stay:
            console.print(f"\nAirflow's UI, until Ctrl-C: [bold]{world.airflow.url}/dags/{DAG_ID}[/]", soft_wrap=True)
            with suppress(KeyboardInterrupt):
                signal.pause()


if __name__ == "__main__":
    sys.exit(main())

"""Plans as a table or as JSON."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backlog_provider.dry_run.plan import RunPlan

# What does not fit a narrow terminal is better broken there than cut off here.
WIDTH = 140


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show which endpoint is being asked about, while that takes; nothing where nobody watches a terminal."""
    with Console(stderr=True).status("…") as status:
        yield lambda endpoint: status.update(f"asking how much there is of {endpoint}")


@dataclass(frozen=True)
class Report:
    """What was planned.

    :param space: the Backlog space.
    :param asked: the requests that planning took.
    """

    space: str
    asked: int
    plans: list[RunPlan]

    def print_json(self, *, sql: bool) -> None:
        """Print one JSON object."""
        endpoints = [
            {**planned.summary(), **({"statements": planned.statements} if sql else {})} for planned in self.plans
        ]
        report = {"space": self.space, "requests_made": self.asked, "endpoints": endpoints}
        sys.stdout.write(json.dumps(report, indent=2) + "\n")

    def print_table(self, *, sql: bool) -> None:
        """Print a table, what its signs mean, and the statements where they are asked for."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("endpoint", "mode", "mark", "from"):
            table.add_column(name, no_wrap=True)
        for name in ("records", "requests", "time"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        for planned in self.plans:
            table.add_row(*_row(planned))
        console = Console(width=max(Console().width, WIDTH), soft_wrap=True, highlight=False)
        console.print(table)
        console.print(f"\nSpace {self.space}; asked with {self.asked} requests, nothing was written. ~ is an estimate.")
        if sql:
            for planned in self.plans:
                _print_statements(console, planned)


def _row(planned: RunPlan) -> list[str]:
    if planned.mode == "skipped":
        return [planned.endpoint, planned.mode, "", "", "", "", "", planned.reason]
    about = "" if planned.expected.exact else "~"
    return [
        planned.endpoint,
        planned.mode,
        "" if planned.mark is None else str(planned.mark),
        "" if planned.mark_from == "none" else planned.mark_from,
        f"{about}{planned.expected.records:,}",
        f"{about}{planned.expected.requests:,}",
        _time(planned.seconds),
        planned.reason,
    ]


def _time(seconds: float) -> str:
    if seconds < 1:
        return "< 1 s"
    return f"~{seconds:.0f} s" if seconds < 90 else f"~{seconds / 60:.0f} min"


def _print_statements(console: Console, planned: RunPlan) -> None:
    console.print(f"\n-- {planned.endpoint}, {planned.mode}; from PUT to COMMIT once for each batch")
    for statement in planned.statements:
        console.print(f"{statement};", markup=False)

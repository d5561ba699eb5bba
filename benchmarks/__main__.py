"""``python -m benchmarks``: how fast and how cheap, beside what people would use instead; two tables, and a file."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import costs, loads

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Measure, print, and keep what was measured."""
    options = _options()
    console = Console(width=140)
    machine = describe_machine()
    console.print(", ".join(f"{name} {value}" for name, value in machine.items()))
    found: dict[str, Any] = {"machine": machine, "loads": [], "costs": []}
    for issues in options.issues:
        measured = loads.measure(issues, options.rounds, ["provider", "floor", *options.beside], console.log)
        found["loads"] += loads.as_json(measured)
        keep(found)
    if not options.loads_only:
        found["costs"] = costs.as_json(costs.measure(options.rounds, options.large, console.log))
    keep(found)
    console.print(table_of_loads(found["loads"]), table_of_costs(found["costs"]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, nargs="*", default=[20_000, 200_000])
    parser.add_argument("--rounds", type=int, default=5)
    peers = ["by_dlt", "by_hand"]
    parser.add_argument("--beside", nargs="*", choices=peers, default=peers, help="what to measure beside it")
    parser.add_argument("--large", type=int, default=1_000_000, help="the size for which memory is measured")
    parser.add_argument("--loads-only", action="store_true", help="the first table alone")
    return parser.parse_args()


def describe_machine() -> dict[str, str]:
    """Return what the figures were taken on."""
    return {
        "date": date.today().isoformat(),  # noqa: DTZ011 (the day of whoever measures)
        "CPUs": str(os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.1f}",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": sys.version.split()[0],
    }


def keep(found: dict[str, Any]) -> None:
    """Write everything measured so far to a file of the day."""
    RESULTS.mkdir(exist_ok=True)
    machine = found["machine"]
    path = RESULTS / f"{machine['date']}-{machine['CPUs']}-cpus.json"
    path.write_text(json.dumps(found, indent=2) + "\n")


def table_of_loads(measured: list[dict[str, Any]]) -> Table:
    """Return the first table."""
    heads = (
        "issues",
        "loaded by",
        "rounds",
        "s",
        "rows/s",
        "provider is faster",
        "to the floor",
        "peak MB",
        "requests",
        "statements",
    )
    table = Table(*heads, title="Full loads of issues, medians")
    for each in measured:
        table.add_row(
            f"{each['issues']:,}",
            each["way"],
            str(each["rounds"]),
            f"{each['seconds']:.1f}",
            f"{each['rows_per_second']:,.0f}",
            f"{each['provider_is_faster']:.1f} ×",
            f"{each['over_floor']:.2f} ×",
            f"{each['peak_mb']:.0f}",
            f"{each['requests'] or '':}",
            f"{each['statements'] or '':}",
        )
    return table


def table_of_costs(measured: list[dict[str, Any]]) -> Table:
    """Return the second table."""
    table = Table("this provider", "is", "at most", "holds", title="What it costs")
    for each in measured:
        most = "" if each["most"] is None else f"{each['most']:g} {each['unit']}"
        holds = "" if each["most"] is None else ("yes" if each["holds"] else "no")
        table.add_row(each["what"], f"{each['value']:,.2f} {each['unit']}", most, holds)
    return table


if __name__ == "__main__":
    main()

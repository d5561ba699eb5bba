"""The first table: full loads of issues by four ways, in turns, each as a ratio to what cannot be avoided."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.worlds import quick, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.worlds import Env

# Rows of the sample for what takes a row at a time.
SAMPLE = 500


@dataclass(frozen=True)
class Way:
    """A way to load.

    :param module: the measurement.
    :param arguments: behind the schema, of the command line.
    :param largest: the most issues that it is asked to load; more would take hours.
    """

    name: str
    module: str
    arguments: tuple[object, ...] = ()
    largest: int = 10**9


PROVIDER = Way("(a) this provider", "provider")
FLOOR = Way("(b) the floor: raw pages; PUT, COPY, MERGE", "floor")
WAYS = (
    PROVIDER,
    FLOOR,
    Way("(c) dlt rest_api to DuckDB, not nested", "by_dlt", ("duckdb", 0)),
    Way("(c) dlt rest_api to DuckDB, nested as it does", "by_dlt", ("duckdb", ""), largest=20_000),
    Way(f"(d) HttpOperator, insert_rows: {SAMPLE:,} rows", "by_hand", (SAMPLE,), largest=20_000),
)


@dataclass(frozen=True)
class Measured:
    """Medians of one way at one size; the ratios are to the provider's run of the same round."""

    way: str
    issues: int
    rounds: int
    seconds: float
    rows_per_second: float
    provider_is_faster: float
    over_floor: float
    peak_mb: float
    requests: int | None
    statements: int | None


def measure(issues: int, rounds: int, modules: list[str], told: Callable[[str], None]) -> list[Measured]:
    """Load in turns, so many rounds of all ways that these modules measure, and return the medians of each."""
    ways = [way for way in WAYS if issues <= way.largest and way.module in modules]
    runs: dict[str, list[dict[str, Any]]] = {way.name: [] for way in ways}
    with quick(issues) as env:
        run(FLOOR.module, "WARM", env=env)
        for number in range(rounds):
            for way in ways:
                runs[way.name].append(_once(way, number, env))
                told(f"{issues:,} issues, round {number + 1}: {way.name}: {runs[way.name][-1]['seconds']:.1f} s")
    return [_medians(way, issues, runs) for way in ways]


def _once(way: Way, number: int, env: Env) -> dict[str, Any]:
    measured = run(way.module, f"{way.module}_{number}".upper(), *way.arguments, env=env)
    return {**measured, "rate": measured["rows"] / measured["seconds"]}


def _medians(way: Way, issues: int, runs: dict[str, list[dict[str, Any]]]) -> Measured:
    own, provider, floor = (runs[name] for name in (way.name, PROVIDER.name, FLOOR.name))
    return Measured(
        way=way.name,
        issues=issues,
        rounds=len(own),
        seconds=median(each["seconds"] for each in own),
        rows_per_second=median(each["rate"] for each in own),
        provider_is_faster=median(ours["rate"] / each["rate"] for ours, each in zip(provider, own, strict=True)),
        over_floor=median(least["rate"] / each["rate"] for least, each in zip(floor, own, strict=True)),
        peak_mb=max(each["peak_mb"] for each in own),
        requests=own[-1].get("requests"),
        statements=own[-1].get("statements"),
    )


def as_json(measured: list[Measured]) -> list[dict[str, Any]]:
    """Return the medians as plain data."""
    return [asdict(each) for each in measured]

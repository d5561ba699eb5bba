"""What the demo does: a full load, some days of work in the space, an increment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_demo.report import QUERIES, summary_table
from backlog_demo.world import DAG_ID
from backlog_provider.catalogue import HOURLY

if TYPE_CHECKING:
    from rich.console import Console

    from backlog_demo.world import World

DAYS = 3


def tell(world: World, console: Console) -> dict[str, list[dict[str, Any]]]:
    """Run the DAG twice and show it; return the summaries of runs ``1`` and ``2``.

    :raises RuntimeError: where a run fails.
    """
    airflow = world.airflow
    airflow.unpause(DAG_ID)
    console.print("Run 1, made by the scheduler: everything that the space has")
    runs = {"1": _follow(world, airflow.first_run(DAG_ID), console)}
    done = world.advance(days=DAYS)
    console.print(f"{DAYS} days of work in the space: {_in_words(done)}")
    console.print("Run 2, triggered: only what has changed since")
    runs["2"] = _follow(world, airflow.trigger(DAG_ID), console)
    console.print()
    console.print(summary_table(runs))
    return runs


def further(console: Console) -> None:
    """Show how to look further."""
    console.print("Look further:", style="bold")
    for query in QUERIES:
        console.print(f'  make sql Q="{query}"', soft_wrap=True, markup=False)


def _follow(world: World, run_id: str, console: Console) -> list[dict[str, Any]]:
    with console.status("waiting for the scheduler") as status:
        state = world.airflow.finish(
            DAG_ID, run_id, lambda task, state: status.update(f"{task}: {state}") if task != "all_loaded" else None
        )
    summaries = [world.airflow.xcom(DAG_ID, run_id, endpoint) for endpoint in HOURLY]
    for endpoint, summary in zip(HOURLY, summaries, strict=True):
        if summary is None:
            raise RuntimeError(f"{endpoint} left no summary: {_why(world, run_id, endpoint)}")
        console.print(f"  [green]✓[/] {endpoint}: {summary['mode']}, {summary['rows_read']:,} rows")
    if state != "success":
        raise RuntimeError(f"run {run_id} ended {state}; its logs are under {world.env['AIRFLOW_HOME']}/logs")
    return summaries


def _why(world: World, run_id: str, task: str) -> str:
    path = f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/{task}"
    return f"the task is {world.airflow.call('GET', path)['state']}; see {world.env['AIRFLOW_HOME']}/logs"


def _in_words(done: dict[str, Any]) -> str:
    counts = {name.replace("_", " "): count for name, count in done.items() if isinstance(count, int) and count}
    return ", ".join(f"{count} {name}" for name, count in counts.items())

"""``plan``: a dry run of each endpoint."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from backlog_provider import arguments
from backlog_provider.catalogue import HOURLY, find
from backlog_provider.cli import connection_args
from backlog_provider.cli.command import Command
from backlog_provider.exceptions import ConfigurationError
from backlog_provider.load.identifiers import identifier
from backlog_provider.operators import xcom

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from backlog_provider.catalogue import Endpoint
    from backlog_provider.dry_run.estimator import Estimator
    from backlog_provider.dry_run.plan import RunPlan
    from backlog_provider.extract.page import Window
    from backlog_provider.hooks.backlog import BacklogHook
    from backlog_provider.model.record import Record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the subcommand takes."""
    parser.add_argument("endpoints", nargs="*", metavar="ENDPOINT", help=f"default: {', '.join(HOURLY)}")
    connection_args.add_arguments(parser)
    parser.add_argument("--table", metavar="NAME", help="its table, for one endpoint; default: BACKLOG_<ENDPOINT>")
    parser.add_argument("--project-keys", metavar="KEY,…", help="these projects only")
    parser.add_argument("--since", metavar="TIME", help="start of a window, inclusive: 2026-01-31T09:30:00+09:00")
    parser.add_argument("--until", metavar="TIME", help="end of a window, exclusive")
    parser.add_argument("--lookback-minutes", type=int, metavar="N", help="before the newest change; default: 5")
    parser.add_argument("--lookback-activities", type=int, metavar="N", help="of the newest ones; default: 50")
    parser.add_argument("--full-refresh", action="store_true", help="as if everything were to be read again")
    parser.add_argument("--sql", action="store_true", help="the statements too; values as placeholders")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")


def check(given: argparse.Namespace) -> None:
    """Check the arguments.

    :raises ConfigurationError: for one that cannot work.
    """
    connection_args.check(given)
    endpoints = [find(name) for name in given.endpoints]
    if given.table is not None:
        identifier(given.table, "--table")
        if len(endpoints) != 1:
            raise ConfigurationError("--table: it is the table of one endpoint; name that endpoint alone")
    arguments.project_keys(given.project_keys)
    arguments.check_lookback(given.lookback_minutes, given.lookback_activities)
    if arguments.window_of(given.since, given.until) and given.full_refresh:
        raise ConfigurationError(
            "--full-refresh: it reads everything, --since and --until a part; give one or the other"
        )


def run(given: argparse.Namespace) -> None:
    """Plan, and print.

    :raises BacklogError: as a run would before it writes anything.
    """
    from backlog_provider.cli import plan_report

    with connection_args.connections():
        from backlog_provider.hooks.backlog import BacklogHook

        with closing(BacklogHook(given.backlog_conn_id)) as hook, plan_report.progress() as tell:
            plans = list(_plans(given, hook, tell))
            report = plan_report.Report(hook.space, hook.client.requests, plans)
    if given.json:
        report.print_json(sql=given.sql)
    else:
        report.print_table(sql=given.sql)


def _plans(given: argparse.Namespace, hook: BacklogHook, tell: Callable[[str], None]) -> Iterator[RunPlan]:
    """Plan one endpoint after the other, handing the list of projects on as the DAG's tasks do."""
    from backlog_provider.dry_run.estimator import Estimator
    from backlog_provider.dry_run.plan import skipped

    projects: list[Record] | None = None
    window = arguments.window_of(given.since, given.until)
    for endpoint in map(find, given.endpoints or HOURLY):
        tell(endpoint.name)
        if window and not endpoint.has_window:
            yield skipped(endpoint, given.table or endpoint.table)
            continue
        keys = arguments.project_keys(given.project_keys) if endpoint.project else None
        known = endpoint.with_lookback(given.lookback_minutes, given.lookback_activities)
        estimator = Estimator(hook.client, known, keys, projects)
        yield _planned(given, hook, known, estimator, window)
        if endpoint.name == xcom.ENDPOINT:
            projects = estimator.visible_projects


def _planned(
    given: argparse.Namespace, hook: BacklogHook, endpoint: Endpoint, estimator: Estimator, window: Window | None
) -> RunPlan:
    from backlog_provider.dry_run.plan import NOBODY, plan
    from backlog_provider.hooks.snowflake import Destination, TableConnection

    destination = Destination.of(
        given.snowflake_conn_id,
        database=given.database,
        schema=given.schema,
        table=given.table or endpoint.table,
    )
    with closing(TableConnection(destination, endpoint, space=hook.space, run=NOBODY)) as warehouse:
        return plan(
            estimator,
            endpoint,
            destination.table,
            warehouse.open,
            mark=None,
            window=window,
            full_refresh=given.full_refresh,
        )


COMMAND = Command(
    help="what a run would do, without doing it",
    description="What a run would do now, endpoint by endpoint: asks Backlog how much there is, looks into Snowflake "
    "how far the tables are loaded, and writes nothing. The marks are those in BACKLOG_SYNC_STATE: what a DAG keeps in "
    "XComs is not known here, and the state has the last word anyway.",
    add_arguments=add_arguments,
    check=check,
    run=run,
)

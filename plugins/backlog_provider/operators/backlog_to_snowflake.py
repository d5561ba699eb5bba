"""The operator that loads one endpoint of a Backlog space into one Snowflake table."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.providers.common.compat.sdk import conf

from backlog_provider import arguments
from backlog_provider.catalogue import Endpoint, find
from backlog_provider.model import state
from backlog_provider.operators import plan_only, xcom
from backlog_provider.operators.backfills import backfill_window
from backlog_provider.operators.endpoint_operator import EndpointOperator
from backlog_provider.operators.failures import fail_in_one_line
from backlog_provider.transform import pii as transform_pii

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.providers.common.compat.sdk import Context


class BacklogToSnowflakeOperator(EndpointOperator):
    """Loads the changes of one Backlog endpoint into one Snowflake table.

    The first run loads everything. Later runs continue from the high-water mark that the last one left in XCom. The
    table BACKLOG_SYNC_STATE is written together with the rows, and wins if the two differ. A run that finds nothing new
    does not resume a warehouse.

    :param endpoint: a name from the catalogue, or an ``Endpoint`` of your own.
    :param backlog_conn_id: the Backlog connection.
    :param snowflake_conn_id: the Snowflake connection.
    :param database: the database of the table; default: the connection's.
    :param schema: the schema of the table; default: the connection's.
    :param table: the name of the table; default: ``BACKLOG_<ENDPOINT>``.
    :param project_keys: the keys of the projects to read; default: all projects that the key's user is a member of.
    :param since: the start of a window, inclusive: the run loads the window and leaves the mark alone. ISO 8601; UTC
        if it names no zone.
    :param until: the end of the window, exclusive.
    :param full_refresh: read everything again, and set the mark anew.
    :param history: True keeps every version of a record in ``<TABLE>_HISTORY``, beginning with the rows that the table
        has. False stops that, and keeps the existing versions. None leaves the setting as it is.
    :param pii: names and mail addresses of people, in columns and in ``RAW``: ``keep`` them; ``hash`` them by HMAC with
        the ``pii_secret`` of the Backlog connection; or ``drop`` them. Ids stay.
    :param deferrable: defer during long waits for the rate limit, if what was read can be committed. A triggerer has to
        run. False keeps the slot.
    :param accept_count_difference: finish a full load although space and table differ by up to so many records, after
        everything was read twice. For a space whose count is wrong. The summary and BACKLOG_SYNC_RUNS have the
        difference.
    :param lookback_minutes: how many minutes before the newest known change are read again, for changes that become
        visible late; up to 1,440. None: the endpoint's own, 5. The mark carries the versions of all records changed in
        that time, and more than a page of them takes more than one request.
    :param lookback_activities: how many of the newest known activities, stars or notifications are read again; 1 to 99.
        None: the endpoint's own, 50. A page has 100, so 50 known and 50 new ones take one request.
    :param plan_only: a dry run: log what a run would do, and write nothing.

    Returns a flat summary: ``endpoint, table, mode`` (``full``, ``incremental``, ``window`` or ``noop``), ``requests,
    rows_read, rows_inserted, rows_updated, rows_deleted, count_difference, started_at, finished_at, mark_before,
    mark_after, query_ids``. ``rows_read`` counts new and changed records, not known ones on the same pages.
    ``count_difference`` is 0, or the accepted difference: records of the space's count that the table lacks; negative
    if the table has more.

    With ``plan_only`` the same keys describe the dry run itself: its requests, no rows, its query ids. ``mode`` and
    ``mark_before`` are those of the planned run. Further keys: ``plan_only``, ``planned_records, planned_requests,
    planned_search_requests`` (searches among the requests), ``planned_exact`` (exact as long as nothing changes, or an
    estimate), ``planned_seconds, planned_mark_from`` (``xcom``, ``state`` or ``none``), ``planned_reason``. The
    statements are in the log.
    """

    template_fields: Sequence[str] = (
        *(*EndpointOperator.template_fields, "since", "until", "full_refresh"),
        "accept_count_difference",
    )

    def __init__(
        self,
        *,
        endpoint: str | Endpoint,
        backlog_conn_id: str = "backlog_default",
        snowflake_conn_id: str = "snowflake_default",
        database: str | None = None,
        schema: str | None = None,
        table: str | None = None,
        project_keys: Sequence[str] | str | None = None,
        since: str | datetime | None = None,
        until: str | datetime | None = None,
        full_refresh: bool | str = False,
        history: bool | None = None,
        pii: str = transform_pii.KEEP,
        accept_count_difference: int | str = 0,
        lookback_minutes: int | None = None,
        lookback_activities: int | None = None,
        plan_only: bool = False,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        **kwargs: Any,
    ) -> None:
        super().__init__(
            endpoint=endpoint,
            backlog_conn_id=backlog_conn_id,
            snowflake_conn_id=snowflake_conn_id,
            database=database,
            schema=schema,
            table=table,
            project_keys=project_keys,
            pii=pii,
            **kwargs,
        )
        self.since = since
        self.until = until
        self.full_refresh = full_refresh
        self.history = history
        self.accept_count_difference = accept_count_difference
        self.lookback_minutes = lookback_minutes
        self.lookback_activities = lookback_activities
        self.plan_only = plan_only
        self.deferrable = deferrable
        self._check_literals()

    def resume(self, context: Context, event: Any = None, **so_far: Any) -> dict[str, Any]:  # noqa: ARG002 (Airflow's)
        """Go on where a wait for the limit has ended the last part of this run, and return the summary of all of it."""
        with fail_in_one_line(), self._skipped_where_refused():
            return self._execute(context, so_far)

    def _execute(self, context: Context, so_far: dict[str, Any] | None = None) -> dict[str, Any]:
        # Imported here: a DAG file that names the operator should not wait for HTTP and Snowflake libraries.
        from backlog_provider.extract.stream import Reader
        from backlog_provider.hooks.backlog import BacklogHook
        from backlog_provider.hooks.snowflake import TableConnection
        from backlog_provider.load.sync_state import Run
        from backlog_provider.sync.deferral import Deferral, LimitReachedError
        from backlog_provider.sync.result import RunResult
        from backlog_provider.sync.run import sync_endpoint

        endpoint = find(self.endpoint).with_lookback(self.lookback_minutes, self.lookback_activities)
        window = arguments.window_of(self.since, self.until) or backfill_window(endpoint, context)
        full_refresh = arguments.flag(self.full_refresh, "full_refresh")
        arguments.check_mode(endpoint, window, full_refresh=full_refresh)
        arguments.check_history(endpoint, self.history)
        accepted = arguments.count(self.accept_count_difference, "accept_count_difference")
        destination = self._destination(endpoint)
        run = Run(context["run_id"], self.dag_id, self.task_id)
        with (
            closing(BacklogHook(self.backlog_conn_id)) as hook,
            closing(
                TableConnection(destination, endpoint, space=hook.space, run=run, keeps_history=self.history)
            ) as warehouse,
        ):
            load = {**destination.names, "endpoint": endpoint.name, "space": hook.space}
            asked: dict[str, Any] = {
                # What this run has kept is in the state alone, and what it has read anew is not read again.
                "mark": None if so_far else state.mark_from_xcom(self._last_mark(context), load),
                "window": window,
                "full_refresh": full_refresh and not so_far,
            }
            protect = self._protector(hook)
            known = arguments.project_keys(self.project_keys), xcom.pull_projects(self, context)
            if self.plan_only:
                # Few runs only plan.
                from backlog_provider.dry_run import plan
                from backlog_provider.dry_run.estimator import Estimator

                outcome = RunResult(endpoint)
                estimator = Estimator(hook.client, endpoint, *known)
                planned = plan.plan(estimator, endpoint, destination.table, warehouse.open, **asked)
                outcome.requests = estimator.requests
                self.log.info("%s", plan_only.text(planned))
                return plan_only.summary(planned, outcome, warehouse.query_ids)
            outcome = RunResult.resumed(endpoint, so_far) if so_far else RunResult(endpoint)
            hook.client.requests = outcome.requests
            reader = Reader(hook.client, endpoint, *known, as_sent=not protect, counts_lists=full_refresh)
            earlier = so_far["query_ids"] if so_far else []
            try:
                deferral = Deferral(hook.client) if self.deferrable else None
                ways: dict[str, Any] = {"protect": protect, "deferral": deferral, "accept_count_difference": accepted}
                sync_endpoint(reader, outcome, warehouse.open, **ways, **asked)
            except LimitReachedError as limit:
                so_far = {**outcome.summary(), "query_ids": [*earlier, *warehouse.query_ids]}
                return self._deferred(limit.seconds, so_far)
            done = {**outcome.summary(), "table": destination.table, "query_ids": [*earlier, *warehouse.query_ids]}
            self._report(context, endpoint, hook.space, warehouse, done)
        if outcome.state:
            context["ti"].xcom_push(key=state.KEY, value=state.Mark.of(load, outcome.state).to_xcom())
        if endpoint.name == xcom.ENDPOINT:
            xcom.push_projects(context, reader.visible_projects)
        self.log.info(
            "%(endpoint)s: %(mode)s, %(requests)d requests, %(rows_read)d rows read, %(rows_inserted)d inserted, "
            "%(rows_updated)d updated, %(rows_deleted)d deleted, mark %(mark_before)s -> %(mark_after)s",
            done,
        )
        return done

    def _deferred(self, seconds: float, so_far: dict[str, Any]) -> NoReturn:
        from airflow.providers.standard.triggers.temporal import DateTimeTrigger

        self.log.info("%d requests so far; deferred for %.0f s, to the reset of the limit", so_far["requests"], seconds)
        trigger = DateTimeTrigger(moment=datetime.now(timezone.utc) + timedelta(seconds=seconds))
        self.defer(trigger=trigger, method_name="resume", kwargs=so_far)

    def _check_literals(self) -> None:
        """Check what is known when the DAG is parsed; what a template will render is checked when the task starts."""
        if_literal = arguments.if_literal
        arguments.check_lookback(self.lookback_minutes, self.lookback_activities)
        if_literal(lambda value: arguments.flag(value, "full_refresh"), self.full_refresh)
        if_literal(lambda value: arguments.count(value, "accept_count_difference"), self.accept_count_difference)
        for name in ("since", "until"):
            if_literal(lambda value, name=name: arguments.moment(value, name), getattr(self, name))
        if_literal(lambda endpoint: arguments.check_history(find(endpoint), self.history), self.endpoint)
        if_literal(arguments.window_of, self.since, self.until)
        if_literal(
            lambda endpoint, since, until, full_refresh: arguments.check_mode(
                find(endpoint),
                arguments.window_of(since, until),
                full_refresh=arguments.flag(full_refresh, "full_refresh"),
            ),
            self.endpoint,
            self.since,
            self.until,
            self.full_refresh,
        )

    def _last_mark(self, context: Context) -> Any:
        """Return the XCom of an earlier run of this very task; of which one, does not matter (see ``marks``)."""
        ti = context["ti"]
        # Without map_indexes the answer is a list of all earlier values.
        return ti.xcom_pull(task_ids=self.task_id, key=state.KEY, include_prior_dates=True, map_indexes=ti.map_index)

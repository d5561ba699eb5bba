"""The DAG of one space: a task per endpoint, one after the other, so that one request at a time leaves for Backlog.

``airflow`` is in this module's name on purpose: Airflow parses only files in which ``dag`` and ``airflow`` occur.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, cast

from airflow.providers.common.compat.sdk import DAG, AirflowSkipException, Param, TriggerRule, chain
from airflow.providers.standard.operators.empty import EmptyOperator

from backlog_provider.catalogue import CATALOGUE, HOURLY, WEEKLY, find
from backlog_provider.exceptions import ConfigurationError
from backlog_provider.operators.backlog_census import BacklogCensusOperator
from backlog_provider.operators.backlog_to_snowflake import BacklogToSnowflakeOperator
from backlog_provider.operators.backlog_views import BacklogViewsOperator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from airflow.providers.common.compat.sdk import Context
    from airflow.sdk.definitions.dag import ScheduleArg

    from backlog_provider.catalogue import Endpoint
    from backlog_provider.operators.endpoint_operator import EndpointOperator

try:
    from airflow.sdk import CronDataIntervalTimetable
except ImportError:  # Airflow 3.1
    from airflow.timetables.interval import CronDataIntervalTimetable  # type: ignore[assignment]

# The year in which Backlog began: backfills may go back as far as there is anything.
BEGINNING = datetime(2005, 1, 1, tzinfo=timezone.utc)
_COMMON: dict[str, Any] = {
    "start_date": BEGINNING,
    "catchup": False,
    "max_active_runs": 1,
    "default_args": {"retries": 2, "retry_delay": timedelta(minutes=1)},
    "tags": ["backlog", "snowflake"],
}


def backlog_dag(
    *,
    dag_id: str,
    backlog_conn_id: str = "backlog_default",
    snowflake_conn_id: str = "snowflake_default",
    database: str | None = None,
    schema: str | None = None,
    project_keys: Sequence[str] | None = None,
    endpoints: Sequence[str | Endpoint] = HOURLY,
    schedule: ScheduleArg = "0 * * * *",
    history: bool | Sequence[str] = False,
    pii: str = "keep",
    deferrable: bool | None = None,
    lookback_minutes: int | None = None,
    lookback_activities: int | None = None,
    pool: str | None = None,
    **dag_arguments: Any,
) -> DAG:
    """Return the DAG that loads a space into a schema.

    :param database: where the tables are; the connection's where it is None.
    :param schema: likewise. Two spaces need two schemas.
    :param project_keys: read these projects only.
    :param endpoints: which endpoints, in the order of their tasks.
    :param schedule: a cron expression, in UTC: each run has the time before it as its data interval, which is what
        Airflow's backfills load. Or whatever else ``DAG`` takes as its schedule: a timetable, assets, None.
    :param history: keep every version of the records of these endpoints, by name, or of all whose records change.
    :param pii: what becomes of names and mail addresses of people: ``keep``, ``hash`` or ``drop``.
    :param deferrable: whether its tasks give their slots back while they wait for the rate limit; what Airflow's
        configuration says of all operators where it is None.
    :param lookback_minutes: how many minutes before the newest known change each run looks at again; the endpoint's own
        where it is None.
    :param lookback_activities: how many of the newest known activities each run looks at again; likewise.
    :param pool: the one-slot pool that its tasks share with everything that uses the same API key; named like the
        Backlog connection where it is None. It has to exist.
    :param dag_arguments: anything else that ``DAG`` takes.
    :raises ConfigurationError: for an endpoint that the catalogue does not have, or a name that is no identifier.
    """
    known = [find(endpoint) for endpoint in endpoints]
    kept = _with_history(history, known)
    defers: dict[str, Any] = {} if deferrable is None else {"deferrable": deferrable}

    def load(endpoint: Endpoint, ends: dict[str, Any]) -> EndpointOperator:
        return BacklogToSnowflakeOperator(
            **ends,
            project_keys=project_keys if endpoint.project else None,
            since="{{ params.since or '' }}",
            until="{{ params.until or '' }}",
            full_refresh="{{ params.full_refresh }}",
            accept_count_difference="{{ params.accept_count_difference }}",
            history=endpoint.name in kept,
            lookback_minutes=lookback_minutes,
            lookback_activities=lookback_activities,
            **defers,
            pre_execute=_skip_if_not_asked_for,
        )

    return _chained(
        load,
        known,
        "all_loaded",
        ends={
            "backlog_conn_id": backlog_conn_id,
            "snowflake_conn_id": snowflake_conn_id,
            "database": database,
            "schema": schema,
            "pii": pii,
            "pool": pool or backlog_conn_id,
        },
        dag={
            "dag_id": dag_id,
            "schedule": CronDataIntervalTimetable(schedule, timezone="UTC") if isinstance(schedule, str) else schedule,
            "params": _params([endpoint.name for endpoint in known]),
            "description": "Nulab Backlog to Snowflake, what is new or changed",
            "doc_md": _DOC,
            **dag_arguments,
        },
    )


def backlog_census_dag(
    *,
    dag_id: str,
    backlog_conn_id: str = "backlog_default",
    snowflake_conn_id: str = "snowflake_default",
    database: str | None = None,
    schema: str | None = None,
    project_keys: Sequence[str] | None = None,
    endpoints: Sequence[str | Endpoint] = WEEKLY,
    schedule: ScheduleArg = "0 18 * * 6",
    pii: str = "keep",
    pool: str | None = None,
    **dag_arguments: Any,
) -> DAG:
    """Return the DAG that compares the tables of a space with the space, and marks what has gone.

    The arguments are those of ``backlog_dag``, for the same space and schema.

    :param endpoints: which endpoints; those that have a census. Where that takes a request for each issue, wiki,
        document or pull request, as for ``issue_comments``, it is not among the default ones.
    :param pii: as in ``backlog_dag``: a census loads records too.
    :param schedule: Saturdays at 18:00 UTC, the night to Sunday in Japan.
    :raises ConfigurationError: for an endpoint that the catalogue does not have, or that has no census.
    """
    known = [find(endpoint) for endpoint in endpoints]

    def census(endpoint: Endpoint, ends: dict[str, Any]) -> EndpointOperator:
        return BacklogCensusOperator(
            **ends,
            project_keys=project_keys if endpoint.project else None,
            allow_mass_deletion="{{ params.allow_mass_deletion }}",
            accept_count_difference="{{ params.accept_count_difference }}",
            pre_execute=_skip_if_not_named,
        )

    return _chained(
        census,
        known,
        "all_compared",
        ends={
            "backlog_conn_id": backlog_conn_id,
            "snowflake_conn_id": snowflake_conn_id,
            "database": database,
            "schema": schema,
            "pii": pii,
            "pool": pool or backlog_conn_id,
        },
        dag={
            "dag_id": dag_id,
            "schedule": schedule,
            "params": _census_params([endpoint.name for endpoint in known]),
            "description": "Nulab Backlog and Snowflake compared: what has gone from the space is marked in the tables",
            "doc_md": _CENSUS_DOC,
            **dag_arguments,
        },
    )


def backlog_views_dag(
    *,
    dag_id: str,
    snowflake_conn_id: str = "snowflake_default",
    database: str | None = None,
    schema: str | None = None,
    schedule: ScheduleArg = "30 * * * *",
    **dag_arguments: Any,
) -> DAG:
    """Return the DAG that keeps the views over the tables of a schema; it asks Backlog nothing and wakes no warehouse.

    The arguments are those of ``backlog_dag``, for the same schema.

    :raises ConfigurationError: for a name that is no identifier.
    """
    arguments: dict[str, Any] = {
        **_COMMON,
        "schedule": schedule,
        "description": "Views over the tables of a Nulab Backlog space, where there are new tables or definitions",
        **dag_arguments,
    }
    with DAG(dag_id=dag_id, **arguments) as dag:
        BacklogViewsOperator(task_id="views", snowflake_conn_id=snowflake_conn_id, database=database, schema=schema)
    return dag


def _chained(
    make_task: Callable[[Endpoint, dict[str, Any]], EndpointOperator],
    endpoints: Sequence[Endpoint],
    last: str,
    *,
    ends: Mapping[str, Any],
    dag: Mapping[str, Any],
) -> DAG:
    """Return the DAG with a task for each endpoint, one after the other, and one that fails where any of them has.

    :param ends: what all tasks are told of where they read and write.
    """
    # An endpoint that fails does not keep the next from running.
    ends = {**ends, "trigger_rule": TriggerRule.ALL_DONE}
    with DAG(**{**_COMMON, **dag}) as made:
        tasks = [make_task(each, {**ends, "task_id": each.name, "endpoint": _by_name(each)}) for each in endpoints]
        chain(*tasks)
        # Each runs whatever became of the one before, and so the last alone would decide how the run ends.
        tasks >> EmptyOperator(task_id=last, trigger_rule=TriggerRule.NONE_FAILED)
    return made


def _by_name(endpoint: Endpoint) -> str | Endpoint:
    return endpoint.name if CATALOGUE.get(endpoint.name) is endpoint else endpoint


def _with_history(history: bool | Sequence[str], endpoints: list[Endpoint]) -> set[str]:
    if isinstance(history, bool):
        return {endpoint.name for endpoint in endpoints if history and endpoint.has_history}
    names = {history} if isinstance(history, str) else set(history)
    if unknown := sorted(names - {endpoint.name for endpoint in endpoints}):
        raise ConfigurationError(f"history: {', '.join(unknown)}: not among the endpoints of this DAG")
    return names


_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?"
# What a template renders where there is nothing; a time without a zone, which is UTC; a blank before the time.
_NOT_RFC_3339 = rf"^({_DAY}(T{_TIME}| {_TIME}([+-]\d\d:\d\d)?))?$"
_MOMENT: dict[str, Any] = {
    "type": ["null", "string"],
    "if": {"pattern": _NOT_RFC_3339},
    # The second format is checked where the package rfc3339-validator is installed.
    "else": {"if": {"maxLength": len("2026-01-31")}, "then": {"format": "date"}, "else": {"format": "date-time"}},
}
# The UI has a date picker for type and format beside $ref. By the rules of this draft, validation ignores them there:
# the format would refuse a date without a time.
_MOMENT_WITH_PICKER: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": _MOMENT["type"],
    "format": "date-time",
    "$ref": "#/definitions/moment",
    "definitions": {"moment": _MOMENT},
}


def _params(names: list[str]) -> dict[str, Param]:
    window = "Loads this window alone and leaves the high-water marks where they are."
    return {
        "since": Param(None, title="Since", description=f"Start, inclusive. {window}", **_MOMENT_WITH_PICKER),
        "until": Param(None, title="Until", description=f"End, exclusive. {window}", **_MOMENT_WITH_PICKER),
        "endpoints": _choice_of(names),
        "full_refresh": Param(
            False,
            title="Full refresh",
            description="Read everything again, and set the marks anew.",
            type="boolean",
        ),
        "accept_count_difference": _difference("Finish a load of everything where space and table differ by so many"),
    }


def _census_params(names: list[str]) -> dict[str, Param]:
    return {
        "endpoints": _choice_of(names),
        "allow_mass_deletion": Param(
            False,
            title="Allow mass deletion",
            description="Mark even more than a tenth of a project's rows at once: it is right that so much is gone.",
            type="boolean",
        ),
        "accept_count_difference": _difference("Compare where the space counts more than it lists, by so many"),
    }


def _difference(what: str) -> Param:
    description = f"{what} records at most: for a space whose count is wrong."
    return Param(0, title="Accept count difference", description=description, type="integer", minimum=0)


def _choice_of(names: list[str]) -> Param:
    items = {"type": "string", "enum": names}
    return Param(names, title="Endpoints", description="These alone.", type="array", items=items, examples=names)


def _skip_if_not_named(context: Context) -> Endpoint:
    endpoint = find(cast("EndpointOperator", context["task"]).endpoint)
    if endpoint.name not in context["params"]["endpoints"]:
        raise AirflowSkipException(f"{endpoint.name} is not among the endpoints of this run")
    return endpoint


def _skip_if_not_asked_for(context: Context) -> None:
    params, endpoint = context["params"], _skip_if_not_named(context)
    if (params["since"] or params["until"]) and not endpoint.has_window:
        raise AirflowSkipException(
            f"{endpoint.name}: the API gives no times, only the whole list as it is now: a window has nothing to load"
        )


_DOC = """\
Loads a Nulab Backlog space into Snowflake: one task per endpoint, each continuing from its high-water mark.

* **Trigger** it with *since* and *until* to load a window again, or with *full refresh* to read everything anew.
* **Backfill** it to load past data intervals; the marks stay where they are.
* Each task returns a summary (XCom `return_value`): mode, requests, rows read, inserted and updated, marks.
"""

_CENSUS_DOC = """\
Compares the tables of a Nulab Backlog space with the space: key by key, or list by list.

* Rows whose record has gone get `_DELETED_AT`; records that a table lacks are loaded.
* Documents in the trash have gone; restored, they are back.
* Rows of projects that the key's user no longer takes part in or may not list, or that are archived, are left alone.
* Where more than a tenth of a project's rows would go at once, the task fails and says so: **trigger** the DAG with
  *allow mass deletion* if that is right.
"""

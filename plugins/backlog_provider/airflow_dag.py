"""The DAGs of one space: one task per endpoint, chained, so that only one request at a time is sent to Backlog.

The module's name has ``airflow`` in it because Airflow parses only files that contain ``dag`` and ``airflow``.
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

# Backlog began in this year, so backfills may begin here.
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

    :param dag_id: the id of the DAG.
    :param backlog_conn_id: the Backlog connection.
    :param snowflake_conn_id: the Snowflake connection.
    :param database: the database of the tables; default: the connection's.
    :param schema: the schema of the tables; default: the connection's. Two spaces need two schemas.
    :param project_keys: the keys of the projects to read; default: all projects that the key can see.
    :param endpoints: the endpoints, in the order of their tasks.
    :param schedule: a cron expression in UTC: the data interval of a run is the time before it, which Airflow's
        backfills load. Or anything else that ``DAG`` takes as its schedule: a timetable, assets, None.
    :param history: keep every version of the records of these endpoints; True for all endpoints whose records change.
    :param pii: names and mail addresses of people: ``keep``, ``hash`` or ``drop``.
    :param deferrable: whether tasks defer during long waits for the rate limit; None: Airflow's ``default_deferrable``.
    :param lookback_minutes: how many minutes before the newest known change each run reads again; None: the endpoint's.
    :param lookback_activities: how many of the newest known activities each run reads again; None: the endpoint's.
    :param pool: the one-slot pool of everything that uses this API key; default: named like the Backlog connection. It
        has to exist.
    :param dag_arguments: any other argument of ``DAG``.
    :return: the DAG.
    :raises ConfigurationError: for an endpoint that is not in the catalogue, or a name that is not an identifier.
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
            "description": "Loads new and changed records of Nulab Backlog into Snowflake",
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
    """Return the DAG that compares the tables of a space with the space, and corrects what differs.

    The arguments are those of ``backlog_dag``, for the same space and schema.

    :param dag_id: the id of the DAG.
    :param backlog_conn_id: the Backlog connection.
    :param snowflake_conn_id: the Snowflake connection.
    :param database: the database of the tables; default: the connection's.
    :param schema: the schema of the tables; default: the connection's.
    :param project_keys: the keys of the projects to compare; default: all projects that the key can see.
    :param endpoints: endpoints that have a census. Those that take one request per issue, wiki, document or pull
        request, such as ``issue_comments``, are not in the default.
    :param schedule: default: Saturdays at 18:00 UTC, the night to Sunday in Japan.
    :param pii: as in ``backlog_dag``, because a census loads records too.
    :param pool: as in ``backlog_dag``.
    :param dag_arguments: any other argument of ``DAG``.
    :return: the DAG.
    :raises ConfigurationError: for an endpoint that is not in the catalogue, or that has no census.
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
            "description": "Compares Snowflake with Nulab Backlog, loads missing records, and soft-deletes rows",
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
    """Return the DAG that creates and updates the views of a schema, without requests and without a warehouse.

    :param dag_id: the id of the DAG.
    :param snowflake_conn_id: the Snowflake connection.
    :param database: the database of the tables; default: the connection's.
    :param schema: the schema of the tables; default: the connection's.
    :param schedule: default: every hour.
    :param dag_arguments: any other argument of ``DAG``.
    :return: the DAG.
    :raises ConfigurationError: for a name that is not an identifier.
    """
    arguments: dict[str, Any] = {
        **_COMMON,
        "schedule": schedule,
        "description": "Creates views over the tables of a Nulab Backlog space, and updates them",
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
    """Return a DAG with one task per endpoint, chained, and a last task that fails if any of them failed.

    :param ends: the arguments of all tasks: connections, schema, pool.
    """
    # A failed endpoint does not stop the next one.
    ends = {**ends, "trigger_rule": TriggerRule.ALL_DONE}
    with DAG(**{**_COMMON, **dag}) as made:
        tasks = [make_task(each, {**ends, "task_id": each.name, "endpoint": _by_name(each)}) for each in endpoints]
        chain(*tasks)
        # Tasks run even after failures, so the last task alone would decide the state of the run.
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
    window = "Loads only this window, and leaves the high-water marks alone."
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
        "accept_count_difference": _difference("Finish a full load if space and table differ by up to so many"),
    }


def _census_params(names: list[str]) -> dict[str, Param]:
    return {
        "endpoints": _choice_of(names),
        "allow_mass_deletion": Param(
            False,
            title="Allow mass deletion",
            description="Soft-delete even more than a tenth of a project's rows at once.",
            type="boolean",
        ),
        "accept_count_difference": _difference("Compare even if the space counts up to so many more than it lists"),
    }


def _difference(what: str) -> Param:
    description = f"{what} records. For a space whose count is wrong."
    return Param(0, title="Accept count difference", description=description, type="integer", minimum=0)


def _choice_of(names: list[str]) -> Param:
    items = {"type": "string", "enum": names}
    return Param(
        names, title="Endpoints", description="Only these endpoints.", type="array", items=items, examples=names
    )


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

* **Trigger** it with *since* and *until* to load a window again, or with *full refresh* to read everything again.
* **Backfill** it to load past data intervals; the marks stay.
* Each task returns a summary (XCom `return_value`): mode, requests, rows read, inserted and updated, marks.
"""

_CENSUS_DOC = """\
Compares the tables of a Nulab Backlog space with the space, by key and version or list by list.

* Missing and outdated records are loaded. Rows of deleted records get `_DELETED_AT`.
* Documents in the trash count as deleted; restored ones are alive again.
* Rows of archived projects, and of projects that the key's user cannot list, are left alone.
* If more than a tenth of a project's rows would be soft-deleted at once, the task fails and says so. **Trigger** the
  DAG with *allow mass deletion* if that is right.
"""

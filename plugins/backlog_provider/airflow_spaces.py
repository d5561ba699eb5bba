"""The DAGs of many spaces, made from a list of their connections.

``airflow`` is in this module's name on purpose: Airflow parses only files in which ``dag`` and ``airflow`` occur.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import get_parsing_context

from backlog_provider.airflow_dag import backlog_census_dag, backlog_dag, backlog_views_dag
from backlog_provider.catalogue import DAILY
from backlog_provider.exceptions import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow.providers.common.compat.sdk import DAG


def backlog_space_dags(spaces: Mapping[str, str], **arguments: Any) -> list[DAG]:
    """Return the DAGs of several spaces, the same four as in ``dags/`` for each of them.

    They are named after the connection: ``backlog_alpha_to_snowflake``, ``…_settings_daily``, ``…_census_weekly`` and
    ``…_views``. A running task creates only its own DAG, because creating those of a hundred spaces takes seconds.

    :param spaces: the schema of the tables, by Backlog connection. Each connection needs a one-slot pool of its name.
    :param arguments: arguments of all DAGs: ``snowflake_conn_id``, ``database``, and any argument of ``DAG``.
    :return: the DAGs.
    :raises ConfigurationError: for a name that is not an identifier.
    """
    running = get_parsing_context().dag_id
    return [
        make(f"{connection}_{name}", connection, schema, arguments)
        for connection, schema in spaces.items()
        for name, make in _DAGS.items()
        if running in {None, f"{connection}_{name}"}
    ]


def spaces_named(text: str) -> dict[str, str]:
    """Read ``backlog_alpha:ALPHA,backlog_beta:BETA``: the schema by connection, as ``backlog_space_dags`` takes it.

    :raises ConfigurationError: for an item of another form, and for a connection or schema that is there twice.
    """
    pairs = [_pair(item) for item in text.split(",") if item.strip()]
    for names in zip(*pairs, strict=True):
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ConfigurationError(
                f"BACKLOG_SPACES: {', '.join(twice)}: there twice, and two spaces need two schemas"
            )
    return dict(pairs)


def _pair(item: str) -> tuple[str, str]:
    connection, _, schema = (part.strip() for part in item.partition(":"))
    if not connection or not schema or ":" in schema:
        raise ConfigurationError(f"BACKLOG_SPACES: {item.strip()}: not of the form CONNECTION:SCHEMA")
    return connection, schema


def _hourly(dag_id: str, connection: str, schema: str, arguments: Mapping[str, Any]) -> DAG:
    return backlog_dag(dag_id=dag_id, backlog_conn_id=connection, schema=schema, **arguments)


def _daily(dag_id: str, connection: str, schema: str, arguments: Mapping[str, Any]) -> DAG:
    ends: dict[str, Any] = {"backlog_conn_id": connection, "schema": schema}
    return backlog_dag(dag_id=dag_id, endpoints=DAILY, schedule="0 18 * * *", **ends, **arguments)


def _weekly(dag_id: str, connection: str, schema: str, arguments: Mapping[str, Any]) -> DAG:
    return backlog_census_dag(dag_id=dag_id, backlog_conn_id=connection, schema=schema, **arguments)


def _views(dag_id: str, _connection: str, schema: str, arguments: Mapping[str, Any]) -> DAG:
    return backlog_views_dag(dag_id=dag_id, schema=schema, **arguments)


_DAGS: dict[str, Callable[[str, str, str, Mapping[str, Any]], DAG]] = {
    "to_snowflake": _hourly,
    "settings_daily": _daily,
    "census_weekly": _weekly,
    "views": _views,
}

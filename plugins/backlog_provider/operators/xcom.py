"""The list of projects in an XCom, from the task that loads it to later tasks of the same run.

Each of them would otherwise ask Backlog for the same list: one request more for every endpoint of every idle hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import BaseOperator, Context

ENDPOINT = "projects"
KEY = "visible_projects"
# A task of a run that is cleared days later finds the list of that day: it has to ask again.
MAX_AGE = timedelta(minutes=10)


def push_projects(context: Context, projects: list[dict[str, Any]] | None) -> None:
    """Push the projects that a task has listed, each with its id and key."""
    value = {"listed_at": datetime.now(timezone.utc).isoformat(), "projects": projects}
    context["ti"].xcom_push(key=KEY, value=value)


def pull_projects(operator: BaseOperator, context: Context) -> list[dict[str, Any]] | None:
    """Return the projects that a task upstream, on the same connection, has listed in this run; None where none has."""
    here = getattr(operator, "backlog_conn_id", None), ENDPOINT
    for task in operator.get_flat_relatives(upstream=True):
        if (getattr(task, "backlog_conn_id", None), str(getattr(task, "endpoint", None))) == here:
            left = context["ti"].xcom_pull(task_ids=task.task_id, key=KEY, map_indexes=-1)
            if left and datetime.now(timezone.utc) - datetime.fromisoformat(left["listed_at"]) < MAX_AGE:
                projects: list[dict[str, Any]] | None = left["projects"]
                return projects
    return None

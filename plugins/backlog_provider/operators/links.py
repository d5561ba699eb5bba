"""Buttons on a task's page in Airflow's UI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.providers.common.compat.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey


class SpaceLink(BaseOperatorLink):
    """Opens the Backlog space that the task reads."""

    name = "Backlog space"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002
        """Return the space's address, from the operator's connection."""
        from backlog_provider.hooks.backlog import BacklogHook

        return BacklogHook(getattr(operator, "backlog_conn_id", BacklogHook.default_conn_name)).address

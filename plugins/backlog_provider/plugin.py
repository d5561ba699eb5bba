"""The Airflow plugin of the distribution's entry point."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from backlog_provider.operators.links import SpaceLink


class BacklogPlugin(AirflowPlugin):
    """Makes the links of the operator known to Airflow."""

    name = "backlog_provider"
    operator_extra_links = [SpaceLink()]  # noqa: RUF012 (Airflow declares it so)

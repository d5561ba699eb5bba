"""The window of a run of Airflow's backfill: its data interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.providers.common.compat.sdk import AirflowSkipException

from backlog_provider.arguments import window_of

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from backlog_provider.catalogue import Endpoint
    from backlog_provider.extract.page import Window


def backfill_window(endpoint: Endpoint, context: Context) -> Window | None:
    """Return the data interval of a backfill's run as a window; None for every other kind of run.

    :raises AirflowSkipException: for endpoints that have no times, and so nothing to load in an interval.
    """
    run = context["dag_run"]
    if run.run_type != "backfill":
        return None
    if not endpoint.has_window:
        raise AirflowSkipException(f"{endpoint.name} have no times to go by: nothing of them belongs to an interval")
    return window_of(run.data_interval_start, run.data_interval_end)

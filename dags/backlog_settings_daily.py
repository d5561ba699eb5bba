"""Nightly: load settings of projects, and other lists that take one request per project."""

from backlog_provider.airflow_dag import backlog_dag
from backlog_provider.catalogue import DAILY

# 18:00 UTC: the night in Japan.
backlog_dag(dag_id="backlog_settings_daily", endpoints=DAILY, schedule="0 18 * * *")

"""Hourly: load new and changed records of a Nulab Backlog space into Snowflake."""

from backlog_provider.airflow_dag import backlog_dag

backlog_dag(dag_id="backlog_to_snowflake")

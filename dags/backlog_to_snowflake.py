"""Nulab Backlog to Snowflake, every hour: one space, all its endpoints, what is new or changed."""

from backlog_provider.airflow_dag import backlog_dag

backlog_dag(dag_id="backlog_to_snowflake")

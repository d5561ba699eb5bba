"""Hourly: create and update the views over the tables of a Nulab Backlog space."""

from backlog_provider.airflow_dag import backlog_views_dag

backlog_views_dag(dag_id="backlog_views")

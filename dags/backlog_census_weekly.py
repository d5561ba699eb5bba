"""Nulab Backlog and Snowflake compared, once a week: what has gone from the space is marked in its tables."""

from backlog_provider.airflow_dag import backlog_census_dag

backlog_census_dag(dag_id="backlog_census_weekly")

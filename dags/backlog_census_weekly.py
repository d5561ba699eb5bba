"""Weekly: compare the tables of a Nulab Backlog space with the space, and correct what differs."""

from backlog_provider.airflow_dag import backlog_census_dag

backlog_census_dag(dag_id="backlog_census_weekly")

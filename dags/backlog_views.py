"""Views over the tables of a Nulab Backlog space: made where tables or definitions are new."""

from backlog_provider.airflow_dag import backlog_views_dag

backlog_views_dag(dag_id="backlog_views")

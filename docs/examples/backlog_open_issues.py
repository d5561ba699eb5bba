"""Runs whenever a load has changed issues, and in hours in which nothing happened not at all.

Scheduled on the table's alias, whatever account and database the connection means. Where these are known, the asset
does as well: ``schedule=Asset("snowflake://ORG-ACCOUNT/RAW/BACKLOG/BACKLOG_ISSUES")``. With OpenLineage switched on,
its table follows the issues in the lineage.
"""

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, task

from backlog_provider.assets import table_alias

ISSUES = table_alias("issues")  # the arguments are those of backlog_dag: snowflake_conn_id, database, schema

with DAG(dag_id="backlog_open_issues", schedule=ISSUES, catchup=False, max_active_runs=1):

    @task
    def what_changed(triggering_asset_events=None):
        """Return what the events tell: mode, rows inserted, updated and deleted, the mark."""
        return [event.extra for event in triggering_asset_events[ISSUES]]

    what_changed() >> SQLExecuteQueryOperator(
        task_id="count",
        conn_id="snowflake_default",
        sql="""
            CREATE OR REPLACE TABLE BACKLOG_OPEN_ISSUES AS
            SELECT PROJECT_ID, STATUS_NAME, COUNT(*) AS ISSUES
            FROM BACKLOG_ISSUES WHERE _DELETED_AT IS NULL GROUP BY PROJECT_ID, STATUS_NAME
        """,
    )

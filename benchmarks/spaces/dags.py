"""The measured DAG of each space: few endpoints, so that it is the spaces that are many."""

import os

from backlog_provider.airflow_dag import backlog_dag
from backlog_provider.airflow_spaces import spaces_named

for connection, schema in spaces_named(os.environ["BACKLOG_SPACES"]).items():
    backlog_dag(
        dag_id=f"{connection}_to_snowflake",
        backlog_conn_id=connection,
        schema=schema,
        endpoints=["projects", "issues", "activities"],
        schedule=None,
    )

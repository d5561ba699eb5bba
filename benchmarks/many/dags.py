"""The hourly DAG as a space needs it that has too many issues to ask each for its comments: these by themselves.

Triggered, not scheduled: it is measured when, and how often.
"""

from backlog_provider.airflow_dag import backlog_dag
from backlog_provider.catalogue import HOURLY

backlog_dag(dag_id="hourly", endpoints=[name for name in HOURLY if name != "issue_comments"], schedule=None)
# Of one project at the end of the list: the first load takes minutes.
backlog_dag(dag_id="comments_of_some", endpoints=["issue_comments"], project_keys=["INFRA17"], schedule=None)
# Of all projects: in a schema of its own, because a table has one mark.
backlog_dag(dag_id="comments_of_all", endpoints=["issue_comments"], schema="ALL_COMMENTS", schedule=None)

"""Every morning, what the loads of the day before have cost, by task: found by the query tag of their statements.

The role needs the privilege IMPORTED PRIVILEGES on the database SNOWFLAKE; its views are up to three hours late.
"""

import pendulum
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG

COSTS = """
WITH TAGGED AS (
    SELECT QUERY_ID, TOTAL_ELAPSED_TIME, TRY_PARSE_JSON(QUERY_TAG) AS TAG
    FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY
    WHERE START_TIME >= DATEADD(DAY, -1, CURRENT_DATE())
)
SELECT TAG:dag_id::VARCHAR AS DAG_ID, TAG:endpoint::VARCHAR AS ENDPOINT, COUNT(*) AS STATEMENTS,
       SUM(TOTAL_ELAPSED_TIME) / 1000 AS SECONDS, SUM(CREDITS_ATTRIBUTED_COMPUTE) AS CREDITS
FROM TAGGED LEFT JOIN SNOWFLAKE.ACCOUNT_USAGE.QUERY_ATTRIBUTION_HISTORY USING (QUERY_ID)
WHERE TAG:app::VARCHAR = 'airflow-provider-backlog'
GROUP BY 1, 2
ORDER BY CREDITS DESC NULLS LAST
"""

with DAG(dag_id="backlog_query_costs", schedule="0 6 * * *", start_date=pendulum.datetime(2026, 1, 1), catchup=False):
    SQLExecuteQueryOperator(task_id="costs", conn_id="snowflake_default", sql=COSTS)

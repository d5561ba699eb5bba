"""(d) What an Airflow user writes without a provider: HttpOperator with a pagination function, and insert_rows.

It takes so long that a sample has to do: the first issues, as many as the argument says.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import closing
from typing import Any

from airflow.providers.http.operators.http import HttpOperator
from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook

from benchmarks.measuring import tell
from benchmarks.task import context

COLUMNS = ("ID", "ISSUE_KEY", "SUMMARY", "STATUS", "ASSIGNEE", "CREATED", "UPDATED", "RAW")
TABLE = f"CREATE TABLE ISSUES ({', '.join(f'{name} VARCHAR' for name in COLUMNS)})"


def load(schema: str, rows: str) -> dict[str, Any]:
    """Read so many issues and insert them; seconds, requests, rows."""
    backlog = json.loads(os.environ["AIRFLOW_CONN_BACKLOG_DEFAULT"])
    os.environ["AIRFLOW_CONN_SPACE"] = json.dumps({"conn_type": "http", "host": backlog["host"]})
    hook = SnowflakeHook(schema=schema)
    with closing(hook.get_conn()) as connection:
        connection.cursor().execute(TABLE)
    started = time.perf_counter()
    issues = read(backlog["password"], int(rows))
    hook.insert_rows("ISSUES", [row_of(issue) for issue in issues], COLUMNS, commit_every=1000)
    return {"seconds": time.perf_counter() - started, "requests": -(-int(rows) // 100), "rows": len(issues)}


def read(key: str, rows: int) -> list[dict[str, Any]]:
    """Return the first issues, page by page."""
    params = {"sort": "created", "order": "asc", "count": "100"}

    def next_page(response: Any) -> dict[str, Any] | None:
        offset = int(dict(part.split("=") for part in response.url.partition("?")[2].split("&")).get("offset", 0)) + 100
        return {"data": {**params, "offset": str(offset)}} if response.json() and offset < rows else None

    operator = HttpOperator(
        task_id="read",
        http_conn_id="space",
        endpoint="api/v2/issues",
        method="GET",
        data=params,
        headers={"Backlog-API-Key": key},
        pagination_function=next_page,
        response_filter=lambda responses: [issue for response in responses for issue in response.json()],
    )
    issues: list[dict[str, Any]] = operator.execute(context())
    return issues


def row_of(issue: dict[str, Any]) -> tuple[Any, ...]:
    """Return a row of a few columns, and the whole record as text."""
    assignee = (issue["assignee"] or {}).get("name")
    first = issue["id"], issue["issueKey"], issue["summary"], issue["status"]["name"], assignee
    return (*first, issue["created"], issue["updated"], json.dumps(issue))


if __name__ == "__main__":
    tell(load)

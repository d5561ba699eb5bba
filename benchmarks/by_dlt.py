"""(c) dlt's rest_api source, merging on the same key; runs in an environment of its own, without this project."""

from __future__ import annotations

import json
import os
import tempfile
import time
from typing import Any
from urllib.parse import quote

import dlt
from dlt.destinations import duckdb, snowflake
from dlt.sources.rest_api import rest_api_source

from benchmarks.measuring import tell


def load(schema: str, where: str, nesting: str) -> dict[str, Any]:
    """Load every issue into a new schema; seconds and rows.

    :param where: ``duckdb``, a file, or ``snowflake``, the account of the connection.
    :param nesting: how deep lists in records become tables of their own; 0 is none, and empty is dlt's default.
    """
    with tempfile.TemporaryDirectory() as folder:
        destination = duckdb(f"{folder}/bench.duckdb") if where == "duckdb" else snowflake(credentials=account())
        started = time.perf_counter()
        pipeline = dlt.pipeline("bench", pipelines_dir=folder, destination=destination, dataset_name=schema)
        source = issues()
        if nesting:
            source.max_table_nesting = int(nesting)
        pipeline.run(source)
        seconds = time.perf_counter() - started
        rows = pipeline.last_trace.last_normalize_info.row_counts["issues"]
    return {"seconds": seconds, "rows": rows}


def issues() -> Any:
    """Return the source, as dlt's documentation writes one."""
    backlog = json.loads(os.environ["AIRFLOW_CONN_BACKLOG_DEFAULT"])
    by_offset = {
        "type": "offset",
        "limit": 100,
        "limit_param": "count",
        "total_path": None,
        "stop_after_empty_page": True,
    }
    return rest_api_source(
        {
            "client": {
                "base_url": f"{backlog['host']}/api/v2/",
                "headers": {"Backlog-API-Key": backlog["password"]},
                "paginator": by_offset,
            },
            "resource_defaults": {"primary_key": "id", "write_disposition": "merge"},
            "resources": [
                {"name": "issues", "endpoint": {"path": "issues", "params": {"sort": "created", "order": "asc"}}}
            ],
        }
    )


def account() -> str:
    """Return the connection to Snowflake as dlt takes it."""
    connection = json.loads(os.environ["AIRFLOW_CONN_SNOWFLAKE_DEFAULT"])
    extra = connection["extra"]
    query = "&".join(f"{name}={quote(str(extra[name]))}" for name in ("warehouse", "role", "host", "port"))
    user = f"{connection['login']}:{quote(connection['password'])}"
    return f"snowflake://{user}@{extra['account']}/{extra['database']}?{query}"


if __name__ == "__main__":
    tell(load)

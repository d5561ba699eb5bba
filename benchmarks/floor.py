"""(b) What cannot be avoided: every page fetched raw, one file loaded by hand."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.hooks.backlog import BacklogHook
from backlog_provider.hooks.snowflake import Destination, TableConnection
from backlog_provider.load.identifiers import TableName
from backlog_provider.load.sql import merge as merge_sql
from backlog_provider.load.stage_file import StageFile
from backlog_provider.load.sync_state import Run
from backlog_provider.transform.staged_rows import staged_maker
from benchmarks.measuring import tell

if TYPE_CHECKING:
    import requests

ISSUES = CATALOGUE["issues"]


def floor(schema: str) -> dict[str, Any]:
    """Fetch every page without looking into it, then PUT, COPY and MERGE a file of its rows; seconds of both.

    What makes the file of the pages is not counted.
    """
    hook = BacklogHook()
    session = hook.get_conn()
    started = time.perf_counter()
    bodies = fetch_raw(session, hook.base_url)
    fetched = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        file = StageFile(Path(folder), "issues", 0)
        make = staged_maker(ISSUES)
        rows = 0
        for body in bodies:
            records = orjson.loads(body)
            file.write([make(record) for record in records])
            rows += len(records)
        file.close()
        started = time.perf_counter()
        load_by_hand(schema, file.path)
        loaded = time.perf_counter() - started
    return {"seconds": fetched + loaded, "fetch": fetched, "load": loaded, "requests": len(bodies), "rows": rows}


def fetch_raw(session: requests.Session, base_url: str) -> list[bytes]:
    """The bodies of every page, in the order of creation."""
    bodies: list[bytes] = []
    while not bodies or len(bodies[-1]) > len("[]"):
        params: Any = {"sort": "created", "order": "asc", "count": 100, "offset": 100 * len(bodies)}
        answer = session.get(f"{base_url}/api/v2/issues", params=params, timeout=60)
        answer.raise_for_status()
        bodies.append(answer.content)
    return bodies


def load_by_hand(schema: str, path: Path) -> None:
    """Log in, create the table, and PUT, COPY and MERGE one file."""
    destination = Destination.of("snowflake_default", database=None, schema=schema, table="BACKLOG_ISSUES")
    warehouse = TableConnection(destination, ISSUES, space="bench", run=Run("bench", "bench", "bench"))
    warehouse.open()
    session = warehouse._session  # noqa: SLF001 (by hand means without the loader)
    assert session
    target = TableName(destination.database or "", destination.schema or "", destination.table)
    session.run("create", merge_sql.create_table(ISSUES, target))
    session.run("create", merge_sql.create_stage("BENCH"))
    session.run("create", merge_sql.create_staging_table("BENCH"))
    session.run("put", merge_sql.put(str(path), "BENCH", schema))
    session.run("copy", merge_sql.copy("BENCH", schema, "BENCH"))
    session.run("merge", merge_sql.merge(ISSUES, target, "BENCH"), ["2026-01-01T00:00:00+00:00", "bench"])
    session.commit()
    warehouse.close()


if __name__ == "__main__":
    tell(floor)

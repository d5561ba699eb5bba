"""The way of a bulk load through Airflow's own hook: file, stage, staging table, merge, commit."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

TARGET = "ISSUES_OF_THE_LOAD_PATH"
CREATE = f"""
    CREATE TABLE IF NOT EXISTS {TARGET} (
        ISSUE_ID NUMBER(38, 0), SUMMARY VARCHAR, UPDATED_AT TIMESTAMP_TZ, RAW VARIANT, _SYNCED_AT TIMESTAMP_LTZ
    )"""
MERGE = f"""
    MERGE INTO {TARGET} t USING (
        SELECT RAW:rec:id::NUMBER(38, 0) AS ISSUE_ID, RAW:rec:summary::VARCHAR AS SUMMARY,
               RAW:rec:updated::TIMESTAMP_TZ AS UPDATED_AT, RAW:rec AS RAW, CURRENT_TIMESTAMP() AS _SYNCED_AT
        FROM STAGED
        QUALIFY ROW_NUMBER() OVER (PARTITION BY RAW:rec:id::NUMBER(38, 0) ORDER BY RAW:seq::NUMBER DESC) = 1
    ) s ON t.ISSUE_ID = s.ISSUE_ID
    WHEN MATCHED AND TO_JSON(s.RAW) <> TO_JSON(t.RAW) THEN UPDATE SET
        t.SUMMARY = s.SUMMARY, t.UPDATED_AT = s.UPDATED_AT, t.RAW = s.RAW, t._SYNCED_AT = s._SYNCED_AT
    WHEN NOT MATCHED THEN INSERT (ISSUE_ID, SUMMARY, UPDATED_AT, RAW, _SYNCED_AT)
        VALUES (s.ISSUE_ID, s.SUMMARY, s.UPDATED_AT, s.RAW, s._SYNCED_AT)"""


def load(hook: Any, records: list[dict[str, Any]], folder: Path) -> dict[str, int]:
    """Load the records in one transaction; what the MERGE says it did."""
    file = folder / "records.ndjson.gz"
    lines = (json.dumps({"seq": seq, "rec": record}) for seq, record in enumerate(records))
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    connection = hook.get_conn()
    try:
        cursor = connection.cursor()
        cursor.execute(CREATE)
        cursor.execute("CREATE OR REPLACE TEMPORARY TABLE STAGED (RAW VARIANT)")
        cursor.execute("CREATE TEMPORARY STAGE LOAD_PATH FILE_FORMAT = (TYPE = JSON)")
        cursor.execute(f"PUT 'file://{file}' @LOAD_PATH/run/ AUTO_COMPRESS=FALSE SOURCE_COMPRESSION=GZIP")
        connection.autocommit(False)
        cursor.execute("COPY INTO STAGED FROM @LOAD_PATH/run/ FILE_FORMAT=(TYPE=JSON) ON_ERROR=ABORT_STATEMENT")
        cursor.execute(MERGE)
        counts = dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))
        connection.commit()
    finally:
        connection.close()
    return counts


@pytest.fixture
def empty_target(hook: Any) -> None:
    hook.run(f"DROP TABLE IF EXISTS {TARGET}")


@pytest.mark.usefixtures("empty_target")
def test_records_arrive_once_however_often_they_are_loaded(hook: Any, tmp_path: Path) -> None:
    records = [
        {"id": 1, "summary": "要件 😀", "updated": "2024-01-02T03:04:05Z"},
        {"id": 2, "summary": 'it\'s \\ "quoted"\n', "updated": None},
    ]

    first = load(hook, records, tmp_path)
    second = load(hook, records, tmp_path)

    assert first == {"number of rows inserted": 2, "number of rows updated": 0}
    assert second == {"number of rows inserted": 0, "number of rows updated": 0}
    rows = hook.get_records(
        f"SELECT SUMMARY, TO_CHAR(UPDATED_AT::TIMESTAMP_NTZ, 'YYYY-MM-DD'), RAW FROM {TARGET} ORDER BY ISSUE_ID"
    )
    assert [(summary, day) for summary, day, _ in rows] == [
        ("要件 😀", "2024-01-02"),
        (records[1]["summary"], None),
    ]
    assert [json.loads(raw) for *_, raw in rows] == records


@pytest.mark.usefixtures("empty_target")
def test_a_changed_record_updates_its_row_and_the_last_version_of_a_load_wins(hook: Any, tmp_path: Path) -> None:
    load(hook, [{"id": 1, "summary": "old"}, {"id": 2, "summary": "same"}], tmp_path)

    changes = [{"id": 1, "summary": "newer"}, {"id": 1, "summary": "newest"}, {"id": 2, "summary": "same"}]
    counts = load(hook, changes, tmp_path)

    assert counts == {"number of rows inserted": 0, "number of rows updated": 1}
    assert hook.get_records(f"SELECT SUMMARY FROM {TARGET} ORDER BY ISSUE_ID") == [("newest",), ("same",)]


def test_the_hook_says_that_its_connection_works(hook: Any) -> None:
    assert hook.test_connection() == (True, "Connection successfully tested")


def test_many_statements_in_one_run_of_the_hook(hook: Any) -> None:
    hook.run(["CREATE OR REPLACE TABLE OF_RUN (N NUMBER)", "INSERT INTO OF_RUN VALUES (1), (2)"])

    assert hook.get_first("SELECT COUNT(*) FROM OF_RUN") == (2,)

"""Where the account answers as Snowflake does, though bare fakesnow would not."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakesnow import copy_into
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import ProgrammingError

from local_snowflake.corrections.replacing import UnexpectedFakesnow, replace
from local_snowflake.engine import RESULTS_KEPT, RecentResults
from local_snowflake.server import Account

Run = Callable[..., list[tuple[Any, ...]]]


def test_a_null_timestamp_is_read_as_null_beside_others(run: Run) -> None:
    rows = run("""
        SELECT A::TIMESTAMP_TZ, A::TIMESTAMP_NTZ, A::TIMESTAMP_LTZ
        FROM (SELECT NULL AS A UNION ALL SELECT '2024-01-02T03:04:05.678901') ORDER BY A NULLS FIRST""")

    assert rows[0] == (None, None, None)
    assert [moment.isoformat()[:26] for moment in rows[1]] == ["2024-01-02T03:04:05.678901"] * 3


def test_a_column_of_no_timestamps_at_all_can_be_read(run: Run) -> None:
    assert run("SELECT NULL::TIMESTAMP_TZ AS A FROM (SELECT 1) WHERE 1 = 0") == []
    assert run("SELECT NULL::TIMESTAMP_TZ AS A") == [(None,)]


MERGE = """
    MERGE INTO MERGED t USING (SELECT 1 AS ID, 'new' AS NAME) s ON t.ID = s.ID
    WHEN MATCHED THEN UPDATE SET t.NAME = s.NAME WHEN NOT MATCHED THEN INSERT (ID, NAME) VALUES (s.ID, s.NAME)"""


@pytest.mark.parametrize("begin", ["BEGIN", "ALTER SESSION SET AUTOCOMMIT = FALSE"])
def test_several_merges_and_writes_are_rolled_back_together(run: Run, begin: str) -> None:
    run("CREATE OR REPLACE TABLE MERGED (ID NUMBER, NAME VARCHAR)")
    run(begin)
    run("INSERT INTO MERGED VALUES (1, 'old')")

    assert run(MERGE) == [(0, 1)]
    assert run(MERGE.replace("1 AS ID", "2 AS ID")) == [(1, 0)]
    run("ROLLBACK")
    assert run("SELECT COUNT(*) FROM MERGED") == [(0,)]


@pytest.mark.parametrize("begin", ["BEGIN", "ALTER SESSION SET AUTOCOMMIT = FALSE"])
@pytest.mark.parametrize("ddl", ["TABLE AFTER_DML (N NUMBER)", "STAGE AFTER_DML"])
def test_ddl_commits_what_came_before_it(run: Run, begin: str, ddl: str) -> None:
    run("CREATE OR REPLACE TABLE BEFORE_DDL (N NUMBER)")
    run(begin)
    run("INSERT INTO BEFORE_DDL VALUES (1)")
    run(f"CREATE TEMPORARY {ddl}")
    run("ROLLBACK")

    assert run("SELECT COUNT(*) FROM BEFORE_DDL") == [(1,)]


def test_after_a_failed_statement_commit_does_not_pretend(run: Run) -> None:
    run("CREATE OR REPLACE TABLE GIVEN_UP (N NUMBER NOT NULL)")
    run("BEGIN")
    run("INSERT INTO GIVEN_UP VALUES (1)")
    with pytest.raises(ProgrammingError):
        run("INSERT INTO GIVEN_UP VALUES (NULL)")

    with pytest.raises(ProgrammingError, match="ROLLBACK, then start again"):
        run("COMMIT")
    run("ROLLBACK")
    run("INSERT INTO GIVEN_UP VALUES (2)")
    assert run("SELECT N FROM GIVEN_UP") == [(2,)]


def test_switching_autocommit_on_does_not_pretend_either(connection: SnowflakeConnection, run: Run) -> None:
    run("CREATE OR REPLACE TABLE GIVEN_UP (N NUMBER NOT NULL)")
    connection.autocommit(False)
    run("INSERT INTO GIVEN_UP VALUES (1)")
    with pytest.raises(ProgrammingError):
        run("INSERT INTO GIVEN_UP VALUES (NULL)")

    connection.autocommit(True)  # the connector keeps the refusal to itself
    with pytest.raises(ProgrammingError, match="ROLLBACK, then start again"):
        run("SELECT 1")
    connection.rollback()
    assert run("SELECT COUNT(*) FROM GIVEN_UP") == [(0,)]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT * FROM NOT_THERE", "NOT_THERE does not exist"),
        ("SELEC 1", "SELEC"),
        ("SELECT PARSE_JSON('{bad')", "Malformed JSON"),
        ("INSERT INTO STRICT VALUES (NULL)", "NOT NULL constraint failed"),
        ("COPY INTO STRICT FROM @ANY FILE_FORMAT = (TYPE = JSON) NO_SUCH_OPTION = 1", "NO_SUCH_OPTION"),
        ("SELECT HASH('a')", "execution internal error"),
    ],
)
def test_what_the_engine_refuses_is_an_error_at_once(run: Run, sql: str, message: str) -> None:
    run("CREATE OR REPLACE TABLE STRICT (N NUMBER NOT NULL)")
    started = time.monotonic()

    with pytest.raises(ProgrammingError, match=message):
        run(sql)
    assert time.monotonic() - started < 5


def test_a_write_conflict_is_an_error_at_once(account: Account, run: Run) -> None:
    run("CREATE OR REPLACE TABLE CONTESTED AS SELECT 1 AS N")
    run("BEGIN")
    run("UPDATE CONTESTED SET N = 2")

    with account.connect() as other, pytest.raises(ProgrammingError, match="onflict"):
        other.cursor().execute("UPDATE CONTESTED SET N = 3")
    run("COMMIT")


@pytest.fixture
def staged(run: Run, tmp_path: Path) -> None:
    """One file of two records in a stage, and the table COPIED to load it into."""
    file = tmp_path / "records.json"
    file.write_text('{"n": 1}\n{"n": 2}\n')
    run("CREATE OR REPLACE TEMPORARY STAGE FILES")
    run("CREATE OR REPLACE TABLE COPIED (RAW VARIANT)")
    run(f"PUT 'file://{file}' @FILES/run/")


COPY = "COPY INTO COPIED FROM @FILES/run/ FILE_FORMAT = (TYPE = JSON)"


@pytest.mark.usefixtures("staged")
@pytest.mark.parametrize(("option", "rows"), [("", 2), ("FORCE = FALSE", 2), ("FORCE = TRUE", 4)])
def test_a_file_is_loaded_twice_only_if_forced(run: Run, option: str, rows: int) -> None:
    run(COPY)
    run(f"{COPY} {option}")

    assert run("SELECT COUNT(*) FROM COPIED") == [(rows,)]


@pytest.mark.usefixtures("staged")
@pytest.mark.parametrize(("option", "files"), [("", 1), ("PURGE = FALSE", 1), ("PURGE = TRUE", 0)])
def test_a_loaded_file_is_deleted_only_if_purged(run: Run, option: str, files: int) -> None:
    run(f"{COPY} {option}")

    assert len(run("LIST @FILES")) == files


@pytest.fixture
def put(run: Run, tmp_path: Path) -> Callable[[str, str], None]:
    """Puts a file of lines beside those of `staged`."""

    def put(name: str, lines: str) -> None:
        file = tmp_path / name
        file.write_text(lines)
        run(f"PUT 'file://{file}' @FILES/run/")

    return put


@pytest.mark.usefixtures("staged")
def test_files_copied_together_are_told_of_one_by_one(run: Run, put: Callable[[str, str], None]) -> None:
    put("more.json", '{"n": 3}\n{"n": 4}\n{"n": 5}\n')
    put("none.json", "")

    told = [(file.rpartition("/")[2], *rest) for file, *rest in run(COPY)]

    assert [each[:4] for each in sorted(told)] == [
        ("more.json.gz", "LOADED", 3, 3),
        ("none.json.gz", "LOADED", 0, 0),
        ("records.json.gz", "LOADED", 2, 2),
    ]
    assert run("SELECT RAW:n::NUMBER FROM COPIED ORDER BY 1") == [(1,), (2,), (3,), (4,), (5,)]


@pytest.mark.usefixtures("staged")
def test_of_files_copied_together_the_ones_loaded_before_are_left_out(
    run: Run, put: Callable[[str, str], None]
) -> None:
    run(COPY)
    put("later.json", '{"n": 3}')
    put("latest.json", '{"n": 4}')

    told = {file.rpartition("/")[2]: status for file, status, *_ in run(COPY)}

    assert told == {"records.json.gz": "LOAD_SKIPPED", "later.json.gz": "LOADED", "latest.json.gz": "LOADED"}
    assert run("SELECT COUNT(*) FROM COPIED") == [(4,)]


@pytest.mark.usefixtures("staged")
def test_one_malformed_file_keeps_all_of_a_copy_out(run: Run, put: Callable[[str, str], None]) -> None:
    put("sound.json", '{"n": 3}')
    put("broken.json", '{"n": ')

    with pytest.raises(ProgrammingError, match="Malformed JSON"):
        run(COPY)
    assert run("SELECT COUNT(*) FROM COPIED") == [(0,)]


@pytest.mark.usefixtures("staged")
def test_a_copy_is_part_of_its_transaction(run: Run, put: Callable[[str, str], None]) -> None:
    put("more.json", '{"n": 3}')
    run("CREATE OR REPLACE TABLE WRITTEN (N NUMBER)")
    run("BEGIN")
    run("INSERT INTO WRITTEN VALUES (1)")
    run(COPY)
    run("INSERT INTO WRITTEN VALUES (2)")
    run("ROLLBACK")

    assert run("SELECT COUNT(*) FROM COPIED") == run("SELECT COUNT(*) FROM WRITTEN") == [(0,)]
    run(COPY)
    assert run("SELECT COUNT(*) FROM COPIED") == [(3,)]


def test_a_temporary_stage_ends_with_its_session(account: Account, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "records.json"
    file.write_text("{}")
    with account.connect() as first:
        first.cursor().execute("CREATE TEMPORARY STAGE PASSING")
        first.cursor().execute(f"PUT 'file://{file}' @PASSING/")

    run("CREATE TEMPORARY STAGE PASSING")
    assert run("LIST @PASSING") == []


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER SESSION SET QUERY_TAG = 'backlog'",
        "ALTER SESSION UNSET QUERY_TAG",
        "ALTER SESSION SET TIMEZONE = 'UTC'",
        "REMOVE @FILES/run/",
        "DROP STAGE IF EXISTS FILES",
        "GRANT SELECT ON TABLE COPIED TO ROLE READER",
    ],
)
@pytest.mark.usefixtures("staged")
def test_statements_about_what_does_not_exist_here_are_accepted(run: Run, sql: str) -> None:
    assert run(sql) == [("Statement executed successfully.",)]


def test_only_the_last_results_are_kept() -> None:
    results = RecentResults()
    for number in range(RESULTS_KEPT + 2):
        results[str(number)] = (number,)

    assert len(results) == RESULTS_KEPT
    assert "1" not in results
    assert results["2"] == (2,)


def test_the_last_result_can_be_fetched_by_its_query_id(connection: SnowflakeConnection) -> None:
    cursor = connection.cursor()
    query_id = cursor.execute_async("SELECT 42")["queryId"]

    cursor.get_results_from_sfqid(query_id)
    assert cursor.fetchall() == [(42,)]


def test_another_fakesnow_is_refused_in_one_clear_line() -> None:
    with pytest.raises(UnexpectedFakesnow, match=r"fakesnow [\d.]+: fakesnow.copy_into._params\(other\) is not there"):
        replace(copy_into, "_params", ["other"], lambda original: original)


def test_flatten_of_nothing_is_no_row_or_one_with_outer(run: Run) -> None:
    run("""
        CREATE OR REPLACE TABLE HOLDERS AS SELECT column1 AS N, PARSE_JSON(column2) AS A FROM VALUES
        (1, '[5, 6]'), (2, '[]'), (3, 'null'), (4, NULL), (5, '"text"'), (6, '{"k": 7}'), (7, '{}')""")
    flat = "SELECT N, f.INDEX, f.KEY, f.VALUE::VARCHAR FROM HOLDERS h, LATERAL FLATTEN(INPUT => h.A, OUTER => {}) f"
    held = [(1, 0, None, "5"), (1, 1, None, "6"), (6, None, "k", "7")]

    assert sorted(run(flat.format("FALSE"))) == held
    assert sorted(run(flat.format("TRUE"))) == sorted([*held, *((n, None, None, None) for n in (2, 3, 4, 5, 7))])


def test_to_array_leaves_arrays_and_nulls_what_they_are(run: Run) -> None:
    values = """VALUES (1, '[5, 6]'), (2, 'null'), (3, NULL), (4, '{"k": 7}'), (5, '"text"')"""
    rows = run(f"SELECT column1, TO_JSON(TO_ARRAY(PARSE_JSON(column2))) FROM {values}")

    assert sorted(rows) == [(1, "[5,6]"), (2, None), (3, None), (4, '[{"k":7}]'), (5, '["text"]')]


def test_a_view_has_the_comment_that_it_was_given_last(run: Run) -> None:
    def comment() -> Any:
        [row] = run("SHOW VIEWS LIKE 'COMMENTED'")
        return row[6]

    run("CREATE OR REPLACE VIEW COMMENTED COPY GRANTS COMMENT = 'first' AS SELECT 1 AS A")
    assert comment() == "first"
    run("COMMENT ON VIEW COMMENTED IS 'second'")
    assert comment() == "second"
    run("CREATE OR REPLACE VIEW COMMENTED COPY GRANTS AS SELECT 2 AS A")
    assert comment() == ""
    assert run("SELECT * FROM COMMENTED") == [(2,)]


@pytest.mark.parametrize(
    "document", ['{"a": 1, "b": "x", "c": null, "we ird.\'": [1], "e": {"f": true}}', "{}", "[1]", "null"]
)
def test_values_taken_together_are_those_taken_one_by_one(run: Run, document: str) -> None:
    values = [
        'D:"a"::NUMBER',
        'D:"b"::VARCHAR',
        'D:"c"::VARCHAR',
        "D:\"we ird.''\"::VARCHAR",
        'D:"e"."f"::BOOLEAN',
        'D:"b"',
    ]
    run("CREATE OR REPLACE TEMPORARY TABLE DOCUMENTS (ID NUMBER, D VARIANT)")
    run("INSERT INTO DOCUMENTS SELECT 7, PARSE_JSON(%s)", [document])
    one_by_one = [run(f"SELECT {value} FROM DOCUMENTS")[0][0] for value in values]

    query = f'SELECT t.ID, {", ".join(values)} FROM DOCUMENTS t WHERE D:"a"::NUMBER IS NULL OR t.ID > %s'
    assert run(query, [6]) == [(7, *one_by_one)]

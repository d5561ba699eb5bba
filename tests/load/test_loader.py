"""Batches into a table of the local Snowflake: one transaction each, the newest version wins, nothing twice."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.exceptions import ConfigurationError, LoadError, ResponseError, StateConflictError
from backlog_provider.load.identifiers import TableName
from backlog_provider.load.loader import Counts, Loader
from backlog_provider.load.session import Session
from backlog_provider.load.sql import merge as merge_sql
from backlog_provider.load.stage_file import StageFile
from backlog_provider.load.sync_state import Run
from backlog_provider.model.lazy_record import raw_records, record_parser
from backlog_provider.model.state import State
from backlog_provider.transform.staged_rows import staged_maker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Warehouse

ISSUES = CATALOGUE["issues"]
MAKE = staged_maker(ISSUES)


def issue(number: int, second: int = 0, **fields: Any) -> dict[str, Any]:
    return {"id": number, "summary": f"issue {number}", "updated": f"2026-01-01T00:00:{second:02}Z", **fields}


@pytest.fixture
def open_loader(warehouse: Warehouse) -> Callable[..., Any]:
    """Opens a loader of issues in a session of its own."""

    @contextmanager
    def opened(**options: Any) -> Iterator[Loader]:
        session = Session(warehouse.account.connect(schema=warehouse.schema))
        arguments = {"space": "example.backlog.com", "run": Run("run", "dag", "task"), "endpoint": ISSUES, **options}
        endpoint = arguments.pop("endpoint")
        try:
            yield Loader(session, endpoint, TableName("BACKLOG", warehouse.schema, "T"), **arguments)
        finally:
            session.close()

    return opened


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., StageFile]:
    """Makes a finished file of some records."""

    def made(*records: dict[str, Any], first: int = 0) -> StageFile:
        file = StageFile(tmp_path, "issues", first)
        file.write([MAKE(record) for record in records])
        file.close()
        return file

    return made


def load(loader: Loader, file: StageFile, state: State, cursor: dict[str, Any] | None) -> tuple[Counts, State]:
    loader.stage(file)
    return loader.merge(state, cursor, lambda *_: None)


def cursor(value: str) -> dict[str, Any]:
    return {"value": value, "recent": {}}


def test_new_table_has_no_state_and_a_load_writes_one(open_loader: Any, file: Any, warehouse: Warehouse) -> None:
    with open_loader() as loader:
        state = loader.prepare()
        assert state == State(None, 0)
        counts, after = load(loader, file(issue(1), issue(2)), state, cursor("a"))
    assert (counts.inserted, counts.updated) == (2, 0)
    assert after == State(cursor("a"), 1)
    with open_loader() as loader:
        assert loader.prepare() == after
    assert set(warehouse.records("T")) == {1, 2}


def test_same_batch_again_touches_no_row(open_loader: Any, file: Any) -> None:
    with open_loader() as loader:
        _, state = load(loader, file(issue(1), issue(2)), loader.prepare(), cursor("a"))
        counts, _ = load(loader, file(issue(1), issue(2)), state, cursor("a"))
    assert (counts.inserted, counts.updated) == (0, 0)


def test_older_version_never_overwrites_a_newer_one(open_loader: Any, file: Any, warehouse: Warehouse) -> None:
    with open_loader() as loader:
        _, state = load(loader, file(issue(1, second=9, summary="new")), loader.prepare(), cursor("a"))
        counts, _ = load(loader, file(issue(1, second=8, summary="old")), state, cursor("b"))
    assert counts.updated == 0
    assert warehouse.records("T")[1]["summary"] == "new"


def test_other_text_in_the_same_second_does_overwrite(open_loader: Any, file: Any, warehouse: Warehouse) -> None:
    with open_loader() as loader:
        _, state = load(loader, file(issue(1, summary="first")), loader.prepare(), cursor("a"))
        counts, _ = load(loader, file(issue(1, summary="second")), state, cursor("b"))
    assert counts.updated == 1
    assert warehouse.records("T")[1]["summary"] == "second"


def test_of_several_copies_in_a_batch_the_newest_wins_then_the_last_read(
    open_loader: Any, file: Any, warehouse: Warehouse
) -> None:
    batch = file(
        issue(1, second=5, summary="newest"),
        issue(1, second=4, summary="older"),
        issue(2, second=3, summary="read first"),
        issue(2, second=3, summary="read last"),
    )
    with open_loader() as loader:
        counts, _ = load(loader, batch, loader.prepare(), cursor("a"))
    assert counts.inserted == 2
    assert {n: r["summary"] for n, r in warehouse.records("T").items()} == {1: "newest", 2: "read last"}


def test_files_of_a_batch_are_one_transaction_in_which_the_last_read_wins(
    open_loader: Any, file: Any, warehouse: Warehouse
) -> None:
    with open_loader() as loader:
        state = loader.prepare()
        loader.stage(file(issue(1, summary="first"), issue(2)))
        loader.stage(file(issue(1, summary="last"), issue(3), first=2))
        assert warehouse.records("T") == {}
        counts, _ = loader.merge(state, cursor("a"), lambda *_: None)
    assert counts.inserted == 3
    assert warehouse.records("T")[1]["summary"] == "last"


def test_record_that_comes_back_is_alive_again(open_loader: Any, file: Any, warehouse: Warehouse) -> None:
    with open_loader() as loader:
        _, state = load(loader, file(issue(1)), loader.prepare(), cursor("a"))
        warehouse.query("UPDATE T SET _DELETED_AT = CURRENT_TIMESTAMP()")
        assert warehouse.records("T") == {}
        counts, _ = load(loader, file(issue(1)), state, cursor("b"))
    assert counts.updated == 1
    assert set(warehouse.records("T")) == {1}


def test_run_that_another_one_overtook_keeps_nothing(open_loader: Any, file: Any, warehouse: Warehouse) -> None:
    with open_loader() as slow, open_loader() as quick:
        stale = slow.prepare()
        _, state = load(quick, file(issue(1)), quick.prepare(), cursor("a"))
        with pytest.raises(StateConflictError, match="another run has loaded BACKLOG"):
            load(slow, file(issue(2)), stale, cursor("b"))
        load(quick, file(issue(3)), state, cursor("c"))
        with pytest.raises(StateConflictError):
            load(slow, file(issue(4)), state, cursor("d"))
    assert set(warehouse.records("T")) == {1, 3}
    assert warehouse.state("T") == ("c", 2)


def test_load_that_fails_halfway_keeps_nothing(open_loader: Any, file: Any, warehouse: Warehouse) -> None:
    with open_loader() as loader:
        _, state = load(loader, file(issue(1)), loader.prepare(), cursor("a"))
        warehouse.query("DROP TABLE BACKLOG_SYNC_STATE")
        with pytest.raises(LoadError, match="refused to write BACKLOG"):
            load(loader, file(issue(2)), state, cursor("b"))
    assert set(warehouse.records("T")) == {1}


def test_window_leaves_the_state_alone(open_loader: Any, file: Any, warehouse: Warehouse) -> None:
    with open_loader() as loader:
        _, state = load(loader, file(issue(1)), loader.prepare(), cursor("a"))
        _, after = load(loader, file(issue(2)), state, None)
    assert after == state
    assert warehouse.state("T") == ("a", 1)


def test_table_that_was_dropped_comes_back_without_its_mark(open_loader: Any, file: Any, warehouse: Warehouse) -> None:
    with open_loader() as loader:
        load(loader, file(issue(1)), loader.prepare(), cursor("a"))
    warehouse.query("DROP TABLE T")
    with open_loader() as loader:
        state = loader.prepare()
        assert state == State(None, 2)
        load(loader, file(issue(2)), state, cursor("b"))
    assert warehouse.state("T") == ("b", 3)


def test_mark_of_a_dropped_table_stays_gone_when_a_window_comes_first(
    open_loader: Any, file: Any, warehouse: Warehouse
) -> None:
    with open_loader() as loader:
        load(loader, file(issue(1), issue(2)), loader.prepare(), cursor("a"))
    warehouse.query("DROP TABLE T")
    with open_loader() as loader:
        load(loader, file(issue(2)), loader.prepare(), None)
    with open_loader() as loader:
        assert loader.prepare().cursor is None


def test_table_that_was_restored_to_a_day_before_comes_back_without_its_mark(
    open_loader: Any, file: Any, warehouse: Warehouse
) -> None:
    with open_loader() as loader:
        _, state = load(loader, file(issue(1)), loader.prepare(), cursor("a"))
        warehouse.query("CREATE TABLE YESTERDAY CLONE T")
        load(loader, file(issue(2)), state, cursor("b"))
    warehouse.query("DROP TABLE T")
    warehouse.query("ALTER TABLE YESTERDAY RENAME TO T")
    with open_loader() as loader:
        assert loader.prepare() == State(None, 3)


def test_load_that_changed_nothing_is_not_looked_for_in_the_table(open_loader: Any, file: Any) -> None:
    with open_loader() as loader:
        _, state = load(loader, file(issue(1)), loader.prepare(), cursor("a"))
        load(loader, file(issue(1)), state, cursor("b"))
    with open_loader() as loader:
        assert loader.prepare() == State(cursor("b"), 2)


def test_ledger_is_written_in_the_transaction_of_the_rows(open_loader: Any, file: Any, warehouse: Warehouse) -> None:
    ledger = dict.fromkeys(merge_sql.RUNS_COLUMNS) | {"MODE": "full", "ROWS_READ": 1, "MARK_AFTER": "a"}
    with open_loader() as loader:
        stale = loader.prepare()
        loader.stage(file(issue(1)))
        loader.merge(stale, cursor("a"), lambda counts, _: {**ledger, "ROWS_INSERTED": counts.inserted})
        loader.stage(file(issue(2)))
        with pytest.raises(StateConflictError):
            loader.merge(stale, cursor("b"), lambda *_: ledger)
    rows = warehouse.query("SELECT RUN_ID, DAG_ID, TASK_ID, TABLE_NAME, ROWS_INSERTED FROM BACKLOG_SYNC_RUNS")
    assert rows == [("run", "dag", "task", "T", 1)]


def versions(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """Issue, summary, and the seconds from which and to which each version held."""
    return warehouse.query(
        "SELECT ISSUE_ID, SUMMARY, DATE_PART(SECOND, VALID_FROM), DATE_PART(SECOND, VALID_TO) FROM T_HISTORY "
        "ORDER BY ISSUE_ID, VALID_FROM, VALID_TO NULLS LAST"
    )


def test_all_versions_of_a_record_in_a_batch_go_into_the_history_in_order(
    open_loader: Any, file: Any, warehouse: Warehouse
) -> None:
    with open_loader(keeps_history=True) as loader:
        _, state = load(loader, file(issue(1, second=1, summary="a")), loader.prepare(), cursor("a"))
        batch = file(
            issue(1, second=0, summary="older than what is there"),
            issue(1, second=4, summary="d"),
            issue(1, second=2, summary="b"),
            issue(1, second=2, summary="c, in the same second"),
            issue(1, second=4, summary="d"),
            issue(2, second=3),
        )
        load(loader, batch, state, cursor("b"))
    assert versions(warehouse) == [
        (1, "a", 1, 2),
        (1, "b", 2, 2),
        (1, "c, in the same second", 2, 4),
        (1, "d", 4, None),
        (2, "issue 2", 3, None),
    ]


def test_batch_that_was_rolled_back_leaves_no_version(open_loader: Any, file: Any, warehouse: Warehouse) -> None:
    with open_loader(keeps_history=True) as loader:
        stale = loader.prepare()
        load(loader, file(issue(1, second=1)), stale, cursor("a"))
        with pytest.raises(StateConflictError):
            load(loader, file(issue(1, second=2, summary="lost")), stale, cursor("b"))
    assert versions(warehouse) == [(1, "issue 1", 1, None)]


def test_table_of_another_space_is_refused_until_asked_for(open_loader: Any, file: Any) -> None:
    with open_loader() as loader:
        load(loader, file(issue(1)), loader.prepare(), cursor("a"))
    with open_loader(space="moved.backlog.com") as loader:
        with pytest.raises(ConfigurationError, match=r"holds the space example.backlog.com.*moved.backlog.com"):
            loader.prepare()
        assert loader.prepare(any_space=True).version == 1


def test_table_of_another_endpoint_is_refused(open_loader: Any, file: Any) -> None:
    with open_loader() as loader:
        load(loader, file(issue(1)), loader.prepare(), cursor("a"))
    with open_loader(endpoint=CATALOGUE["users"]) as loader, pytest.raises(ConfigurationError, match="name another"):
        loader.prepare()


def test_text_arrives_as_it_was(open_loader: Any, file: Any, warehouse: Warehouse) -> None:
    texts = ["課題 🎉 𠮷", "a'b\"c\\d", "line\nfeed\ttab", "%s ? ; -- $1 {{x}}", "", "\u2028", "x" * 100_000]
    records = [issue(n, summary=text) for n, text in enumerate(texts, 1)]
    with open_loader() as loader:
        load(loader, file(*records), loader.prepare(), cursor("a"))
    assert {n: r["summary"] for n, r in warehouse.records("T").items()} == dict(enumerate(texts, 1))
    assert dict(warehouse.query("SELECT ISSUE_ID, SUMMARY FROM T")) == dict(enumerate(texts, 1))


def test_text_that_is_not_unicode_is_an_error_that_names_the_record(tmp_path: Path) -> None:
    file = StageFile(tmp_path, "x", 0)
    with pytest.raises(ResponseError, match="record 7 cannot be written as JSON"):
        file.write([MAKE(issue(7, summary="\ud800"))])
    file.close()


def test_record_goes_in_as_the_text_that_came_in_however_many_lines(
    open_loader: Any, warehouse: Warehouse, tmp_path: Path
) -> None:
    records = [issue(1, more=[{"a": "x\n課題"}]), issue(2, estimatedHours=1.5)]
    body = json.dumps(records, indent=2).encode()
    texts = raw_records(body)
    assert texts is not None
    file = StageFile(tmp_path, "issues", 0)
    file.write([MAKE(record) for record in record_parser(ISSUES)(body, texts)])
    file.close()
    with open_loader() as loader:
        load(loader, file, loader.prepare(), cursor("a"))
    rows = warehouse.query("SELECT ISSUE_ID, SUMMARY, ESTIMATED_HOURS, TO_JSON(RAW) FROM T ORDER BY 1")
    assert [row[:3] for row in rows] == [(1, "issue 1", None), (2, "issue 2", 1.5)]
    assert [json.loads(row[3]) for row in rows] == records


def test_file_is_deleted_when_it_is_uploaded_and_one_without_rows_at_once(open_loader: Any, file: Any) -> None:
    some, none = file(issue(1)), file(first=1)
    with open_loader() as loader:
        state = loader.prepare()
        loader.stage(some)
        loader.stage(none)
        assert not none.path.exists()
        counts, _ = loader.merge(state, cursor("a"), lambda *_: None)
    assert counts.inserted == 1
    assert not some.path.exists()


@pytest.mark.parametrize("next_one", ["merge", "stage"])
def test_upload_that_is_refused_is_told_of_by_what_comes_next_and_nothing_is_kept(
    open_loader: Any, file: Any, warehouse: Warehouse, next_one: str
) -> None:
    with open_loader() as loader:
        state = loader.prepare()
        lost, other = file(issue(1)), file(issue(2), first=1)
        lost.delete()
        loader.stage(lost)
        with pytest.raises(LoadError, match="refused to upload issues-000000000.json.gz"):
            loader.stage(other) if next_one == "stage" else loader.merge(state, cursor("a"), lambda *_: None)
    with open_loader() as loader:
        assert loader.prepare() == state
    assert not warehouse.records("T")


def test_keys_are_not_compared_for_who_comes_back_where_no_row_is_marked(
    open_loader: Any, file: Any, warehouse: Warehouse
) -> None:
    with open_loader() as loader:
        _, state = load(loader, file(issue(1), issue(2)), loader.prepare(), cursor("a"))
        warehouse.account.clear_statements()
        load(loader, file(issue(1, second=1)), state, cursor("b"))
    looks = [
        sql for _, sql in warehouse.account.statements() if '"_DELETED_AT" IS NOT NULL' in sql and "SELECT" in sql[:6]
    ]
    assert looks == [
        f'SELECT 1 AS "FOUND" FROM "BACKLOG"."{warehouse.schema}"."T" WHERE "_DELETED_AT" IS NOT NULL LIMIT 1'
    ]

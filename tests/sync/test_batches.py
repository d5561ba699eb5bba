"""Batches: what a load has done is kept, also where it is slow."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from airflow.providers.common.compat.sdk import AirflowException
from tests.conftest import batches_of, edit, failure, truth

from backlog_provider.load.session import Session
from backlog_provider.load.stage_file import StageFile

if TYPE_CHECKING:
    from asyncio import WriteTransport
    from collections.abc import Callable, Iterator
    from typing import Any

    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


def test_load_that_takes_long_is_kept_as_it_goes_and_goes_on_where_it_was(
    run: Runs, space: Emulator, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every look at the clock finds it ten seconds later.
    monkeypatch.setattr("backlog_provider.sync.batches.time", SimpleNamespace(monotonic=partial(next, count(0, 10))))
    whole = run("mine", endpoint="issue_comments", table="ALL_COMMENTS")["requests"]
    space.faults.replace(
        [{"kind": "error", "code": 11, "match": "/api/v2/issues/.*/comments", "after": 200, "times": None}]
    )
    with pytest.raises(AirflowException, match="AuthenticationError"):
        run("issue_comments")
    assert warehouse.records("BACKLOG_ISSUE_COMMENTS")
    space.faults.replace([])
    assert run("issue_comments")["requests"] < whole * 2 / 3
    assert warehouse.records("BACKLOG_ISSUE_COMMENTS") == warehouse.records("ALL_COMMENTS")


@pytest.mark.usefixtures("small_batches")
def test_what_a_parent_lost_is_marked_also_where_the_parents_of_a_batch_fill_several_files(
    run: Runs, space: Emulator, warehouse: Warehouse
) -> None:
    run("issue_comments")
    kept = warehouse.records("BACKLOG_ISSUE_COMMENTS")
    lost = [number for number in sorted(kept)[::40] if edit(space, op="delete_comment", comment=number)]
    summary = run("issue_comments", full_refresh=True)
    assert summary["rows_deleted"] == len(lost) > 3
    assert set(warehouse.records("BACKLOG_ISSUE_COMMENTS")) == set(kept) - set(lost)


LIST = "/api/v2/issues$"


def test_page_of_a_long_list_is_written_while_the_next_one_is_on_its_way(
    run: Runs, space: Emulator, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    last_is_asked_for = threading.Event()
    real = StageFile.write
    waited: list[bool] = []

    def written(file: StageFile, rows: list[dict[str, Any]]) -> None:
        # The first page from the end has 50; when the second is written, the last one is on its way.
        if len(rows) == 100:
            waited.append(last_is_asked_for.wait(10))
        real(file, rows)

    def noted(request: Any) -> None:
        if "offset=0" in str(request.url):
            last_is_asked_for.set()

    monkeypatch.setattr(StageFile, "write", written)
    space.space.before_request = noted
    run("issues")
    assert waited
    assert all(waited)
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


def test_no_answer_waits_in_its_socket_while_snowflake_merges(
    run: Runs, space: Emulator, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page here is more than the sockets hold, and its server would give up where nobody takes it for a minute."""
    batches_of(1, 10_000, monkeypatch)
    edit(space, op="bulk_update", ids="all", fields={"description": "long" * 50_000})
    connections: set[WriteTransport] = set()
    space.space.before_request = lambda request: connections.add(request.scope["state"]["transport"])
    real = Session.run
    taken: list[bool] = []

    def noted(session: Session, what: str, *statement: Any) -> Any:
        if what.startswith("merge"):
            taken.append(eventually(lambda: not any(each.get_write_buffer_size() for each in connections)))
        return real(session, what, *statement)

    monkeypatch.setattr(Session, "run", noted)
    run("issues")
    assert connections
    assert taken == [True] * 3
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


def eventually(holds: Callable[[], bool], seconds: float = 3) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    return holds()


def test_long_list_is_written_some_rows_at_a_time(
    run: Runs, space: Emulator, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    real = StageFile.write

    def written(file: StageFile, rows: list[dict[str, Any]]) -> None:
        sizes.append(len(rows))
        real(file, rows)

    monkeypatch.setattr(StageFile, "write", written)
    monkeypatch.setattr("backlog_provider.sync.batches.ROWS_PER_WRITE", 7)
    run("issues")
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")
    assert max(sizes) == 7


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("endpoint", ["issues", "activities", "issue_comments", "wikis"])
def test_never_are_two_requests_under_way(run: Runs, space: Emulator, endpoint: str) -> None:
    script = [{"before_request": n, "do": {"op": "delete_issues", "ids": "random", "count": 3}} for n in (3, 4, 5)]
    space.script.replace(script)
    summaries = [run(endpoint)]
    edit(space, op="bulk_update", ids="random", count=120, fields={"description": "new"})
    summaries.append(run(endpoint))
    assert {entry["in_flight"] for entry in space.requests.listed()} == {1}
    assert sum(summary["requests"] for summary in summaries) == len(space.requests.listed())


def test_error_of_reading_behind_a_page_that_was_written_leaves_everything_as_it_was(
    run: Runs, space: Emulator, warehouse: Warehouse
) -> None:
    run("issues")
    before = warehouse.state("BACKLOG_ISSUES")
    edit(space, op="bulk_update", ids="random", count=150, fields={"description": "new"})
    space.faults.replace([{"kind": "error", "code": 11, "match": LIST, "after": 1}])
    assert "AuthenticationError" in (failure(run, "issues") or "")
    assert warehouse.state("BACKLOG_ISSUES") == before
    run("issues")
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


def test_error_of_writing_a_page_is_told_before_one_of_reading_the_next(
    run: Runs, space: Emulator, warehouse: Warehouse
) -> None:
    long_ago = {"created": "2001-01-01T00:00:00Z", "updated": "2001-01-01T00:00:00Z"}
    body = [{"id": number, "keyId": 1.5, **long_ago} for number in range(1, 101)]
    # The first is for the mark, and the second is the page at the end; the fourth would be refused.
    space.faults.replace(
        [
            {"kind": "json", "body": body, "match": LIST, "after": 2},
            {"kind": "error", "code": 11, "match": LIST},
        ]
    )
    assert "issues record 1: 'keyId' cannot become KEY_ID" in (failure(run, "issues") or "")
    assert not warehouse.query("SELECT * FROM BACKLOG_SYNC_STATE")
    space.faults.replace([])
    run("issues")
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")


class Killed(BaseException):
    """The process is told to end."""


@contextmanager
def killed_when_struck(space: Emulator) -> Iterator[list[float]]:
    """Send a signal to this process as soon as a request meets a fault; the moment at which it came."""
    came: list[float] = []

    def kill(*_: Any) -> None:
        came.append(time.monotonic())
        raise Killed

    def watch() -> None:
        while not space.faults.script[0].struck:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, kill)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield came
    finally:
        watcher.join()
        signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize("after", [1, 3], ids=["asked for", "asked for ahead"])
def test_load_that_is_killed_while_it_reads_ends_at_once(
    run: Runs, space: Emulator, warehouse: Warehouse, after: int
) -> None:
    space.faults.replace([{"kind": "slow", "seconds": 3, "match": LIST, "after": after}])
    with killed_when_struck(space) as came, pytest.raises(Killed):
        run("issues")
    assert time.monotonic() - came[0] < 1
    space.faults.replace([])
    run("issues")
    assert warehouse.records("BACKLOG_ISSUES") == truth(space, "issues")

"""One thing at a time, beside its caller: begun at once, and what came of it where somebody asks."""

from __future__ import annotations

import threading
from threading import Event

import pytest

from backlog_provider.load.beside import Beside


def test_caller_goes_on_until_it_asks_for_the_result() -> None:
    beside: Beside[str] = Beside("test")
    may_end = Event()

    def job() -> str:
        assert may_end.wait(10)
        return "done"

    beside.begin(job)
    may_end.set()
    assert beside.result() == "done"
    beside.close()


def test_error_is_raised_where_the_result_is_asked_for_and_once() -> None:
    beside: Beside[str] = Beside("test")

    def job() -> str:
        raise ValueError("no")

    beside.begin(job)
    with pytest.raises(ValueError, match="no"):
        beside.result()
    assert beside.result() is None
    beside.close()


def test_nothing_begun_is_no_result_and_no_thread() -> None:
    beside: Beside[str] = Beside("never begun")
    assert beside.result() is None
    beside.close()
    assert "never begun" not in {thread.name for thread in threading.enumerate()}


def test_closing_waits_for_nobody() -> None:
    beside: Beside[None] = Beside("test")
    may_end, ended = Event(), Event()

    def job() -> None:
        may_end.wait(10)
        ended.set()

    beside.begin(job)
    beside.close()
    assert not ended.is_set()
    may_end.set()
    assert ended.wait(10)

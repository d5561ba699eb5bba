"""Decides whether a task defers during a wait for the rate limit: only in long waits, and if little is read again."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_provider.api.client import Client
    from backlog_provider.extract.page import Cursor, Page

# Seconds. A deferral commits a batch, which may resume a warehouse, and starts a new process.
LONG = 10.0


class LimitReachedError(Exception):
    """The rate limit is used up; what was read can be committed, and reading can continue from there.

    :param seconds: seconds until the limit resets.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the limit starts anew in {seconds:.0f} s")
        self.seconds = seconds


@dataclass
class Deferral:
    """Follows the pages of one task, and interrupts reading when a long wait begins.

    It does not interrupt if more than half of the pages would be read again: the task would make no progress.

    :param client: the client that waits.
    :param cursor: the cursor of the last page.
    """

    client: Client
    cursor: Cursor | None = None
    _kept: int = 0
    _again: int = 0

    def given(self, page: Page) -> None:
        """Record a page: whether it moves the cursor, and how many pages would be read again from there."""
        if page.cursor == self.cursor:
            self._again += 1
        else:
            self.cursor = page.cursor
            self._kept += self._again + 1
            self._again = page.again

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Raise LimitReachedError inside the block instead of waiting, if the task should defer."""
        self.client.before_pause = self._look
        try:
            yield
        finally:
            self.client.before_pause = None

    def _look(self, seconds: float) -> None:
        if seconds > LONG and self._kept and self._again * 2 <= self._kept:
            raise LimitReachedError(seconds)

"""Whether a task gives its slot back while it waits for the limit: in a long wait, after which little is read again."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_provider.api.client import Client
    from backlog_provider.extract.page import Cursor, Page

# Seconds. A deferral keeps a batch, which may wake a warehouse, and takes a process to go on: not worth it for less.
LONG = 10.0


class LimitReachedError(Exception):
    """The limit is reached, for so many seconds; what was read can be kept, and reading can go on from there."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the limit starts anew in {seconds:.0f} s")
        self.seconds = seconds


@dataclass
class Deferral:
    """Follows the pages of one task, and ends their reading where a long wait begins.

    Not where more than half of what the task has read would be read again: it would hardly get on, or never.

    :param client: what waits.
    :param cursor: where reading stands.
    """

    client: Client
    cursor: Cursor | None = None
    _kept: int = 0
    _again: int = 0

    def given(self, page: Page) -> None:
        """Note a page: whether it moves the cursor on, and how much would be read again from there."""
        if page.cursor == self.cursor:
            self._again += 1
        else:
            self.cursor = page.cursor
            self._kept += self._again + 1
            self._again = page.again

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let waits inside of the block raise LimitReachedError where they are to be had without a slot."""
        self.client.before_pause = self._look
        try:
            yield
        finally:
            self.client.before_pause = None

    def _look(self, seconds: float) -> None:
        if seconds > LONG and self._kept and self._again * 2 <= self._kept:
            raise LimitReachedError(seconds)

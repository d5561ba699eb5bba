"""What the sessions of the account asked for, in order: for tests and benchmarks."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

KEPT = 10_000
"""A server may run for days; the log must not grow with it."""


@dataclass(frozen=True)
class StatementLog:
    """The last `KEPT` statements since the log was cleared, in the order of arrival.

    It holds what clients sent, so also COMMIT, ROLLBACK and the ALTER SESSION of `conn.autocommit(False)`; a PUT
    appears twice, because the connector asks again for the address of the upload.
    """

    entries: deque[tuple[int, str, str]] = field(default_factory=lambda: deque(maxlen=KEPT))
    listeners: list[Callable[[str, str], None]] = field(default_factory=list)
    """Told of every statement as it arrives: its query tag and its text."""

    def add(self, session_id: int, sql: str, tag: str = "") -> None:
        """Note one statement, and the query tag that it came with."""
        self.entries.append((session_id, sql, tag))
        for tell in self.listeners:
            tell(tag, sql)

    def all(self) -> list[tuple[int, str]]:
        """Session id and SQL text of every statement, oldest first."""
        return [(session, sql) for session, sql, _ in self.entries.copy()]

    def tags(self) -> list[tuple[str, str]]:
        """Query tag and SQL text of every statement, oldest first; the tag is empty where a statement had none."""
        return [(tag, sql) for _, sql, tag in self.entries.copy()]

    def clear(self) -> None:
        """Forget everything so far."""
        self.entries.clear()

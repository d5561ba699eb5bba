"""What the sessions of the account asked for, in order: for tests and benchmarks."""

from collections import deque
from dataclasses import dataclass, field

KEPT = 10_000
"""A server may run for days; the log must not grow with it."""


@dataclass(frozen=True)
class StatementLog:
    """The last `KEPT` statements since the log was cleared, as (session id, SQL text) in the order of arrival.

    It holds what clients sent, so also COMMIT, ROLLBACK and the ALTER SESSION of `conn.autocommit(False)`; a PUT
    appears twice, because the connector asks again for the address of the upload.
    """

    entries: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, session_id: int, sql: str) -> None:
        """Note one statement."""
        self.entries.append((session_id, sql))

    def all(self) -> list[tuple[int, str]]:
        """A copy of the log, oldest statement first."""
        return list(self.entries)

    def clear(self) -> None:
        """Forget everything so far."""
        self.entries.clear()

"""The result of a run, for its summary and for the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from backlog_provider.model.state import State

if TYPE_CHECKING:
    from backlog_provider.load.loader import Counts
    from backlog_provider.model.endpoint import Endpoint


@dataclass
class RunResult:
    """The result of a run: its mode, numbers of requests and rows, the states before and after.

    ``count_difference`` is the accepted difference: records of the space's count that the table lacks. Both states are
    None for a window, which leaves the state alone.
    """

    endpoint: Endpoint
    mode: str = "noop"
    requests: int = 0
    rows_read: int = 0
    rows_inserted: int = 0
    rows_updated: int = 0
    rows_deleted: int = 0
    count_difference: int = 0
    before: State | None = None
    state: State | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(timezone.utc))

    @classmethod
    def resumed(cls, endpoint: Endpoint, so_far: dict[str, Any]) -> RunResult:
        """Return the result of a run that continues after a deferral.

        :param endpoint: the endpoint of the run.
        :param so_far: its summary before the deferral.
        """
        done = {name: so_far[name] for name in ("mode", "requests", "rows_read")}
        rows = {name: so_far[name] for name in ("rows_inserted", "rows_updated", "rows_deleted")}
        rows["count_difference"] = so_far.get("count_difference", 0)
        started_at = datetime.fromisoformat(so_far["started_at"])
        return cls(endpoint, **done, **rows, before=State({"value": so_far["mark_before"]}, 0), started_at=started_at)

    def add(self, counts: Counts) -> None:
        """Add the changed rows of a batch."""
        self.rows_inserted += counts.inserted
        self.rows_updated += counts.updated
        self.rows_deleted += counts.deleted

    @property
    def changed(self) -> bool:
        """Whether any row was written."""
        return bool(self.rows_inserted or self.rows_updated or self.rows_deleted)

    def summary(self) -> dict[str, Any]:
        """Return it as flat JSON."""
        return {
            "endpoint": self.endpoint.name,
            "mode": self.mode,
            "requests": self.requests,
            "rows_read": self.rows_read,
            "rows_inserted": self.rows_inserted,
            "rows_updated": self.rows_updated,
            "rows_deleted": self.rows_deleted,
            "count_difference": self.count_difference,
            "started_at": self.started_at.isoformat(),
            "finished_at": datetime.now(timezone.utc).isoformat(),
            "mark_before": self.before.value if self.before else None,
            "mark_after": self.state.value if self.state else None,
        }

    def ledger(self) -> dict[str, Any]:
        """Return it by column of BACKLOG_SYNC_RUNS."""
        return {name.upper(): value for name, value in self.summary().items()}

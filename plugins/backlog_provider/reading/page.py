"""What readers give: pages of records, each with the cursor at which reading stands after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_provider.reading.client import Params, Record

    Fetch: TypeAlias = Callable[[Params], list[Record]]

Cursor: TypeAlias = "dict[str, Any]"
"""Where reading stands, as plain JSON. ``value`` is the high-water mark: everything up to it has been given; null
while a first load is under way. The other keys belong to the endpoint's reader alone."""


@dataclass(frozen=True)
class Page:
    """Some records, new or changed, and where reading stands once they are kept."""

    records: list[Record]
    cursor: Cursor


@dataclass(frozen=True)
class Window:
    """A part of an endpoint by time, ``[since, until)``, as ``YYYY-MM-DDTHH:MM:SSZ``; None is open."""

    since: str | None
    until: str | None

    def __contains__(self, instant: str) -> bool:
        """Whether an instant falls into the window."""
        return (self.since is None or instant >= self.since) and (self.until is None or instant < self.until)

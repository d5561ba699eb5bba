"""High-water marks as XCom carries them from run to run, and what a run may believe of them.

The XCom is where a run starts from without waking a warehouse. BACKLOG_SYNC_STATE, written in the transaction of the
rows, has the last word: a run that has something to write compares versions, and goes on from the state if they differ.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "high_water_mark"


@dataclass(frozen=True)
class State:
    """How far a table is loaded, as its row in BACKLOG_SYNC_STATE says.

    :param cursor: where the endpoint's reader stands; None where the table is new, or gone.
    :param version: grows by one with every write; 0 where there is no row yet.
    """

    cursor: dict[str, Any] | None
    version: int

    @property
    def value(self) -> int | str | None:
        """The high-water mark: the newest change, or id, up to which everything is loaded; None before that."""
        return self.cursor["value"] if self.cursor else None


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A state, and the load that it is the state of."""

    endpoint: str
    table: str
    value: int | str | None
    database: str | None
    schema: str | None
    space: str
    cursor: dict[str, Any] | None
    version: int

    @classmethod
    def of(cls, load: Mapping[str, Any], state: State) -> Mark:
        """Return the mark of a load: endpoint, table, database, schema and space."""
        return cls(**load, value=state.value, cursor=state.cursor, version=state.version)

    @property
    def state(self) -> State:
        """The state that it carries."""
        return State(self.cursor, self.version)

    def to_xcom(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


def trusted(xcom: Any, load: Mapping[str, Any]) -> Mark | None:
    """Return the mark in an XCom if it speaks of this very load, else None: then only the state can tell.

    An XCom may be missing, of another release, or of another table. Which of the earlier runs it is from does not
    matter: an older one makes this run look at more than it needs, and the state then tells what of it is loaded.
    """
    try:
        mark = Mark(**xcom)
    except TypeError:
        return None
    return mark if all(getattr(mark, name) == value for name, value in load.items()) else None

"""High-water marks: what a run may believe, and from it what the run reads. Data and pure functions, nothing else.

The XCom is where a run starts from without waking a warehouse. BACKLOG_SYNC_STATE, written in the transaction of the
rows, has the last word: a run that has something to write compares versions, and goes on from the state if they differ.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "high_water_mark"


@dataclass(frozen=True)
class State:
    """How far a table is loaded, as its row in BACKLOG_SYNC_STATE says.

    :param cursor: where the endpoint's reader stands; None where the table is new, or gone.
    :param version: grows by one with every write; 0 where there is no row yet.
    :param created: when the table was made, as Snowflake writes it: another moment means another table.
    :param history: whether its history is whole; None where it has none.
    :param shape: a digest of how its columns are made; None where that is not known.
    """

    cursor: dict[str, Any] | None
    version: int
    created: str | None = field(default=None, compare=False)
    history: bool | None = field(default=None, compare=False)
    shape: str | None = field(default=None, compare=False)

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
    created: str | None
    history: bool | None
    shape: str | None

    @classmethod
    def of(cls, load: Mapping[str, Any], state: State) -> Mark:
        """Return the mark of a load: endpoint, table, database, schema and space."""
        return cls(**load, value=state.value, **asdict(state))

    @property
    def state(self) -> State:
        """The state that it carries."""
        return State(self.cursor, self.version, self.created, self.history, self.shape)

    def to_xcom(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


def mark_from_xcom(xcom: Any, load: Mapping[str, Any]) -> Mark | None:
    """Return the mark in an XCom if it speaks of this very load, else None: then only the state can tell.

    An XCom may be missing, of another release, or of another table. Which of the earlier runs it is from does not
    matter: an older one makes this run look at more than it needs, and the state then tells what of it is loaded.
    """
    try:
        mark = Mark(**xcom)
    except TypeError:
        return None
    return mark if all(getattr(mark, name) == value for name, value in load.items()) else None


@dataclass(frozen=True)
class Plan:
    """What a run does.

    :param mode: ``full``, ``incremental`` or ``window``.
    :param cursor: where reading starts; None is the beginning, and of no meaning for a window.
    :param moves_mark: whether the run leaves a new mark.
    """

    mode: str
    cursor: dict[str, Any] | None
    moves_mark: bool = True


def plan(state: State, *, window: bool, full_refresh: bool) -> Plan:
    """Return what a run does that may believe this state.

    A window, asked for or the data interval of a backfill, leaves the mark alone whatever the state is. A full refresh
    starts over. A state without a mark is of a first load, under way or not begun: it goes on where it stopped.
    """
    if window:
        return Plan("window", None, moves_mark=False)
    if full_refresh:
        return Plan("full", None)
    return Plan("full" if state.value is None else "incremental", state.cursor)


def may_start_from(mark: Mark | None, *, window: bool, full_refresh: bool) -> bool:
    """Return whether a run may look for news from an XCom's mark, before it has asked for the state."""
    return mark is not None and mark.value is not None and not window and not full_refresh

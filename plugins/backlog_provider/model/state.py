"""The state of a table, and the high-water mark in an XCom that passes the state from run to run.

A run starts from the XCom, so that it does not have to resume a warehouse. BACKLOG_SYNC_STATE is written in the
transaction of the rows and wins: a run that has something to write compares versions, and continues from the state if
they differ.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "high_water_mark"


@dataclass(frozen=True)
class State:
    """How far a table is loaded: its row in BACKLOG_SYNC_STATE.

    :param cursor: where reading continues; None if the table is new, or was dropped.
    :param version: grows by one with every write; 0 if there is no row yet.
    :param created: when the table was created, as Snowflake writes it. Another time means another table.
    :param history: whether its history is complete; None if it has none.
    :param shape: a digest of the definitions of its columns; None if it is unknown.
    """

    cursor: dict[str, Any] | None
    version: int
    created: str | None = field(default=None, compare=False)
    history: bool | None = field(default=None, compare=False)
    shape: str | None = field(default=None, compare=False)

    @property
    def value(self) -> int | str | None:
        """The high-water mark: the newest change, or id, up to which all is loaded; None during initial loads."""
        return self.cursor["value"] if self.cursor else None


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A state and the load that it belongs to: the content of the XCom ``high_water_mark``.

    :param endpoint: the name of the endpoint.
    :param table: the name of the table.
    :param value: the high-water mark, see ``State.value``.
    :param database: the table's database; None if it is not set.
    :param schema: the table's schema; None if it is not set.
    :param space: the Backlog space.

    The other fields are those of ``State``.
    """

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
        """Return the high-water mark of a load.

        :param load: endpoint, table, database, schema and space of the load.
        :param state: the state after the load.
        """
        return cls(**load, value=state.value, **asdict(state))

    @property
    def state(self) -> State:
        """The state in the high-water mark."""
        return State(self.cursor, self.version, self.created, self.history, self.shape)

    def to_xcom(self) -> dict[str, Any]:
        """Return the high-water mark as plain JSON."""
        return asdict(self)


def mark_from_xcom(xcom: Any, load: Mapping[str, Any]) -> Mark | None:
    """Return the mark in an XCom if it belongs to this load, else None: then only the state counts.

    The XCom may be missing, written by another release, or belong to another table. It may be from any earlier run: an
    older mark only makes this run read more, and the state then shows what is loaded already.

    :param xcom: the value of the XCom.
    :param load: endpoint, table, database, schema and space of the load.
    """
    try:
        mark = Mark(**xcom)
    except TypeError:
        return None
    return mark if all(getattr(mark, name) == value for name, value in load.items()) else None

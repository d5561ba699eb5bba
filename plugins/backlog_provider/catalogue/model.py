"""What an endpoint is: data that reading, shaping and loading each read their own part of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Kind(Enum):
    """The type of a column; the value is its type in Snowflake."""

    INTEGER = "NUMBER(38,0)"
    DECIMAL = "FLOAT"
    TEXT = "VARCHAR"
    BOOLEAN = "BOOLEAN"
    INSTANT = "TIMESTAMP_TZ"
    DATE = "DATE"
    JSON = "VARIANT"


@dataclass(frozen=True)
class Column:
    """One typed column.

    :param name: its name in Snowflake.
    :param path: where its value stands in the record, keys joined by dots: ``createdUser.id``.
    :param convert: for the rare value that has to be translated; called with what stands at ``path``.
    """

    name: str
    kind: Kind
    path: str
    convert: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Snapshot:
    """The whole list comes in one response; there is no cursor, what changed is found by comparing."""


@dataclass(frozen=True)
class Feed:
    """An append-only list paged by ``minId``, whose ids grow with time.

    :param project_path: the same feed for one project, with ``{project_id}`` in it.
    """

    project_path: str


@dataclass(frozen=True)
class Changes:
    """Mutable records paged by ``offset``, sortable by creation and by last update, filtered by day."""

    created: str = "created"
    updated: str = "updated"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One list of the Backlog API and the table it becomes.

    :param name: its name in the catalogue; the table is ``BACKLOG_<NAME>``.
    :param path: below ``/api/v2``.
    :param style: how it is paged, and so which reader it gets.
    :param key: the columns that identify a row; their values may not be null.
    :param columns: the typed columns, in the table's order, the key first.
    :param version: the column that tells which of two copies of a record is the newer, if there is one.
    :param project: path of the project's id in a record, for endpoints that ``project_keys`` narrows.
    """

    name: str
    path: str
    style: Snapshot | Feed | Changes
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    version: str | None = None
    project: str | None = None

    def __str__(self) -> str:
        """Return its name: what Airflow shows of a task's argument."""
        return self.name

    @property
    def table(self) -> str:
        """The table's name where the user gives none."""
        return f"BACKLOG_{self.name.upper()}"

    @property
    def has_window(self) -> bool:
        """Whether a part of it can be asked for by time."""
        return not isinstance(self.style, Snapshot)


def at(record: Any, path: str | tuple[str, ...]) -> Any:
    """Return what stands in a record at a path, or None where the way there breaks off."""
    for key in path.split(".") if isinstance(path, str) else path:
        if not isinstance(record, dict):
            return None
        record = record.get(key)
    return record


def person(prefix: str, path: str) -> tuple[Column, ...]:
    """Give the columns of somebody who did something: the id to join on, the name as it was then."""
    return (
        Column(f"{prefix}_ID", Kind.INTEGER, f"{path}.id"),
        Column(f"{prefix}_NAME", Kind.TEXT, f"{path}.name"),
    )

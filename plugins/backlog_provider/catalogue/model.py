"""What an endpoint is: data that reading, shaping and loading each read their own part of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


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
    """Mutable records paged by ``offset``, sortable by creation and by last update, filtered by day and by id.

    :param count: the path that tells how many there are, under the same filters.
    """

    count: str
    created: str = "created"
    updated: str = "updated"


@dataclass(frozen=True)
class Deletion:
    """How the activity feed tells that a record has gone.

    :param activity_type: the type of that activity.
    :param key: for each column of the record's key, the path of its value in the activity.
    """

    activity_type: int
    key: Mapping[str, str]


@dataclass(frozen=True)
class Parent:
    """What a record belongs to, and goes with.

    :param endpoint: the name of the parent's endpoint.
    :param column: where a row of this endpoint has the parent's key.
    """

    endpoint: str
    column: str


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
    :param parent: what its records are deleted with.
    :param deletion: how the feed tells that one of its records is deleted; None where it does not.
    :param is_feed_of_deletions: whether its own records are the activities that tell so.
    """

    name: str
    path: str
    style: Snapshot | Feed | Changes
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    version: str | None = None
    project: str | None = None
    parent: Parent | None = None
    deletion: Deletion | None = None
    is_feed_of_deletions: bool = False

    def __str__(self) -> str:
        """Return its name: what Airflow shows of a task's argument."""
        return self.name

    @property
    def table(self) -> str:
        """The table's name where the user gives none."""
        return f"BACKLOG_{self.name.upper()}"

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kind of each column."""
        return {column.name: column.kind for column in self.columns}

    @property
    def project_column(self) -> str | None:
        """The column that has the project's id, if there is one."""
        return next((column.name for column in self.columns if column.path == self.project), None)

    @property
    def has_window(self) -> bool:
        """Whether a part of it can be asked for by time."""
        return not isinstance(self.style, Snapshot)

    @property
    def has_history(self) -> bool:
        """Whether its records change, so that there is more to keep of them than the table does."""
        return not isinstance(self.style, Feed)

    @property
    def has_census(self) -> bool:
        """Whether everything in it can be listed and counted at any time."""
        return isinstance(self.style, Changes)


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

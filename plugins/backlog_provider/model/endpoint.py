"""What an endpoint is: data that reading, shaping and loading each read their own part of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


# How far a run looks back for what becomes visible late. The cursor carries what is known of that part, and an idle run
# asks for one page of a hundred records: half of it is for what is known, half for news. Five minutes are several times
# what a search index may be late.
LOOKBACK_MINUTES = 5
LOOKBACK_ACTIVITIES = 50

# Before the path of a column that is taken from the record of the parent.
OF_PARENT = "^"


class Kind(Enum):
    """The type of a column; the value is its type in Snowflake."""

    INTEGER = "NUMBER(38,0)"
    DECIMAL = "FLOAT"
    TEXT = "VARCHAR"
    BOOLEAN = "BOOLEAN"
    INSTANT = "TIMESTAMP_TZ"
    DATE = "DATE"
    JSON = "VARIANT"


# The type of a JSON value that each kind takes as it is, instants in Backlog's own form; values of the other kinds are
# converted, whatever they are.
SENT_TYPE: dict[Kind, type] = {
    Kind.INTEGER: int,
    Kind.DECIMAL: float,
    Kind.TEXT: str,
    Kind.BOOLEAN: bool,
    Kind.INSTANT: str,
}


@dataclass(frozen=True)
class Column:
    """One typed column.

    :param name: its name in Snowflake.
    :param path: where its value stands in the record, keys joined by dots: ``createdUser.id``; after ``^``, where it
        stands in the record of the parent: ``^id``.
    :param convert: for the rare value that has to be translated; called with what stands at ``path``.
    :param is_personal: whether its text tells who somebody is.
    """

    name: str
    kind: Kind
    path: str
    convert: Callable[[Any], Any] | None = None
    is_personal: bool = False

    @property
    def is_of_parent(self) -> bool:
        """Whether its value is not in the record."""
        return self.path.startswith(OF_PARENT)

    @property
    def sent_type(self) -> type | None:
        """The type of the values that are taken as they stand in the record; None where each is converted."""
        return None if self.convert else SENT_TYPE.get(self.kind)

    @property
    def is_in_record(self) -> bool:
        """Whether a record, as it was sent, has the value as the column has it, but for a cast.

        Where it has another, as an instant in another form, the value takes its place before the record is staged.
        """
        return self.sent_type is not None and not self.is_of_parent


class Paging(Enum):
    """How a list that is always read whole is given."""

    NONE = "none"
    """In one response."""
    OFFSET = "offset"
    """In pages by ``offset``."""
    ID = "id"
    """In pages by ``minId``."""


@dataclass(frozen=True)
class Snapshot:
    """A list that is read whole; what changed is found by comparing, what is no longer in it has gone.

    :param page_size: how many records a page may have.
    :param id_field: what ``minId`` means, where it pages.
    :param records_of: for an answer that is no list of records: makes the list of it, a ``Part`` where it lacks some.
    :param folders: the list is of a folder, whose path ends the endpoint's; folders in it have lists of their own.
    :param appends: each list is a measurement of its own: an older one is not replaced.
    :param has_count: ``/count`` behind the list's path tells how many records there are.
    :param parts: filters that each record passes exactly one of, for a list that is longer than Backlog gives of it.
    """

    paging: Paging = Paging.NONE
    page_size: int = 100
    id_field: str = "id"
    records_of: Callable[[Any], list[Any]] | None = None
    folders: bool = False
    appends: bool = False
    has_count: bool = False
    parts: tuple[tuple[str, int], ...] = ()


class Part(list[Any]):
    """Records of a list that does not say what else there is: what is not among them may be there all the same."""


@dataclass(frozen=True)
class Reread:
    """How a census reads a feed again, as a whole list, because its records change or go later.

    :param style: how the list is read.
    :param place_of: tells of a record that is no longer listed which project it is in, as (key, the flag of the
        feature, if any): it has gone only where that project can be read. None for what the record does not tell. Where
        this is None, nothing that is not listed counts as gone.
    """

    style: Snapshot
    place_of: Callable[[Any], tuple[str, str | None] | None] | None = None


@dataclass(frozen=True)
class Feed:
    """An append-only list paged by ``minId``, whose ids grow with time.

    :param project_path: the same feed for one project, with ``{project_id}`` in it, where there is one.
    :param lookback: how many of the newest known records are looked at again.
    :param reread: how a census reads it again; None where its records stay as they are.
    """

    project_path: str | None = None
    lookback: int = LOOKBACK_ACTIVITIES
    reread: Reread | None = None


@dataclass(frozen=True)
class Changes:
    """Mutable records paged by ``offset``, sortable by creation and by last update.

    :param count: the path that tells how many there are, under the same filters; None where nothing does.
    :param filters: whether the list can be filtered by day and by id.
    :param lookback: how many minutes before the newest known change are looked at again.
    """

    count: str | None
    created: str = "created"
    updated: str = "updated"
    filters: bool = True
    lookback: int = LOOKBACK_MINUTES


@dataclass(frozen=True)
class ChangeEvents:
    """How the activity feed tells which records have changed.

    :param types: the types of the activities that tell so.
    :param named: the record as far as an activity names it: field to path in the activity. Where that is not known, to
        several paths: the first that names a record with a list counts, and if none does, the lists of all records of
        the activity's project are read again.
    :param lookback: how many of the newest known activities are looked at again.
    """

    types: tuple[int, ...]
    named: Mapping[str, str | tuple[str, ...]]
    lookback: int = LOOKBACK_ACTIVITIES


@dataclass(frozen=True)
class Under:
    """What an endpoint has a list for each of.

    Where the feed tells which parents have changed, or where they can be asked for by last update, the lists of those
    are read; otherwise all of them in every run.

    :param parent: the endpoint of the parents.
    :param column: where a row of this endpoint has the parent's key.
    :param flag: the project's field that is false where the feature is switched off.
    :param may_have: tells of a parent's record whether its list can have anything in it; spares a request.
    :param change_events: how the feed tells which parents have changed.
    """

    parent: Endpoint
    column: str
    flag: str | None = None
    may_have: Callable[[Any], bool] | None = None
    change_events: ChangeEvents | None = None

    @property
    def reads_changed(self) -> bool:
        """Whether a run reads the lists of changed parents alone."""
        return self.change_events is not None or isinstance(self.parent.style, Changes)


@dataclass(frozen=True)
class Deletion:
    """How the activity feed tells that a record has gone.

    :param activity_type: the type of that activity.
    :param key: for each column of the record's key, the path of its value in the activity.
    """

    activity_type: int
    key: Mapping[str, str]


@dataclass(frozen=True)
class ActivityLinks:
    """How the activity feed names records that change while their own last update may stay as it was.

    :param types: the types of the activities that do so.
    :param records: the path of the list of those records in the activity; each has its ``id``.
    """

    types: tuple[int, ...]
    records: str


@dataclass(frozen=True)
class Parent:
    """What a record belongs to, and goes with.

    :param endpoint: the name of the parent's endpoint.
    :param column: where a row of this endpoint has the parent's key.
    """

    endpoint: str
    column: str


@dataclass(frozen=True)
class KeyListing:
    """Where a project tells which records it has, for endpoints whose own list does not.

    :param lists: the list of one project, under ``projects``; its records have the same ids.
    :param one: the path of a single record, with ``{id}`` in it.
    :param is_trashed: tells of what is listed whether it is in the trash: gone for users, until somebody restores it.
    """

    lists: Endpoint
    one: str
    is_trashed: Callable[[Any], bool] | None = None


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One list of the Backlog API and the table it becomes.

    :param name: its name in the catalogue; the table is ``BACKLOG_<NAME>``.
    :param path: below ``/api/v2``.
    :param style: how it is paged, and so which reader it gets.
    :param key: the columns that identify a row; their values may not be null.
    :param columns: the typed columns, in the table's order, the key first.
    :param version: the column that tells which of two copies of a record is the newer, if there is one.
    :param under: what it has a list for each of; the fields of that stand in ``path`` in braces: ``/issues/{id}/…``.
    :param project: path of the project's id in a record, for endpoints that ``project_keys`` narrows.
    :param flag: the project's field that is false where the feature is switched off: such a project is not asked for.
    :param parent: what its records are deleted with; what it is under, where it is None.
    :param role: who alone may read it; None where every key may.
    :param deletion: how the feed tells that one of its records is deleted; None where it does not.
    :param linked: how the feed names records that have to be read again; None where it names none.
    :param key_listing: where a census finds its keys; None where that is its own list, or nowhere.
    :param is_feed_of_deletions: whether its own records are the activities that tell so.
    """

    name: str
    path: str
    style: Snapshot | Feed | Changes
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    version: str | None = None
    under: Under | None = None
    project: str | None = None
    flag: str | None = None
    parent: Parent | None = None
    role: str | None = None
    deletion: Deletion | None = None
    linked: ActivityLinks | None = None
    key_listing: KeyListing | None = None
    is_feed_of_deletions: bool = False

    def with_lookback(self, minutes: int | None, activities: int | None) -> Endpoint:
        """Return the same endpoint, read with other look-backs; with those that it has where they are None.

        :param minutes: how many minutes before the newest known change are looked at again.
        :param activities: how many of the newest known records of a feed are looked at again.
        """
        if minutes is None and activities is None:
            return self
        style, under = self.style, self.under
        if minutes is not None and isinstance(style, Changes):
            style = replace(style, lookback=minutes)
        if activities is not None and isinstance(style, Feed):
            style = replace(style, lookback=activities)
        if under:
            events = (
                replace(under.change_events, lookback=activities)
                if under.change_events and activities is not None
                else under.change_events
            )
            under = replace(under, parent=under.parent.with_lookback(minutes, activities), change_events=events)
        return replace(self, style=style, under=under)

    def __str__(self) -> str:
        """Return its name: what Airflow shows of a task's argument."""
        return self.name

    @property
    def lookback(self) -> int:
        """How many of the newest known records are looked at again, of the feed that it is, or that it goes by."""
        feed = self.under.change_events if self.under and self.under.change_events else self.style
        return feed.lookback if isinstance(feed, (Feed, ChangeEvents)) else LOOKBACK_ACTIVITIES

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
    def belongs_to(self) -> Parent | None:
        """What its records are deleted with."""
        return self.parent or (Parent(self.under.parent.name, self.under.column) if self.under else None)

    @property
    def may_be_refused(self) -> bool:
        """Whether it is nothing out of the ordinary that a key may not read it: a matter of role, plan or feature."""
        return self.role is not None or self.under is not None

    @property
    def has_window(self) -> bool:
        """Whether a part of it can be asked for by time."""
        return self.under is None and not isinstance(self.style, Snapshot)

    @property
    def has_history(self) -> bool:
        """Whether its records change, so that there is more to keep of them than the table does."""
        return not isinstance(self.style, Feed) and not (isinstance(self.style, Snapshot) and self.style.appends)

    @property
    def reread(self) -> Reread | None:
        """How a census reads its lists again; None where it goes by keys, or where each run reads all lists."""
        if isinstance(self.style, Feed):
            return self.style.reread
        if self.key_listing is None and self.under and self.under.reads_changed and isinstance(self.style, Snapshot):
            return Reread(self.style)
        return None

    @property
    def has_census(self) -> bool:
        """Whether everything in it can be listed at any time, beyond what each run lists."""
        by_key = self.key_listing is not None or (isinstance(self.style, Changes) and self.style.count is not None)
        return by_key or self.reread is not None


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
        Column(f"{prefix}_NAME", Kind.TEXT, f"{path}.name", is_personal=True),
    )


def stamps() -> tuple[Column, ...]:
    """Give the columns of who made and who last changed a record, and when."""
    return (
        *person("CREATOR", "createdUser"),
        Column("CREATED_AT", Kind.INSTANT, "created"),
        *person("UPDATER", "updatedUser"),
        Column("UPDATED_AT", Kind.INSTANT, "updated"),
    )


def in_project(path: str = "projectId") -> Column:
    """Give the column of the project that a record belongs to."""
    return Column("PROJECT_ID", Kind.INTEGER, path)

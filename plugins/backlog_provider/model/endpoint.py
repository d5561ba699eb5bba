"""The definition of an endpoint, as data that extract, transform and load share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


# The look-back window catches records that become visible late. The cursor carries the known records of the window. An
# idle run requests one page of 100 records: half of it for known records, half for new ones. Five minutes are several
# times the delay of a search index.
LOOKBACK_MINUTES = 5
LOOKBACK_ACTIVITIES = 50

# Prefix of the path of a column that comes from the parent record.
OF_PARENT = "^"


class Kind(Enum):
    """The type of a column. The enum value is the Snowflake type."""

    INTEGER = "NUMBER(38,0)"
    DECIMAL = "FLOAT"
    TEXT = "VARCHAR"
    BOOLEAN = "BOOLEAN"
    INSTANT = "TIMESTAMP_TZ"
    DATE = "DATE"
    JSON = "VARIANT"


# The type of the JSON values that each kind stores unchanged (instants: only in Backlog's own form). Values of the
# other kinds are always converted.
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

    :param name: the column's name in Snowflake.
    :param kind: the column's type.
    :param path: the path of the value in the record, keys joined by dots: ``createdUser.id``. With the prefix ``^``,
        the path in the parent record: ``^id``.
    :param convert: converts the value at ``path``; None for the default conversion of ``kind``.
    :param is_personal: whether the column's text identifies a person.
    """

    name: str
    kind: Kind
    path: str
    convert: Callable[[Any], Any] | None = None
    is_personal: bool = False

    @property
    def is_of_parent(self) -> bool:
        """Whether the value comes from the parent record."""
        return self.path.startswith(OF_PARENT)

    @property
    def sent_type(self) -> type | None:
        """The type of the values that are stored unchanged; None if every value is converted."""
        return None if self.convert else SENT_TYPE.get(self.kind)

    @property
    def is_in_record(self) -> bool:
        """Whether SQL can read the column from the record with a cast alone.

        A value in another form, such as an instant with a zone, is replaced in the record before it is staged.
        """
        return self.sent_type is not None and not self.is_of_parent


class Paging(Enum):
    """How Backlog pages a list that is always read whole."""

    NONE = "none"
    """One response, without pages."""
    OFFSET = "offset"
    """Pages by ``offset``."""
    ID = "id"
    """Pages by ``minId``."""


@dataclass(frozen=True)
class Snapshot:
    """A list that every run reads whole. Comparison finds changes; records missing from the list were deleted.

    :param paging: how Backlog pages the list.
    :param page_size: the maximum number of records in a page.
    :param id_field: the field that ``minId`` compares, for paging by id.
    :param records_of: converts a response that is not a list of records to a list. It returns a ``Part`` if the list
        is incomplete.
    :param folders: whether the list is the content of a folder, whose path is the end of the endpoint's path.
        Subfolders have their own lists.
    :param appends: whether each list is a separate measurement that does not replace older ones.
    :param has_count: whether the list's path followed by ``/count`` returns the number of records.
    :param parts: filters that split a list too long for Backlog to page through; each record matches exactly one.
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
    """An incomplete list of records. A record that is missing from it may still exist."""


@dataclass(frozen=True)
class Reread:
    """How a census rereads an endpoint as a whole list, because its records can change or be deleted later.

    :param style: how the list is read.
    :param place_of: returns the project of a record that is no longer listed, as (project key, feature flag or None),
        or None if the record does not say. The record counts as deleted only if that project can be read. If
        ``place_of`` is None, a missing record never counts as deleted.
    """

    style: Snapshot
    place_of: Callable[[Any], tuple[str, str | None] | None] | None = None


@dataclass(frozen=True)
class Feed:
    """An append-only list paged by ``minId``, whose ids grow with time.

    :param project_path: the path of the same feed for one project, with ``{project_id}`` in it; None if there is none.
    :param lookback: how many of the newest known records each run reads again.
    :param reread: how a census rereads the feed; None if its records never change.
    """

    project_path: str | None = None
    lookback: int = LOOKBACK_ACTIVITIES
    reread: Reread | None = None


@dataclass(frozen=True)
class Changes:
    """Mutable records paged by ``offset``, sortable by creation and by last update.

    :param count: the path that returns the number of records under the same filters; None if there is none.
    :param created: the record's field with the time of creation, also the name of that sort order.
    :param updated: the record's field with the time of the last update, also the name of that sort order.
    :param filters: whether the list can be filtered by day and by id.
    :param lookback: how many minutes before the newest known change each run reads again.
    """

    count: str | None
    created: str = "created"
    updated: str = "updated"
    filters: bool = True
    lookback: int = LOOKBACK_MINUTES


@dataclass(frozen=True)
class ChangeEvents:
    """How the activity feed identifies changed records.

    :param types: the activity types that report a change.
    :param named: maps a field of the record to its path in the activity, or to several possible paths. The first path
        that names a record with a list counts. If none does, the lists of all records of the activity's project are
        read again.
    :param lookback: how many of the newest known activities each run reads again.
    """

    types: tuple[int, ...]
    named: Mapping[str, str | tuple[str, ...]]
    lookback: int = LOOKBACK_ACTIVITIES


@dataclass(frozen=True)
class Under:
    """The parent of an endpoint that has one child list per parent record.

    If the feed identifies changed parents, or parents can be sorted by last update, a run reads only the child lists of
    changed parents. Otherwise every run reads all child lists.

    :param parent: the parent endpoint.
    :param column: the child column with the parent's key.
    :param flag: the project's field that is false if the feature is switched off; None if the feature is always on.
    :param may_have: returns False for a parent record whose child list must be empty, which saves the request.
    :param change_events: how the feed identifies changed parents; None if it does not.
    """

    parent: Endpoint
    column: str
    flag: str | None = None
    may_have: Callable[[Any], bool] | None = None
    change_events: ChangeEvents | None = None

    @property
    def reads_changed(self) -> bool:
        """Whether a run reads only the child lists of changed parents."""
        return self.change_events is not None or isinstance(self.parent.style, Changes)


@dataclass(frozen=True)
class Deletion:
    """How the activity feed reports that a record was deleted.

    :param activity_type: the activity type that reports a deletion.
    :param key: maps each key column of the record to the path of its value in the activity.
    """

    activity_type: int
    key: Mapping[str, str]


@dataclass(frozen=True)
class ActivityLinks:
    """How the activity feed names records that change without a new last-update time.

    :param types: the activity types that name such records.
    :param records: the path of the list of these records in the activity; each has an ``id``.
    """

    types: tuple[int, ...]
    records: str


@dataclass(frozen=True)
class Parent:
    """The parent that a record is deleted with.

    :param endpoint: the name of the parent endpoint.
    :param column: the child column with the parent's key.
    """

    endpoint: str
    column: str


@dataclass(frozen=True)
class KeyListing:
    """Where a census finds all keys of a project, for endpoints whose own list is not complete.

    :param lists: the endpoint of a project's list, under ``projects``. Its records have the same ids.
    :param one: the path of a single record, with ``{id}`` in it.
    :param is_trashed: returns whether a listed record is in the trash; it counts as deleted until a user restores it.
        None if the list has no trash.
    """

    lists: Endpoint
    one: str
    is_trashed: Callable[[Any], bool] | None = None


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One list of the Backlog API and its table in Snowflake.

    :param name: the name in the catalogue. The table is ``BACKLOG_<NAME>``.
    :param path: the path below ``/api/v2``.
    :param style: how the list is paged and read.
    :param key: the columns that identify a row; their values may not be null.
    :param columns: the typed columns in the order of the table, the key first.
    :param version: the column that decides which of two copies of a record is newer; None if there is none.
    :param under: the parent, for one child list per parent record. ``path`` has the parent's fields in braces:
        ``/issues/{id}/…``. None for a list of the whole space.
    :param project: the path of the project's id in a record, for endpoints that ``project_keys`` filters.
    :param flag: the project's field that is false if the feature is switched off. Such a project is not requested.
    :param parent: the parent that the records are deleted with; None for that of ``under``.
    :param role: the role that may read the endpoint; None if every key may.
    :param deletion: how the feed reports deleted records; None if it does not.
    :param linked: how the feed names records to read again; None if it names none.
    :param key_listing: where a census finds the keys; None if it uses the endpoint's own list, or has no source.
    :param is_feed_of_deletions: whether the endpoint's records are the activities that report deletions.
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
        """Return the endpoint with other look-back windows.

        :param minutes: how many minutes before the newest known change each run reads again; None for no change.
        :param activities: how many of the newest known records of a feed each run reads again; None for no change.
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
        """Return the name, which Airflow shows as the task's argument."""
        return self.name

    @property
    def lookback(self) -> int:
        """How many of the newest known records of its feed, or of its change events, each run reads again."""
        feed = self.under.change_events if self.under and self.under.change_events else self.style
        return feed.lookback if isinstance(feed, (Feed, ChangeEvents)) else LOOKBACK_ACTIVITIES

    @property
    def table(self) -> str:
        """The default name of the table."""
        return f"BACKLOG_{self.name.upper()}"

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kind of each column."""
        return {column.name: column.kind for column in self.columns}

    @property
    def project_column(self) -> str | None:
        """The column with the project's id; None if there is none."""
        return next((column.name for column in self.columns if column.path == self.project), None)

    @property
    def belongs_to(self) -> Parent | None:
        """The parent that its records are deleted with; None if there is none."""
        return self.parent or (Parent(self.under.parent.name, self.under.column) if self.under else None)

    @property
    def may_be_refused(self) -> bool:
        """Whether Backlog may refuse the endpoint in normal operation, because of a role, a plan or a feature."""
        return self.role is not None or self.under is not None

    @property
    def has_window(self) -> bool:
        """Whether a time window of the endpoint can be requested."""
        return self.under is None and not isinstance(self.style, Snapshot)

    @property
    def has_history(self) -> bool:
        """Whether its records change, so that a history table (SCD type 2) keeps more than the table."""
        return not isinstance(self.style, Feed) and not (isinstance(self.style, Snapshot) and self.style.appends)

    @property
    def reread(self) -> Reread | None:
        """How a census rereads its lists; None if the census compares keys, or if every run reads all lists."""
        if isinstance(self.style, Feed):
            return self.style.reread
        if self.key_listing is None and self.under and self.under.reads_changed and isinstance(self.style, Snapshot):
            return Reread(self.style)
        return None

    @property
    def has_census(self) -> bool:
        """Whether a census can list all its records, beyond the lists that every run reads."""
        by_key = self.key_listing is not None or (isinstance(self.style, Changes) and self.style.count is not None)
        return by_key or self.reread is not None


def at(record: Any, path: str | tuple[str, ...]) -> Any:
    """Return the value at a path of a record, or None if the path does not exist.

    :param record: the record.
    :param path: keys joined by dots, or as a tuple.
    """
    for key in path.split(".") if isinstance(path, str) else path:
        if not isinstance(record, dict):
            return None
        record = record.get(key)
    return record


def person(prefix: str, path: str) -> tuple[Column, ...]:
    """Return the columns of a person: the id to join on, and the name in the record.

    :param prefix: the prefix of the columns' names.
    :param path: the path of the person in the record.
    """
    return (
        Column(f"{prefix}_ID", Kind.INTEGER, f"{path}.id"),
        Column(f"{prefix}_NAME", Kind.TEXT, f"{path}.name", is_personal=True),
    )


def stamps() -> tuple[Column, ...]:
    """Return the audit columns: the creator, the last updater and both times."""
    return (
        *person("CREATOR", "createdUser"),
        Column("CREATED_AT", Kind.INSTANT, "created"),
        *person("UPDATER", "updatedUser"),
        Column("UPDATED_AT", Kind.INSTANT, "updated"),
    )


def in_project(path: str = "projectId") -> Column:
    """Return the column with the project of a record.

    :param path: the path of the project's id in the record.
    """
    return Column("PROJECT_ID", Kind.INTEGER, path)

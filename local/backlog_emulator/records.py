"""What a space is made of: one dataclass per entity of the Backlog API.

Records refer to each other directly, compare by identity and say nothing about JSON (see `shapes`).
Instants are aware datetimes in UTC with whole seconds; days are dates. An issue's sequences are tuples:
a change replaces them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date, datetime

    from backlog_emulator.files.records import SharedFile
    from backlog_emulator.teams.records import Team


@dataclass(slots=True, eq=False)
class User:
    """A user; `role_type` 1 administers the space, 2 is a member. `deleted` users live on in old records."""

    id: int
    user_id: str | None
    name: str
    role_type: int
    lang: str | None
    mail_address: str
    nulab_id: str | None
    last_login_time: datetime | None
    deleted: bool = False


@dataclass(slots=True, eq=False)
class Status:
    """A status of one project. Ids 1 to 4 are the same defaults in every project."""

    id: int
    project_id: int
    name: str
    color: str
    display_order: int


@dataclass(slots=True, eq=False)
class IssueType:
    """A kind of issue in one project, with the optional template for new issues."""

    id: int
    project_id: int
    name: str
    color: str
    display_order: int
    template_summary: str | None = None
    template_description: str | None = None


@dataclass(slots=True, eq=False)
class Category:
    """A category of one project."""

    id: int
    project_id: int
    name: str
    display_order: int


@dataclass(slots=True, eq=False)
class Version:
    """A version, which is a milestone too, of one project."""

    id: int
    project_id: int
    name: str
    description: str | None
    start_date: date | None
    release_due_date: date | None
    archived: bool
    display_order: int


@dataclass(slots=True, eq=False)
class Item:
    """One choice of a list-like custom field; ids are unique within the field only."""

    id: int
    name: str
    display_order: int


@dataclass(slots=True, eq=False)
class CustomField:
    """The definition of a custom field; `settings` are the further API fields of its kind (1 to 8)."""

    id: int
    project_id: int
    type_id: int
    name: str
    description: str
    required: bool
    applicable_issue_types: tuple[int, ...]
    settings: dict[str, Any]


@dataclass(slots=True, eq=False)
class CustomValue:
    """The value of a custom field on an issue: text, number, date, Item, tuple of Items or None."""

    value: Any = None
    other: str | None = None


@dataclass(slots=True, eq=False)
class Choice:
    """A priority or a resolution, the same for all projects."""

    id: int
    name: str


@dataclass(slots=True, eq=False)
class Tag:
    """A tag of wikis or documents; within a project the same name is the same tag."""

    id: int
    name: str


@dataclass(slots=True, eq=False)
class Project:
    """A project, its settings and its people; `lang` is the language they write in.

    `members` joined by themselves, others through one of the `teams`. `administrators` are some of the members.
    """

    id: int
    key: str
    name: str
    lang: str
    display_order: int
    text_formatting_rule: str
    grandchildren: bool
    use_git: bool
    use_wiki: bool = True
    use_document: bool = True
    use_file_sharing: bool = True
    archived: bool = False
    last_key_id: int = 0
    members: list[User] = field(default_factory=list)
    administrators: list[User] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    issue_types: list[IssueType] = field(default_factory=list)
    categories: list[Category] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    custom_fields: list[CustomField] = field(default_factory=list)

    def has(self, user: User) -> bool:
        """Whether a user takes part, by himself or through a team."""
        return user in self.members or any(user in team.members for team in self.teams)

    def people(self) -> list[User]:
        """Everybody who takes part, each once, those who joined by themselves first."""
        through_teams = (user for team in self.teams for user in team.members if not user.deleted)
        return list(dict.fromkeys([*self.members, *through_teams]))


@dataclass(slots=True, eq=False)
class Attachment:
    """A file attached to an issue, a wiki page, a document or a pull request; `size` in bytes."""

    id: int
    name: str
    size: int
    created_user: User
    created: datetime


@dataclass(slots=True, eq=False)
class Star:
    """A star that somebody gave to an issue, a wiki page, a pull request or a comment."""

    id: int
    url: str
    title: str
    presenter: User
    created: datetime
    comment: str | None = None


@dataclass(slots=True, eq=False)
class Notification:
    """Word sent to a user.

    `reason` is 1 for assigned, 2 for commented, 4 for updated; 10, 11 and 13 the same of pull requests; 14 and 15
    for a comment on a document and a reply.
    """

    id: int
    reason: int
    user: User
    already_read: bool = False
    resource_already_read: bool = False


@dataclass(slots=True, eq=False)
class Comment:
    """A comment, or a change, of an issue. `change_log` entries are ready for the API."""

    id: int
    issue: Issue
    content: str | None
    change_log: tuple[dict[str, Any], ...]
    created_user: User
    created: datetime
    updated: datetime
    stars: tuple[Star, ...] = ()
    notifications: tuple[Notification, ...] = ()


@dataclass(slots=True, eq=False, kw_only=True)
class Issue:
    """An issue. `children` and `comments` are kept here, though the API gives them elsewhere."""

    id: int
    project: Project
    key_id: int
    issue_type: IssueType
    summary: str
    priority: Choice
    status: Status
    created_user: User
    created: datetime
    updated_user: User
    updated: datetime
    description: str = ""
    resolution: Choice | None = None
    assignee: User | None = None
    categories: tuple[Category, ...] = ()
    versions: tuple[Version, ...] = ()
    milestones: tuple[Version, ...] = ()
    start_date: date | None = None
    due_date: date | None = None
    estimated_hours: float | None = None
    actual_hours: float | None = None
    parent: Issue | None = None
    children: tuple[Issue, ...] = ()
    custom: dict[CustomField, CustomValue] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    shared_files: tuple[SharedFile, ...] = ()
    stars: tuple[Star, ...] = ()
    comments: tuple[Comment, ...] = ()
    related: tuple[Issue, ...] = ()

    @property
    def key(self) -> str:
        """The issue key, such as `WEB-12`."""
        return f"{self.project.key}-{self.key_id}"


@dataclass(slots=True, eq=False)
class Activity:
    """One entry of the feed, never changed afterwards; `content` is ready for the API.

    `about` is the record that it tells of, where the content does not name it: a comment on a document, or a reply.
    """

    id: int
    project: Project
    type: int
    content: dict[str, Any]
    created_user: User
    created: datetime
    notified: tuple[Notification, ...] = ()
    about: object = None

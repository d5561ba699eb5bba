"""Arrays of a record as one row per record and item.

Where the endpoint's own table has the same things in full, as BACKLOG_ISSUE_ATTACHMENTS has, a view of what the record
carries has another name.
"""

from __future__ import annotations

from dataclasses import dataclass

from backlog_provider.load.identifiers import quoted
from backlog_provider.model.endpoint import Column, Kind, person
from backlog_provider.views.model import View
from backlog_provider.views.values import at, cast, columns


@dataclass(frozen=True)
class Array:
    """An array that each record of an endpoint carries.

    :param name: the view's.
    :param about: one sentence: what a row is.
    :param endpoint: whose records.
    :param path: where the array stands in the record.
    :param items: what is known of an item; the first column identifies it within the record.
    """

    name: str
    about: str
    endpoint: str
    path: str
    items: tuple[Column, ...]

    @property
    def view(self) -> View:
        """The view of it: of living records, each item once, nothing where the array is null or missing."""
        keys = _KEYS[self.endpoint]
        item = cast(at('f."VALUE"', self.items[0].path), self.items[0].kind)
        array = at('r."RAW"', self.path)
        selected = [f"r.{quoted(name)}" for name in keys] + columns('f."VALUE"', self.items)
        query = (
            f"SELECT {', '.join(selected)}\n"
            f"FROM {{{self.endpoint}}} r, LATERAL FLATTEN(INPUT => {array}) f\n"
            f'WHERE r."_DELETED_AT" IS NULL AND {item} IS NOT NULL\n'
            f'QUALIFY ROW_NUMBER() OVER (PARTITION BY r.{quoted(keys[0])}, {item} ORDER BY f."INDEX") = 1'
        )
        return View(self.name, self.about, query)


def _version(prefix: str) -> tuple[Column, ...]:
    return (
        Column(f"{prefix}_ID", Kind.INTEGER, "id"),
        Column(f"{prefix}_NAME", Kind.TEXT, "name"),
        Column("START_DATE", Kind.DATE, "startDate"),
        Column("RELEASE_DUE_DATE", Kind.DATE, "releaseDueDate"),
        Column("ARCHIVED", Kind.BOOLEAN, "archived"),
    )


_CREATED = Column("CREATED_AT", Kind.INSTANT, "created")
_FILE = (
    Column("ATTACHMENT_ID", Kind.INTEGER, "id"),
    Column("NAME", Kind.TEXT, "name"),
    Column("SIZE", Kind.INTEGER, "size"),
    *person("CREATOR", "createdUser"),
    _CREATED,
)
_STAR = (
    Column("STAR_ID", Kind.INTEGER, "id"),
    Column("COMMENT", Kind.TEXT, "comment"),
    *person("PRESENTER", "presenter"),
    _CREATED,
)
_NOTIFICATION = (
    Column("NOTIFICATION_ID", Kind.INTEGER, "id"),
    Column("REASON", Kind.INTEGER, "reason"),
    Column("ALREADY_READ", Kind.BOOLEAN, "alreadyRead"),
    Column("RESOURCE_ALREADY_READ", Kind.BOOLEAN, "resourceAlreadyRead"),
    *person("USER", "user"),
)
_TAG = (Column("TAG_ID", Kind.INTEGER, "id"), Column("TAG_NAME", Kind.TEXT, "name"))
_SHARED = (
    Column("SHARED_FILE_ID", Kind.INTEGER, "id"),
    Column("TYPE", Kind.TEXT, "type"),
    Column("DIR", Kind.TEXT, "dir"),
    Column("NAME", Kind.TEXT, "name"),
    Column("SIZE", Kind.INTEGER, "size"),
)
_LINK = (
    Column("LINK_ID", Kind.INTEGER, "id"),
    Column("TYPE", Kind.TEXT, "type"),
    Column("TITLE", Kind.TEXT, "title"),
    Column("URL", Kind.TEXT, "url"),
)
_CATEGORY = (Column("CATEGORY_ID", Kind.INTEGER, "id"), Column("CATEGORY_NAME", Kind.TEXT, "name"))
_ITEM = (
    Column("ITEM_ID", Kind.INTEGER, "id"),
    Column("ITEM_NAME", Kind.TEXT, "name"),
    Column("DISPLAY_ORDER", Kind.INTEGER, "displayOrder"),
)
_REPLY = (
    Column("REPLY_ID", Kind.TEXT, "id"),
    Column("PLAIN", Kind.TEXT, "plain"),
    *person("CREATOR", "createdUser"),
    _CREATED,
    Column("UPDATED_AT", Kind.INSTANT, "updated"),
)
_MEMBER = (
    Column("USER_ID", Kind.INTEGER, "id"),
    Column("USER_NAME", Kind.TEXT, "name"),
    Column("LOGIN_ID", Kind.TEXT, "userId"),
    Column("EMAIL_ADDRESS", Kind.TEXT, "mailAddress"),
)
# What each view of an endpoint's arrays begins with: the key of its table, and what that belongs to.
_KEYS: dict[str, tuple[str, ...]] = {
    "issues": ("ISSUE_ID",),
    "issue_comments": ("COMMENT_ID", "ISSUE_ID"),
    "pull_request_comments": ("COMMENT_ID", "PULL_REQUEST_ID"),
    "teams": ("TEAM_ID",),
    "wikis": ("WIKI_ID",),
    "documents": ("DOCUMENT_ID",),
    "document_comments": ("COMMENT_ID", "DOCUMENT_ID"),
    "custom_fields": ("CUSTOM_FIELD_ID",),
}

ARRAYS: tuple[View, ...] = tuple(
    array.view
    for array in (
        Array("issue_categories", "One row per issue and category.", "issues", "category", _CATEGORY),
        Array("issue_milestones", "One row per issue and milestone.", "issues", "milestone", _version("MILESTONE")),
        Array("issue_versions", "One row per issue and affected version.", "issues", "versions", _version("VERSION")),
        Array("issue_attached_files", "One row per issue and attachment.", "issues", "attachments", _FILE),
        Array("issue_linked_files", "One row per issue and linked shared file.", "issues", "sharedFiles", _SHARED),
        Array(
            "issue_external_links",
            "One row per issue and link to an outside file.",
            "issues",
            "externalFileLinks",
            _LINK,
        ),
        Array("issue_stars", "One row per star on an issue.", "issues", "stars", _STAR),
        Array("issue_comment_stars", "One row per star on a comment of an issue.", "issue_comments", "stars", _STAR),
        Array(
            "issue_comment_notifications",
            "One row per comment of an issue and user who was notified of it.",
            "issue_comments",
            "notifications",
            _NOTIFICATION,
        ),
        Array(
            "pull_request_comment_notifications",
            "One row per comment of a pull request and user who was notified of it.",
            "pull_request_comments",
            "notifications",
            _NOTIFICATION,
        ),
        Array("team_members", "One row per team and member.", "teams", "members", _MEMBER),
        Array("wiki_tags", "One row per wiki page and tag.", "wikis", "tags", _TAG),
        Array("wiki_stars", "One row per star on a wiki page.", "wikis", "stars", _STAR),
        Array("wiki_linked_files", "One row per wiki page and linked shared file.", "wikis", "sharedFiles", _SHARED),
        Array("document_tags", "One row per document and tag.", "documents", "tags", _TAG),
        Array("document_attached_files", "One row per document and attachment.", "documents", "attachments", _FILE),
        Array(
            "document_comment_replies",
            "One row per reply to a comment of a document.",
            "document_comments",
            "replies",
            _REPLY,
        ),
        Array(
            "custom_field_items",
            "One row per custom field with a list and item of it.",
            "custom_fields",
            "items",
            _ITEM,
        ),
    )
)

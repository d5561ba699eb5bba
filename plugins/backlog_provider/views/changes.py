"""Change logs of issues and pull requests, from their comments.

Values are display names as they were then (https://developer.nulab.com/docs/backlog/api/2/get-comment-list/).
"""

from __future__ import annotations

from backlog_provider.model.endpoint import Column, Kind
from backlog_provider.views.model import View
from backlog_provider.views.values import cast, columns

_ENTRY = 'f."VALUE"'
_FIELD = cast(f'{_ENTRY}:"field"', Kind.TEXT)
_INFO = columns(
    _ENTRY,
    (
        Column("CUSTOM_FIELD_ID", Kind.INTEGER, "attributeInfo.id"),
        Column("CUSTOM_FIELD_TYPE_ID", Kind.INTEGER, "attributeInfo.typeId"),
        Column("ATTACHMENT_ID", Kind.INTEGER, "attachmentInfo.id"),
        Column("ATTACHMENT_NAME", Kind.TEXT, "attachmentInfo.name"),
        Column("NOTIFICATION_TYPE", Kind.TEXT, "notificationInfo.type"),
    ),
)


def _value(path: str, name: str) -> str:
    """Give the column of a value before or after a change; a field that was, or became, empty is null either way."""
    return f"""NULLIF({cast(f'{_ENTRY}:"{path}"', Kind.TEXT)}, '') AS "{name}\""""


def _changes(name: str, about: str, comments: str, parent: str) -> View:
    return View(
        name,
        about,
        f'SELECT c."COMMENT_ID", c."{parent}", f."INDEX" AS "POSITION", {_FIELD} AS "FIELD", '
        f"{_value('originalValue', 'OLD_VALUE')}, {_value('newValue', 'NEW_VALUE')}, {', '.join(_INFO)}, "
        'c."CREATOR_ID" AS "CHANGED_BY_ID", c."CREATOR_NAME" AS "CHANGED_BY_NAME", c."CREATED_AT" AS "CHANGED_AT", '
        'c."_DELETED_AT"\n'
        f'FROM {{{comments}}} c, LATERAL FLATTEN(INPUT => c."RAW":"changeLog") f\n'
        f"WHERE {_FIELD} IS NOT NULL",
    )


CHANGES = (
    _changes(
        "issue_changes",
        "One row per field that somebody changed in an issue, of deleted comments too.",
        "issue_comments",
        "ISSUE_ID",
    ),
    _changes(
        "pull_request_changes",
        "One row per field that somebody changed in a pull request, of deleted comments too.",
        "pull_request_comments",
        "PULL_REQUEST_ID",
    ),
)

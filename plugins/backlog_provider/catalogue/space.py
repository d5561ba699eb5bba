"""The space itself: its name, its plan, its use of storage.

https://developer.nulab.com/docs/backlog/api/2/get-space/, …/get-space-notification/, …/get-licence/,
…/get-space-disk-usage/
"""

from __future__ import annotations

from typing import Any

from backlog_provider.model.endpoint import Column, Endpoint, Kind, Snapshot

USES = ("issue", "wiki", "document", "file", "subversion", "git", "gitLFS", "pullRequest")


def alone(answer: Any) -> list[Any]:
    """Return the list of a single record."""
    return [answer]


def _numbered(answer: Any) -> list[Any]:
    """Return the list of a single record that has no id, with the id 1."""
    return [{"id": 1, **answer}]


def _usages(answer: Any) -> list[Any]:
    """Return what the space uses, under the project 0 that no project has, and what each project does."""
    total = {name: value for name, value in answer.items() if name != "details"}
    return [{"projectId": 0, **total}, *answer["details"]]


SPACE = Endpoint(
    name="space",
    path="/space",
    style=Snapshot(records_of=alone),
    key=("SPACE_KEY",),
    version="UPDATED_AT",
    columns=(
        Column("SPACE_KEY", Kind.TEXT, "spaceKey"),
        Column("NAME", Kind.TEXT, "name"),
        Column("OWNER_ID", Kind.INTEGER, "ownerId"),
        Column("LANG", Kind.TEXT, "lang"),
        Column("TIMEZONE", Kind.TEXT, "timezone"),
        Column("TEXT_FORMATTING_RULE", Kind.TEXT, "textFormattingRule"),
        Column("CREATED_AT", Kind.INSTANT, "created"),
        Column("UPDATED_AT", Kind.INSTANT, "updated"),
    ),
)

# What the administrators announce to everybody in the space.
SPACE_NOTIFICATION = Endpoint(
    name="space_notification",
    path="/space/notification",
    style=Snapshot(records_of=_numbered),
    key=("SPACE_NOTIFICATION_ID",),
    version="UPDATED_AT",
    columns=(
        Column("SPACE_NOTIFICATION_ID", Kind.INTEGER, "id"),
        Column("CONTENT", Kind.TEXT, "content"),
        Column("UPDATED_AT", Kind.INSTANT, "updated"),
    ),
)

LICENCE = Endpoint(
    name="licence",
    path="/space/licence",
    style=Snapshot(records_of=alone),
    key=("LICENCE_TYPE_ID",),
    columns=(
        Column("LICENCE_TYPE_ID", Kind.INTEGER, "licenceTypeId"),
        Column("ACTIVE", Kind.BOOLEAN, "active"),
        Column("STARTED_ON", Kind.DATE, "startedOn"),
        Column("LIMIT_DATE", Kind.DATE, "limitDate"),
        Column("USER_LIMIT", Kind.INTEGER, "userLimit"),
        Column("PROJECT_LIMIT", Kind.INTEGER, "projectLimit"),
        Column("ISSUE_LIMIT", Kind.INTEGER, "issueLimit"),
        Column("STORAGE_LIMIT", Kind.INTEGER, "storageLimit"),
        Column("COMMENT_LIMIT", Kind.INTEGER, "commentLimit"),
        Column("COMPONENT_LIMIT", Kind.INTEGER, "componentLimit"),
        Column("VERSION_LIMIT", Kind.INTEGER, "versionLimit"),
        Column("ATTRIBUTE_LIMIT", Kind.INTEGER, "attributeLimit"),
        Column("REMOTE_ADDRESS_LIMIT", Kind.INTEGER, "remoteAddressLimit"),
        Column("ATTACHMENT_LIMIT", Kind.INTEGER, "attachmentLimit"),
        Column("ATTACHMENT_LIMIT_PER_FILE", Kind.INTEGER, "attachmentLimitPerFile"),
        Column("ATTACHMENT_NUM_LIMIT", Kind.INTEGER, "attachmentNumLimit"),
        Column("WIKI_ATTACHMENT_LIMIT_PER_FILE", Kind.INTEGER, "wikiAttachmentLimitPerFile"),
        Column("WIKI_ATTACHMENT_NUM_LIMIT", Kind.INTEGER, "wikiAttachmentNumLimit"),
        Column("PULL_REQUEST_ATTACHMENT_LIMIT_PER_FILE", Kind.INTEGER, "pullRequestAttachmentLimitPerFile"),
        Column("PULL_REQUEST_ATTACHMENT_NUM_LIMIT", Kind.INTEGER, "pullRequestAttachmentNumLimit"),
        Column("GIT", Kind.BOOLEAN, "git"),
        Column("SUBVERSION", Kind.BOOLEAN, "subversion"),
        Column("GANTT", Kind.BOOLEAN, "gantt"),
        Column("BURNDOWN", Kind.BOOLEAN, "burndown"),
        Column("FILE_SHARING", Kind.BOOLEAN, "fileSharing"),
        Column("CUSTOM_FIELDS", Kind.BOOLEAN, "attribute"),
        Column("WIKI_ATTACHMENTS", Kind.BOOLEAN, "wikiAttachment"),
        Column("PARENT_CHILD_ISSUES", Kind.BOOLEAN, "parentChildIssue"),
        Column("GRANDCHILD_ISSUE_ENABLED", Kind.BOOLEAN, "grandchildIssueEnabled"),
        Column("SUBVERSION_EXTERNAL", Kind.BOOLEAN, "subversionExternal"),
        Column("POST_ISSUE_BY_MAIL", Kind.BOOLEAN, "postIssueByMail"),
        Column("REMOTE_ADDRESS", Kind.BOOLEAN, "remoteAddress"),
        Column("NULAB_ACCOUNT", Kind.BOOLEAN, "nulabAccount"),
    ),
)

# A row for each moment at which the figures were new: bytes, of the space (project 0) and of each project.
DISK_USAGE = Endpoint(
    name="disk_usage",
    path="/space/diskUsage",
    style=Snapshot(records_of=_usages, appends=True),
    key=("MEASURED_AT", "PROJECT_ID"),
    role="an administrator",
    columns=(
        Column("MEASURED_AT", Kind.INSTANT, "^readAt"),
        Column("PROJECT_ID", Kind.INTEGER, "projectId"),
        Column("CAPACITY", Kind.INTEGER, "capacity"),
        *(
            Column(name.upper().replace("GITLFS", "GIT_LFS").replace("PULLREQUEST", "PULL_REQUEST"), Kind.INTEGER, name)
            for name in USES
        ),
    ),
)

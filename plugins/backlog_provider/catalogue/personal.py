"""Lists of people: stars that they received, watchings, notifications.

https://developer.nulab.com/docs/backlog/api/2/get-received-star-list/, …/get-watching-list/, …/get-notification/
"""

from __future__ import annotations

import re
from typing import Any

from backlog_provider.catalogue.space import alone
from backlog_provider.catalogue.users import USERS
from backlog_provider.model.endpoint import Column, Endpoint, Feed, Kind, Paging, Reread, Snapshot, Under, person

# Whether others' lists can be read is not documented: one's own can.
_MYSELF = Endpoint(name="myself", path="/users/myself", style=Snapshot(records_of=alone), key=("USER_ID",), columns=())

# https://HOST/view/KEY-1, https://HOST/git/KEY/…; of a wiki, https://HOST/alias/wiki/1, the title has the key.
_ISSUE = re.compile(r"/view/(\w+)-\d+")
_GIT = re.compile(r"/git/(\w+)/")
_TITLE = re.compile(r"\[(\w+)\]")


def place_of_star(star: Any) -> tuple[str, str | None] | None:
    """Return the key of the project in which a star was given, and the flag of the feature; None where unclear."""
    url, title = str(star.get("url")), str(star.get("title"))
    if found := _ISSUE.search(url):
        return found[1], None
    if found := _GIT.search(url):
        return found[1], "useGit"
    found = _TITLE.match(title) if "/wiki/" in url else None
    return (found[1], "useWiki") if found else None


STARS = Endpoint(
    name="stars",
    path="/users/{id}/stars",
    style=Feed(reread=Reread(Snapshot(paging=Paging.ID, has_count=True), place_of_star)),
    under=Under(USERS, column="USER_ID"),
    key=("STAR_ID",),
    # Because the list of people is.
    role=USERS.role,
    columns=(
        Column("STAR_ID", Kind.INTEGER, "id"),
        Column("USER_ID", Kind.INTEGER, "^id"),
        Column("TITLE", Kind.TEXT, "title"),
        Column("URL", Kind.TEXT, "url"),
        Column("COMMENT", Kind.TEXT, "comment"),
        *person("PRESENTER", "presenter"),
        Column("CREATED_AT", Kind.INSTANT, "created"),
    ),
)

WATCHINGS = Endpoint(
    name="watchings",
    path="/users/{id}/watchings",
    style=Snapshot(paging=Paging.OFFSET, has_count=True),
    under=Under(_MYSELF, column="USER_ID"),
    key=("WATCHING_ID",),
    columns=(
        Column("WATCHING_ID", Kind.INTEGER, "id"),
        Column("USER_ID", Kind.INTEGER, "^id"),
        Column("TYPE", Kind.TEXT, "type"),
        Column("ISSUE_ID", Kind.INTEGER, "issue.id"),
        Column("NOTE", Kind.TEXT, "note"),
        Column("RESOURCE_ALREADY_READ", Kind.BOOLEAN, "resourceAlreadyRead"),
        Column("LAST_CONTENT_UPDATED_AT", Kind.INSTANT, "lastContentUpdated"),
        Column("CREATED_AT", Kind.INSTANT, "created"),
        Column("UPDATED_AT", Kind.INSTANT, "updated"),
    ),
)

# Of the key's user alone. Whether one has been read is as it was when it was loaded, or when the last census was taken.
NOTIFICATIONS = Endpoint(
    name="notifications",
    path="/notifications",
    style=Feed(reread=Reread(Snapshot(paging=Paging.ID))),
    key=("NOTIFICATION_ID",),
    columns=(
        Column("NOTIFICATION_ID", Kind.INTEGER, "id"),
        Column("REASON", Kind.INTEGER, "reason"),
        Column("ALREADY_READ", Kind.BOOLEAN, "alreadyRead"),
        Column("RESOURCE_ALREADY_READ", Kind.BOOLEAN, "resourceAlreadyRead"),
        Column("PROJECT_ID", Kind.INTEGER, "project.id"),
        Column("ISSUE_ID", Kind.INTEGER, "issue.id"),
        Column("COMMENT_ID", Kind.INTEGER, "comment.id"),
        Column("REPOSITORY_ID", Kind.INTEGER, "repository.id"),
        Column("PULL_REQUEST_ID", Kind.INTEGER, "pullRequest.id"),
        Column("PULL_REQUEST_COMMENT_ID", Kind.INTEGER, "pullRequestComment.id"),
        Column("DOCUMENT_ID", Kind.TEXT, "document.id"),
        Column("DOCUMENT_COMMENT_ID", Kind.TEXT, "documentComment.id"),
        Column("DOCUMENT_COMMENT_REPLY_ID", Kind.TEXT, "documentCommentReply.id"),
        *person("SENDER", "sender"),
        Column("CREATED_AT", Kind.INSTANT, "created"),
    ),
)

"""Git repositories, pull requests and their comments.

Pull requests cannot be asked for by time: all are listed once, and then those of repositories of which the feed tells.
https://developer.nulab.com/docs/backlog/api/2/get-list-of-git-repositories/, …/get-pull-request-list/,
…/get-pull-request-comment/, …/get-list-of-pull-request-attachment/, …/get-pull-request/
"""

from __future__ import annotations

from typing import Any

from backlog_provider.catalogue.comments import ATTACHMENT, COMMENT
from backlog_provider.catalogue.projects import PROJECTS
from backlog_provider.model.endpoint import (
    ChangeEvents,
    Column,
    Endpoint,
    Kind,
    Paging,
    Snapshot,
    Under,
    in_project,
    person,
    stamps,
)

# A pull request was added, updated, commented, merged.
_TYPES = (18, 19, 20, 21)
# Open, closed, merged.
_STATUSES = (("statusId[]", 1), ("statusId[]", 2), ("statusId[]", 3))
_ONE = "/projects/{projectId}/git/repositories/{repositoryId}/pullRequests/{number}"

REPOSITORIES = Endpoint(
    name="repositories",
    path="/projects/{id}/git/repositories",
    style=Snapshot(),
    under=Under(PROJECTS, column="PROJECT_ID", flag="useGit"),
    project="^id",
    key=("REPOSITORY_ID",),
    version="UPDATED_AT",
    columns=(
        Column("REPOSITORY_ID", Kind.INTEGER, "id"),
        in_project("^id"),
        Column("NAME", Kind.TEXT, "name"),
        Column("DESCRIPTION", Kind.TEXT, "description"),
        Column("HTTP_URL", Kind.TEXT, "httpUrl"),
        Column("SSH_URL", Kind.TEXT, "sshUrl"),
        Column("DISPLAY_ORDER", Kind.INTEGER, "displayOrder"),
        Column("PUSHED_AT", Kind.INSTANT, "pushedAt"),
        *stamps(),
    ),
)

PULL_REQUESTS = Endpoint(
    name="pull_requests",
    path="/projects/{projectId}/git/repositories/{id}/pullRequests",
    style=Snapshot(paging=Paging.OFFSET, has_count=True, parts=_STATUSES),
    under=Under(
        REPOSITORIES,
        column="REPOSITORY_ID",
        change_events=ChangeEvents(types=_TYPES, named={"id": "content.repository.id", "projectId": "project.id"}),
    ),
    project="^projectId",
    key=("PULL_REQUEST_ID",),
    version="UPDATED_AT",
    columns=(
        Column("PULL_REQUEST_ID", Kind.INTEGER, "id"),
        in_project("^projectId"),
        Column("REPOSITORY_ID", Kind.INTEGER, "^id"),
        Column("NUMBER", Kind.INTEGER, "number"),
        Column("SUMMARY", Kind.TEXT, "summary"),
        Column("DESCRIPTION", Kind.TEXT, "description"),
        Column("BASE", Kind.TEXT, "base"),
        Column("BRANCH", Kind.TEXT, "branch"),
        Column("STATUS_ID", Kind.INTEGER, "status.id"),
        Column("STATUS_NAME", Kind.TEXT, "status.name"),
        *person("ASSIGNEE", "assignee"),
        Column("ISSUE_ID", Kind.INTEGER, "issue.id"),
        Column("BASE_COMMIT", Kind.TEXT, "baseCommit"),
        Column("BRANCH_COMMIT", Kind.TEXT, "branchCommit"),
        Column("MERGE_COMMIT", Kind.TEXT, "mergeCommit"),
        Column("CLOSED_AT", Kind.INSTANT, "closeAt"),
        Column("MERGED_AT", Kind.INSTANT, "mergeAt"),
        *stamps(),
    ),
)

_EACH_PULL_REQUEST = Under(
    PULL_REQUESTS,
    column="PULL_REQUEST_ID",
    change_events=ChangeEvents(
        types=_TYPES,
        named={
            "id": "content.id",
            "number": "content.number",
            "repositoryId": "content.repository.id",
            "projectId": "project.id",
        },
    ),
)

PULL_REQUEST_COMMENTS = Endpoint(
    name="pull_request_comments",
    path=f"{_ONE}/comments",
    style=Snapshot(paging=Paging.ID, has_count=True),
    under=_EACH_PULL_REQUEST,
    project="^projectId",
    key=("COMMENT_ID",),
    version="UPDATED_AT",
    columns=(
        Column("COMMENT_ID", Kind.INTEGER, "id"),
        Column("PULL_REQUEST_ID", Kind.INTEGER, "^id"),
        in_project("^projectId"),
        *COMMENT,
    ),
)

PULL_REQUEST_ATTACHMENTS = Endpoint(
    name="pull_request_attachments",
    path=f"{_ONE}/attachments",
    style=Snapshot(),
    under=_EACH_PULL_REQUEST,
    project="^projectId",
    key=("ATTACHMENT_ID",),
    columns=(
        Column("ATTACHMENT_ID", Kind.INTEGER, "id"),
        Column("PULL_REQUEST_ID", Kind.INTEGER, "^id"),
        in_project("^projectId"),
        *ATTACHMENT,
    ),
)


def _stars(answer: Any) -> list[Any]:
    """Return the stars of a pull request by itself; lists of pull requests do not have them.

    :raises KeyError: where the answer is no pull request.
    """
    return answer.get("stars") or [] if answer["number"] else []


# A request for each pull request: no DAG loads them unless it is told to.
PULL_REQUEST_STARS = Endpoint(
    name="pull_request_stars",
    path=_ONE,
    style=Snapshot(records_of=_stars),
    under=_EACH_PULL_REQUEST,
    project="^projectId",
    key=("STAR_ID",),
    columns=(
        Column("STAR_ID", Kind.INTEGER, "id"),
        Column("PULL_REQUEST_ID", Kind.INTEGER, "^id"),
        in_project("^projectId"),
        Column("TITLE", Kind.TEXT, "title"),
        Column("URL", Kind.TEXT, "url"),
        Column("COMMENT", Kind.TEXT, "comment"),
        *person("PRESENTER", "presenter"),
        Column("CREATED_AT", Kind.INSTANT, "created"),
    ),
)

"""Bodies of repositories and pull requests.

Source: https://developer.nulab.com/docs/backlog/api/2/get-pull-request/ and its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.git.records import PullRequest, PullRequestComment, Repository

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from backlog_emulator.switches import Switches

_HOST = "soraumi.backlog.example"


def pull_request(pull_request: PullRequest, switches: Switches) -> dict[str, Any]:
    """A pull request as lists have it: no more of its issue than the id, and neither attachments nor stars."""
    return {
        "id": pull_request.id,
        "projectId": pull_request.project.id,
        "repositoryId": pull_request.repository.id,
        "number": pull_request.number,
        "summary": pull_request.summary,
        "description": pull_request.description,
        "base": pull_request.base,
        "branch": pull_request.branch,
        "status": pull_request.status,
        "assignee": pull_request.assignee,
        "issue": {"id": pull_request.issue.id} if pull_request.issue else None,
        "baseCommit": pull_request.base_commit,
        "branchCommit": pull_request.branch_commit,
        "mergeCommit": pull_request.merge_commit,
        "closeAt": _moment(pull_request.closed, switches),
        "mergeAt": _moment(pull_request.merged, switches),
        "createdUser": pull_request.created_user,
        "created": pull_request.created,
        "updatedUser": pull_request.updated_user,
        "updated": pull_request.updated,
    }


def whole(request: PullRequest, switches: Switches) -> dict[str, Any]:
    """A pull request by itself."""
    parts = {"issue": request.issue, "attachments": request.attachments, "stars": request.stars}
    return pull_request(request, switches) | parts


def _moment(moment: datetime | None, switches: Switches) -> object:
    if moment and switches.close_at == "milliseconds":
        return int(moment.timestamp()) * 1000
    return moment


def _repository(repository: Repository) -> dict[str, Any]:
    path = f"/{repository.project.key}/{repository.name}.git"
    return {
        "id": repository.id,
        "projectId": repository.project.id,
        "name": repository.name,
        "description": repository.description,
        "hookUrl": None,
        "httpUrl": f"https://{_HOST}/git{path}",
        "sshUrl": f"git@{_HOST}:{path}",
        "displayOrder": repository.display_order,
        "pushedAt": repository.pushed_at,
        "createdUser": repository.created_user,
        "created": repository.created,
        "updatedUser": repository.updated_user,
        "updated": repository.updated,
    }


def _comment(comment: PullRequestComment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "content": comment.content,
        "changeLog": comment.change_log,
        "createdUser": comment.created_user,
        "created": comment.created,
        "updated": comment.updated,
        "stars": comment.stars,
        "notifications": comment.notifications,
    }


SHAPES: dict[type, Callable[[Any], dict[str, Any]]] = {Repository: _repository, PullRequestComment: _comment}

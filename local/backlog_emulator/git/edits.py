"""Scripted changes of repositories and pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.edit_fields import picked
from backlog_emulator.git import pull_requests, repositories
from backlog_emulator.git.records import PULL_REQUEST_STATUSES
from backlog_emulator.picks import author_of, one_among, one_of, project_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.git.records import PullRequest, PullRequestComment, Repository
    from backlog_emulator.space import Space

    Edit = dict[str, Any]


def _create_repository(space: Space, edit: Edit) -> int:
    description = edit.get("description", "")
    project, by = project_of(space, edit), author_of(space, edit)
    return repositories.create_repository(space, project, edit["name"], description, by=by).id


def _update_repository(space: Space, edit: Edit) -> int:
    repository = _repository(space, edit)
    given = {"name": repository.name, "description": repository.description, **edit["fields"]}
    repositories.update_repository(space, repository, by=author_of(space, edit), **given)
    return repository.id


def _delete_repository(space: Space, edit: Edit) -> int:
    repository = _repository(space, edit)
    repositories.delete_repository(space, repository)
    return repository.id


def _push(space: Space, edit: Edit) -> int:
    repository = _repository(space, edit)
    return repositories.push(space, repository, edit.get("comment", ""), by=author_of(space, edit)).id


def _create(space: Space, edit: Edit) -> int:
    fields = _fields(space, {"summary": "New pull request", **edit.get("fields", {})})
    return pull_requests.create_pull_request(space, _repository(space, edit), fields, by=author_of(space, edit)).id


def _update(space: Space, edit: Edit) -> int:
    chosen, fields = _pull_request(space, edit), _fields(space, edit["fields"])
    pull_requests.update_pull_request(space, chosen, fields, comment=edit.get("comment"), by=author_of(space, edit))
    return chosen.id


def _comment(space: Space, edit: Edit) -> int:
    chosen, by = _pull_request(space, edit), author_of(space, edit)
    return pull_requests.comment_pull_request(space, chosen, edit["content"], by=by).id


def _edit_comment(space: Space, edit: Edit) -> int:
    comments = (comment for each in space.pull_requests.values() for comment in each.comments)
    comment: PullRequestComment = one_among(space, comments, edit["comment"])
    pull_requests.edit_pull_request_comment(space, comment, edit["content"])
    return comment.id


def _attach(space: Space, edit: Edit) -> int:
    chosen, by = _pull_request(space, edit), author_of(space, edit)
    return pull_requests.attach_to_pull_request(space, chosen, edit["name"], edit.get("size", 1000), by=by).id


def _delete(space: Space, edit: Edit) -> int:
    chosen = _pull_request(space, edit)
    pull_requests.delete_pull_request(space, chosen, by=author_of(space, edit))
    return chosen.id


def _repository(space: Space, edit: Edit) -> Repository:
    repository: Repository = one_of(space, space.repositories, edit["repository"])
    return repository


def _pull_request(space: Space, edit: Edit) -> PullRequest:
    """The pull request of `pull_request`, which is its id and not its number."""
    chosen: PullRequest = one_of(space, space.pull_requests, edit["pull_request"])
    return chosen


def _fields(space: Space, given: Edit) -> Edit:
    """Attributes of a pull request, with records instead of ids."""
    choices = {
        "statusId": ("status", PULL_REQUEST_STATUSES),
        "assigneeId": ("assignee", space.users.values()),
        "issueId": ("issue", space.issues.values()),
    }
    fields = {}
    for name, value in given.items():
        attribute, records = choices.get(name, (name, None))
        fields[attribute] = value if records is None else picked(records, value)
    return fields


OPERATIONS: dict[str, Callable[[Space, Edit], int | str | None]] = {
    "create_repository": _create_repository,
    "update_repository": _update_repository,
    "delete_repository": _delete_repository,
    "push": _push,
    "create_pull_request": _create,
    "update_pull_request": _update,
    "comment_pull_request": _comment,
    "edit_pull_request_comment": _edit_comment,
    "attach_to_pull_request": _attach,
    "delete_pull_request": _delete,
}

"""Git repositories, which come whole, and their pull requests: paged by offset without a choice of order.

Source: https://developer.nulab.com/docs/backlog/api/2/get-pull-request-list/ and its neighbours.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from backlog_emulator.call import picked
from backlog_emulator.download import found_attachment
from backlog_emulator.errors import no_resource
from backlog_emulator.git.shapes import pull_request, whole
from backlog_emulator.paging import id_page, offset_page

if TYPE_CHECKING:
    from starlette.responses import Response

    from backlog_emulator.call import Call, Endpoint, Truth
    from backlog_emulator.git.records import PullRequest, Repository
    from backlog_emulator.records import Project

# Attributes by which pull requests are sorted, and whether the greatest is first, for each value of the switch.
_ORDERS = {"newest": ("number", True), "oldest": ("number", False), "updated": ("updated", True)}


def _repositories(call: Call) -> list[Repository]:
    call.unrestricted()
    project = call.project_named(call.path["project"])
    call.feature(project, "git")
    return [each for each in call.space.repositories.values() if each.project is project]


def _repository(call: Call) -> Repository:
    """The repository that the path names by id or name."""
    name = call.path["repository"]
    for repository in _repositories(call):
        if name in (str(repository.id), repository.name):
            return repository
    raise no_resource("No repository.")


def _of(call: Call, repository: Repository) -> list[PullRequest]:
    return [each for each in call.space.pull_requests.values() if each.repository is repository]


def _found(call: Call) -> list[PullRequest]:
    query, repository = call.query, _repository(call)
    wanted = {name: query.integers(f"{name}Id[]") for name in ("status", "assignee", "issue", "createdUser")}
    attributes = {"createdUser": "created_user"}
    found = _of(call, repository)
    for name, ids in wanted.items():
        attribute = attributes.get(name, name)
        found = [each for each in found if not ids or getattr(getattr(each, attribute), "id", None) in ids]
    key, descending = _ORDERS[call.space.switches.pull_request_order]
    return sorted(found, key=attrgetter(key, "id"), reverse=descending)


def _list(call: Call) -> bytes:
    switches = call.space.switches
    return call.body([pull_request(each, switches) for each in offset_page(_found(call), call.query, switches)])


def _one(call: Call) -> PullRequest:
    """The pull request that the path names by number."""
    found = {each.number: each for each in _of(call, _repository(call))}
    chosen: PullRequest = picked(found, call.path["number"], "No pull request.")
    return chosen


def _attachment(call: Call) -> Response:
    return found_attachment(call, _one(call).attachments)


def _git_projects(call: Call) -> set[Project]:
    return {project for project in call.space.projects_of(call.user) if call.has_feature(project, "git")}


def _all(call: Call) -> list[PullRequest]:
    projects = _git_projects(call)
    return [each for each in call.space.pull_requests.values() if each.project in projects]


def _all_of(call: Call, part: str) -> list[dict[str, Any]]:
    """All comments, attachments or stars, with their pull request beside."""
    return [
        call.shaped(record, repositoryId=each.repository.id, pullRequestNumber=each.number)
        for each in _all(call)
        for record in getattr(each, part)
    ]


def _all_repositories(call: Call) -> list[Repository]:
    projects = _git_projects(call)
    return [each for each in call.space.repositories.values() if each.project in projects]


_REPOSITORIES = "/projects/{project}/git/repositories"
_PULL_REQUESTS = f"{_REPOSITORIES}/{{repository}}/pullRequests"
_PULL_REQUEST = f"{_PULL_REQUESTS}/{{number}}"

ENDPOINTS: dict[str, Endpoint] = {
    _REPOSITORIES: lambda call: call.listed(_repositories(call)),
    f"{_REPOSITORIES}/{{repository}}": lambda call: call.body(_repository(call)),
    _PULL_REQUESTS: _list,
    f"{_PULL_REQUESTS}/count": lambda call: call.body({"count": len(_found(call))}),
    _PULL_REQUEST: lambda call: call.body(whole(_one(call), call.space.switches)),
    f"{_PULL_REQUEST}/comments": lambda call: call.listed(
        id_page(_one(call).comments, call.query, call.space.switches)
    ),
    f"{_PULL_REQUEST}/comments/count": lambda call: call.body({"count": len(_one(call).comments)}),
    f"{_PULL_REQUEST}/attachments": lambda call: call.listed(_one(call).attachments),
    f"{_PULL_REQUEST}/attachments/{{attachment}}": _attachment,
}

TRUTHS: dict[str, Truth] = {
    "repositories": _all_repositories,
    "pull_requests": lambda call: [pull_request(each, call.space.switches) for each in _all(call)],
    "pull_request_comments": lambda call: _all_of(call, "comments"),
    "pull_request_attachments": lambda call: _all_of(call, "attachments"),
    "pull_request_stars": lambda call: _all_of(call, "stars"),
}

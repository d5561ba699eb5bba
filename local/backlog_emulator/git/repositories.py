"""Repositories are made, pushed to, changed and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.changes.ends import end
from backlog_emulator.git.records import Repository

if TYPE_CHECKING:
    from backlog_emulator.git.records import PullRequest
    from backlog_emulator.records import Activity, Project, User
    from backlog_emulator.space import Space


def create_repository(
    space: Space, project: Project, name: str, description: str = "", *, by: User | None = None
) -> Repository:
    """Make a repository. Activity 13."""
    by = by or space.owner
    order = sum(each.project is project for each in space.repositories.values())
    repository = Repository(
        id=space.next_id("repository"),
        project=project,
        name=name,
        description=description,
        display_order=order,
        created_user=by,
        created=space.now,
        updated_user=by,
        updated=space.now,
    )
    space.repositories[repository.id] = repository
    space.record(13, project, {"repository": repository.in_feed()}, by)
    return repository


def update_repository(
    space: Space, repository: Repository, *, name: str, description: str, by: User | None = None
) -> None:
    """Rename or describe a repository. No activity."""
    repository.name, repository.description = name, description
    repository.updated, repository.updated_user = space.now, by or space.owner


def delete_repository(space: Space, repository: Repository) -> None:
    """Remove a repository with its pull requests. No activity."""
    remove_repository(space, repository)


def remove_repository(space: Space, repository: Repository, why: str = "deleted") -> None:
    """A repository is gone with its pull requests."""
    inner = "repository deleted" if why == "deleted" else why
    for pull_request in [each for each in space.pull_requests.values() if each.repository is repository]:
        remove_pull_request(space, pull_request, inner)
    del space.repositories[repository.id]
    end(space, "repositories", repository, why, projectId=repository.project.id)


def remove_pull_request(space: Space, pull_request: PullRequest, why: str = "deleted") -> None:
    """A pull request is gone with its comments, without a word in the feed."""
    del space.pull_requests[pull_request.id]
    place = {"repositoryId": pull_request.repository.id}
    end(space, "pull_requests", pull_request, why, **place)
    inner = "pull request deleted" if why == "deleted" else why
    for comment in pull_request.comments:
        end(space, "pull_request_comments", comment, inner, **place, pullRequestNumber=pull_request.number)
    for attachment in pull_request.attachments:
        end(space, "pull_request_attachments", attachment, inner, **place, pullRequestNumber=pull_request.number)
    for star in pull_request.stars:
        end(space, "pull_request_stars", star, inner, **place, pullRequestNumber=pull_request.number)


def push(space: Space, repository: Repository, message: str, *, by: User | None = None) -> Activity:
    """Push one commit to the main branch, which moves `pushedAt` alone. Activity 12."""
    repository.pushed_at = space.now
    content = {
        "repository": repository.in_feed(),
        "change_type": "update",
        "revision_type": "commit",
        "ref": "refs/heads/main",
        "revision_count": 1,
        "revisions": [{"rev": commit(space), "comment": message}],
    }
    return space.record(12, repository.project, content, by or space.owner)


def commit(space: Space) -> str:
    """The digits of a new commit."""
    return f"{space.rng.getrandbits(160):040x}"

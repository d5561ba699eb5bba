"""What people do with repositories and pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator import texts
from backlog_emulator.desk import Desk, Kind, on_record
from backlog_emulator.git import pull_requests, repositories
from backlog_emulator.git.records import CLOSED, MERGED, OPEN
from backlog_emulator.stars.changes import give_star

if TYPE_CHECKING:
    from backlog_emulator.git.records import PullRequest, Repository
    from backlog_emulator.records import Project
    from backlog_emulator.space import Space


def found(space: Space, project: Project) -> None:
    """The repositories that a new project begins with."""
    if project.use_git:
        repositories.create_repository(space, project, "app", "アプリ本体" if project.lang == "ja" else "")
        repositories.create_repository(space, project, "docs")


def _uses(project: Project) -> bool:
    return project.use_git


def _is_open(pull_request: PullRequest) -> bool:
    return pull_request.status is OPEN


def _push(desk: Desk, repository: Repository) -> None:
    words = texts.comment(desk.rng, repository.project.lang)
    repositories.push(desk.space, repository, words, by=desk.member(repository.project))


def _open(desk: Desk, repository: Repository) -> None:
    rng, project = desk.rng, repository.project
    issue = desk.issue() if desk.issues else None
    fields: dict[str, Any] = {
        "summary": texts.summary(rng, project.lang),
        "description": texts.description(rng, project.lang),
        "assignee": desk.member(project) if rng.random() < 0.7 else None,
        "issue": issue if issue and issue.project is project else None,
    }
    pull_requests.create_pull_request(desk.space, repository, fields, by=desk.member(project))


def _move_on(desk: Desk, pull_request: PullRequest) -> None:
    """Merge, close, hand over or reword a pull request."""
    rng, project = desk.rng, pull_request.project
    dice = rng.random()
    fields: dict[str, Any] = {"summary": f"{texts.summary(rng, project.lang)} (v{len(pull_request.comments) + 2})"}
    if dice < 0.6:
        fields = {"status": MERGED if dice < 0.5 else CLOSED}
    elif dice < 0.8 and len(project.members) > 1:
        fields = {"assignee": rng.choice([each for each in project.members if each is not pull_request.assignee])}
    pull_requests.update_pull_request(desk.space, pull_request, fields, by=desk.member(project))


def _comment(desk: Desk, pull_request: PullRequest) -> None:
    words, by = texts.comment(desk.rng, pull_request.project.lang), desk.member(pull_request.project)
    comment = pull_requests.comment_pull_request(desk.space, pull_request, words, by=by)
    if desk.rng.random() < 0.1:
        give_star(desk.space, comment, by=desk.member(pull_request.project))


def _attach(desk: Desk, pull_request: PullRequest) -> None:
    name, size = texts.file_name(desk.rng), int(desk.rng.random() * 90_000) + 100
    pull_requests.attach_to_pull_request(desk.space, pull_request, name, size, by=desk.member(pull_request.project))


KINDS = {
    "pushes": Kind(on_record("repositories", _push, _uses), 0.05),
    "pull_requests_opened": Kind(on_record("repositories", _open, _uses), 0.04),
    "pull_requests_moved_on": Kind(on_record("pull_requests", _move_on, _uses, _is_open), 0.03),
    "pull_request_comments": Kind(on_record("pull_requests", _comment, _uses), 0.05),
    "pull_requests_attached": Kind(on_record("pull_requests", _attach, _uses), 0.005),
}

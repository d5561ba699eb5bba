"""Where people find something to do: the open projects of a space and the issues in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.records import Issue, Project, User
    from backlog_emulator.space import Space

    Chore = Callable[["Desk"], bool]

_TRIES = 5


class Desk:
    """What a stretch of work has at hand. `issues` follows what is created and deleted meanwhile."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.rng = space.rng
        self.projects = [project for project in space.projects.values() if not project.archived]
        self.issues = [issue for issue in space.issues.values() if not issue.project.archived]

    def project(self) -> Project:
        """Some open project; the first ones are the busiest."""
        return self.projects[int(self.rng.random() ** 1.7 * len(self.projects))]

    def member(self, project: Project) -> User:
        """Somebody of a project, or the owner when all have left."""
        return self.rng.choice(project.members) if project.members else self.space.owner

    def issue(self) -> Issue:
        """Some issue of an open project, rather a recent one."""
        return self.issues[-1 - int(self.rng.random() ** 2 * len(self.issues))]


def in_project(work: Callable[[Desk, Project], None]) -> Chore:
    """Work in some open project. A chore tells whether there was anything to do."""

    def chore(desk: Desk) -> bool:
        if desk.projects:
            work(desk, desk.project())
        return bool(desk.projects)

    return chore


def on_issue(work: Callable[[Desk, Issue], None], suits: Callable[[Issue], bool] = lambda _: True) -> Chore:
    """Work on some issue that suits."""

    def chore(desk: Desk) -> bool:
        tries = (desk.issue() for _ in range(_TRIES if desk.issues else 0))
        issue = next(filter(suits, tries), None)
        if issue:
            work(desk, issue)
        return issue is not None

    return chore

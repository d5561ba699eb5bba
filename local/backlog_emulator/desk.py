"""Where people find something to do: the open projects of a space and the issues in them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from backlog_emulator.records import Issue, Project, User
    from backlog_emulator.space import Space

    Chore = Callable[["Desk"], bool]

_TRIES = 5


class Kind(NamedTuple):
    """A kind of event: how one happens, and how many there are for each issue of the space in a year."""

    happen: Chore
    yearly: float


class Desk:
    """What a stretch of work has at hand. `issues` follows what is created and deleted meanwhile."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.projects = [project for project in space.projects.values() if not project.archived]
        self.issues = [issue for issue in space.issues.values() if not issue.project.archived]

    @property
    def rng(self) -> Random:
        """The space's own chance."""
        return self.space.rng

    def project(self) -> Project:
        """Some open project; the first ones are the busiest."""
        return self.projects[int(self.rng.random() ** 1.7 * len(self.projects))]

    def member(self, project: Project) -> User:
        """Somebody of a project, or the owner when all have left."""
        return self.rng.choice(project.members) if project.members else self.space.owner

    def issue(self) -> Issue:
        """Some issue of an open project, rather a recent one."""
        return self.issues[-1 - int(self.rng.random() ** 2 * len(self.issues))]


def in_project(work: Callable[[Desk, Project], None], suits: Callable[[Project], bool] = lambda _: True) -> Chore:
    """Work in some open project that suits. A chore tells whether there was anything to do."""

    def chore(desk: Desk) -> bool:
        tries = (desk.project() for _ in range(_TRIES if desk.projects else 0))
        project = next(filter(suits, tries), None)
        if project:
            work(desk, project)
        return project is not None

    return chore


def on_record(
    name: str,
    work: Callable[[Desk, Any], None],
    uses: Callable[[Project], bool] = lambda _: True,
    suits: Callable[[Any], bool] = lambda _: True,
) -> Chore:
    """Work on some record of `Space`'s attribute `name`, in an open project that uses such things."""

    def chore(desk: Desk) -> bool:
        held = getattr(desk.space, name)
        tries = (_some(desk, held) for _ in range(_TRIES if held else 0))
        fit = (each for each in tries if not each.project.archived and uses(each.project) and suits(each))
        record = next(fit, None)
        if record:
            work(desk, record)
        return record is not None

    return chore


def _some(desk: Desk, held: dict[Any, Any]) -> Any:
    return next(islice(held.values(), int(desk.rng.random() * len(held)), None))


def on_issue(work: Callable[[Desk, Issue], None], suits: Callable[[Issue], bool] = lambda _: True) -> Chore:
    """Work on some issue that suits."""

    def chore(desk: Desk) -> bool:
        tries = (desk.issue() for _ in range(_TRIES if desk.issues else 0))
        issue = next(filter(suits, tries), None)
        if issue:
            work(desk, issue)
        return issue is not None

    return chore

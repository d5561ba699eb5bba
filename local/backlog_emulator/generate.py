"""A whole space with about a year of history, the same for the same seed."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from backlog_emulator import custom_fields, people
from backlog_emulator.blueprints import COLORS, STATUS_COLORS, Blueprint, blueprint
from backlog_emulator.defaults import STATUSES
from backlog_emulator.families import found_all
from backlog_emulator.records import Category, IssueType, Project, Status, User
from backlog_emulator.space import Space
from backlog_emulator.stars.changes import give_star
from backlog_emulator.switches import Switches
from backlog_emulator.work import history

START = datetime(2026, 1, 5, tzinfo=timezone.utc)
_HISTORY = timedelta(days=365)


def generate(
    *,
    issues: int = 3000,
    projects: int = 6,
    users: int = 30,
    seed: int = 1,
    switches: Switches | None = None,
) -> Space:
    """A space whose clock stands at `START`, with exactly `issues` issues made in the year before."""
    space = Space(seed=seed, switches=switches or Switches(), now=START - _HISTORY)
    people.populate(space, users)
    for number in range(max(projects, 1)):
        _found(space, number)
    history(space, until=START, issues=issues)
    with space.apart():
        for pull_request in list(space.pull_requests.values())[::5]:
            give_star(space, pull_request)
    people.log_in(space)
    if projects >= 3:
        space.archive_project(list(space.projects.values())[-1])
    return space


def _found(space: Space, number: int) -> None:
    plan = blueprint(number)
    project = Project(
        id=space.next_id("project"),
        key=plan.key,
        name=plan.name,
        lang=plan.lang,
        display_order=2147483646,
        text_formatting_rule="backlog" if number % 2 else "markdown",
        grandchildren=number == 0,
        use_git=number < 2,
        use_wiki=number % 6 != 4,
        use_document=number % 6 != 3,
        use_file_sharing=number % 6 != 2,
    )
    space.projects[project.id] = project
    space.add_members(project, _team(space, number))
    space.add_administrator(project, project.members[-1] if len(project.members) > 2 else space.owner)
    _set_up(space, project, plan)
    for milestone in range(1, 5):
        first = date(2025, 3 * milestone - 2, 1)
        space.add_version(project, plan.milestone.format(milestone), start=first, due=first + timedelta(days=89))
    with space.apart():
        found_all(space, project)


def _team(space: Space, number: int) -> list[User]:
    """The owner is everywhere, the second user in every other project, the rest by chance."""
    owner, second, *others = space.users.values()
    team = [user for user in others if space.rng.random() < 0.5]
    return [owner, *([second] if number % 2 == 0 else []), *team]


def _set_up(space: Space, project: Project, plan: Blueprint) -> None:
    project.issue_types = [
        IssueType(space.next_id("issueType"), project.id, name, COLORS[order % len(COLORS)], order)
        for order, name in enumerate(plan.issue_types)
    ]
    project.issue_types[1].template_summary = "【不具合】" if project.lang == "ja" else "Bug: "
    project.categories = [Category(space.next_id("category"), project.id, name, 2147483646) for name in plan.categories]
    project.statuses = _statuses(space, project, plan)
    project.custom_fields = [custom_fields.define(space, project, type_id) for type_id in plan.custom]


def _statuses(space: Space, project: Project, plan: Blueprint) -> list[Status]:
    own = [(space.next_id("status"), name, STATUS_COLORS[order]) for order, name in enumerate(plan.statuses)]
    listed = [*STATUSES[:3], *own, STATUSES[3]]
    return [
        Status(number, project.id, name, color, 1000 * order)
        for order, (number, name, color) in enumerate(listed, start=1)
    ]

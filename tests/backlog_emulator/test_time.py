"""The clock, the work that goes on meanwhile, and the seed that decides it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import requests

from backlog_emulator.generate import generate
from backlog_emulator.server import running

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator
    from backlog_emulator.space import Space

Connect = Callable[..., requests.Session]


def everything(space: Space) -> bytes:
    return space.bodies.many(space.issues.values()) + space.bodies.many(space.activities)


def test_the_same_seed_makes_the_same_space_and_the_same_future() -> None:
    one, two, other = generate(issues=50), generate(issues=50), generate(issues=50, seed=2)
    assert everything(one) == everything(two) != everything(other)
    assert one.advance(days=30) == two.advance(days=30)
    assert everything(one) == everything(two)


@pytest.mark.parametrize("issues", [0, 1, 777])
def test_a_space_has_exactly_the_issues_asked_for(issues: int) -> None:
    assert len(generate(issues=issues).issues) == issues


@pytest.mark.parametrize(("projects", "users"), [(1, 2), (2, 3), (14, 60)])
def test_a_space_has_the_projects_and_users_asked_for(projects: int, users: int) -> None:
    space = generate(issues=20, projects=projects, users=users)
    assert len({project.key for project in space.projects.values()}) == projects
    assert len({user.mail_address for user in space.users.values()}) == users
    assert all(space.owner in project.members for project in space.projects.values())


def test_ids_rise_with_time(emulator: Emulator) -> None:
    issues = list(emulator.space.issues.values())
    assert [i.id for i in issues] == sorted(i.id for i in issues)
    assert [i.created for i in issues] == sorted(i.created for i in issues)


def test_time_stands_still_until_it_is_moved(fresh: Emulator, connect: Connect) -> None:
    api = connect(fresh)
    before = api.get("/control/truth/issues").content
    assert api.post("/control/advance", json={"hours": 1, "pace": 0}).json()["now"] == "2026-01-05T01:00:00Z"
    assert api.get("/control/truth/issues").content == before


def test_work_goes_on_while_time_passes(fresh: Emulator, connect: Connect) -> None:
    api = connect(fresh)
    start = fresh.space.now
    done = api.post("/control/advance", json={"days": 2, "issues_created": 5, "issues_updated": 7}).json()
    assert (done["now"], done["issues_created"], done["issues_updated"]) == ("2026-01-07T00:00:00Z", 5, 7)
    assert done["issues_deleted"] == 0
    new = [issue for issue in fresh.space.issues.values() if issue.created > start]
    assert len(new) == 5
    assert all(start < issue.updated <= fresh.space.now for issue in new)
    assert api.get("/api/v2/issues/count").json() == {"count": 65}


def test_issues_are_deleted_only_when_a_share_says_so(connect: Connect) -> None:
    with running(issues=60, delete_share=0.5) as served:
        done = served.space.advance(days=300)
        deleted = sum(each.type == 4 for each in served.space.activities)
        assert done["issues_deleted"] == deleted > 0
        expected = 60 + int(done["issues_created"]) - deleted
        assert len(connect(served).get("/control/truth/issues").json()) == expected


@pytest.mark.parametrize("given", [{"days": -1}, {"weeks": 1}, {"days": 1, "issues_eaten": 3}])
def test_a_clock_that_cannot_be_moved_so_says_why(api: requests.Session, given: dict[str, int]) -> None:
    response = api.post("/control/advance", json=given)
    assert response.status_code == 400
    assert response.json()["error"]


def test_no_work_is_done_in_archived_projects(fresh: Emulator) -> None:
    space = fresh.space
    for project in space.projects.values():
        space.archive_project(project)
    done = space.advance(days=100)
    assert {name: count for name, count in done.items() if name != "now" and count} == {}

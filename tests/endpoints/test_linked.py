"""Issues that activities link, because something happened to them that may not move their last update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import Warehouse, edit
from tests.endpoints.comparing import assert_equal
from tests.support.gateway import gateway

from backlog_provider.load.loader import Loader

if TYPE_CHECKING:
    from tests.conftest import Runs
    from tests.support.gateway import Asked

    from backlog_emulator.emulator import Emulator


class Killed(BaseException):
    """The process ends here."""


def status_of_many(space: Emulator, issues: int) -> int:
    """Give a status of its own to so many issues of a project."""
    project = max(space.space.projects.values(), key=lambda each: len(issues_of(space, each)))
    status = edit(space, op="add_status", project=project.key, name="Waiting")["id"]
    for issue in issues_of(space, project)[:issues]:
        space.space.update_issue(issue, {"status": status_named(space, status)}, by=space.space.owner)
    # A later change: no run looks back to these.
    edit(space, op="advance", hours=1)
    edit(space, op="update_issue", id="newest", fields={"summary": "later"})
    return int(status)


def issues_of(space: Emulator, project: Any) -> list[Any]:
    return [issue for issue in space.space.issues.values() if issue.project is project]


def status_named(space: Emulator, number: int) -> Any:
    return next(s for project in space.space.projects.values() for s in project.statuses if s.id == number)


def delete_status(space: Emulator, number: int) -> None:
    status = status_named(space, number)
    substitute = space.space.projects[status.project_id].statuses[0]
    edit(space, op="advance", hours=1)
    space.space.delete_status(status, substitute, by=space.space.owner)


def assert_statuses(space: Emulator, warehouse: Warehouse) -> None:
    """Each issue has the status that it has in the space; the places of the others have moved, and do not matter."""
    there = {(issue.id, issue.status.id) for issue in space.space.issues.values()}
    assert set(warehouse.query("SELECT ISSUE_ID, STATUS_ID FROM BACKLOG_ISSUES")) == there


@pytest.mark.parametrize("moves_updated", [False, True])
def test_issues_of_a_deleted_status_are_read_again(
    space: Emulator, run: Runs, warehouse: Warehouse, moves_updated: bool
) -> None:
    space.space.switch(status_delete_moves_updated=moves_updated)
    status = status_of_many(space, 3)
    for name in ("issues", "activities"):
        run(name)
    delete_status(space, status)
    for name in ("issues", "activities"):
        run(name)
    assert_statuses(space, warehouse)
    assert_equal(space, warehouse, "activities")
    for name in ("issues", "activities"):
        assert run(name)["mode"] == "noop"


def test_server_that_caps_pages_gives_all_of_them(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    status = status_of_many(space, 25)

    def capped(asked: Asked) -> None:
        if asked.param("id[]"):
            asked.set("count", 10)

    for name in ("issues", "activities"):
        run(name)
    delete_status(space, status)
    with gateway(space, before=capped):
        run("activities")
    assert_statuses(space, warehouse)


@pytest.mark.parametrize("when", ["issues", "activities"])
def test_crash_before_the_activities_are_kept_loses_nothing(
    space: Emulator, run: Runs, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    status = status_of_many(space, 3)
    for name in ("issues", "activities"):
        run(name)
    delete_status(space, status)
    real = Loader.merge

    def killed(self: Loader, *arguments: Any, **named: Any) -> Any:
        if self._endpoint.name == when:
            raise Killed
        return real(self, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Loader, "merge", killed)
        with pytest.raises(Killed):
            run("activities")
    run("activities")
    assert_statuses(space, warehouse)
    assert_equal(space, warehouse, "activities")


def test_activities_are_loaded_where_there_are_no_issues_to_read_again(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    status = status_of_many(space, 3)
    run("activities")
    delete_status(space, status)
    # The projects and the newest page.
    assert run("activities")["requests"] == 2
    assert_equal(space, warehouse, "activities")


def test_hour_without_such_an_activity_costs_no_request_more(space: Emulator, run: Runs) -> None:
    for name in ("issues", "activities"):
        run(name)
    edit(space, op="advance", hours=1)
    edit(space, op="update_issue", id="oldest", fields={"summary": "new"})
    assert [run(name)["requests"] for name in ("issues", "activities")] == [2, 2]


def test_versions_before_and_after_are_in_the_history(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    status = status_of_many(space, 2)
    run("issues", history=True)
    run("activities")
    delete_status(space, status)
    run("activities")
    versions = warehouse.query(
        "SELECT COUNT(*) FROM BACKLOG_ISSUES_HISTORY GROUP BY ISSUE_ID "
        f"HAVING COUNT_IF(STATUS_ID = {status}) = 1 AND COUNT(*) = 2"
    )
    assert versions == [(2,), (2,)]

"""Lists that Backlog refuses or fails to give: the rest is loaded, nothing is lost, and the run says so."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import AirflowSkipException
from tests.conftest import edit, failure
from tests.endpoints.comparing import assert_equal, play, truth
from tests.support.gateway import Asked, Reply, error, gateway, page

from backlog_provider.api.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator

HOUR: dict[str, Any] = {"op": "advance", "hours": 1}


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Client.__init__
    monkeypatch.setattr(Client, "__init__", lambda self, *given, **_: real(self, *given, sleep=lambda _: None))


def at(part: str, reply: Reply) -> Callable[[Asked], Reply | None]:
    """Return what answers so where the path has a part in it."""
    return lambda asked: reply if part in asked.path else None


def ledger(warehouse: Warehouse) -> int:
    return len(warehouse.query("SELECT 1 FROM BACKLOG_SYNC_RUNS"))


@pytest.mark.parametrize("reply", [page(500), page(404), Reply(200, "<html>")], ids=["500", "404 of a gateway", "HTML"])
def test_one_list_that_fails_for_ever_keeps_nothing_else_out(
    space: Emulator, run: Runs, warehouse: Warehouse, reply: Reply
) -> None:
    issues = sorted(truth(space, "issues"), key=lambda issue: issue["id"])
    bad = issues[120]["id"]
    play(space, [{"op": "add_comment", "id": bad, "content": "unread"}])
    with gateway(space, before=at(f"/issues/{bad}/comments", reply)):
        message = failure(run, "issue_comments") or ""
        assert f"1 lists could not be read, of issues {bad}; everything else is loaded" in message
        lacking = {each["id"] for each in truth(space, "issue_comments") if each["issueId"] == bad}
        assert lacking
        assert (
            warehouse.records("BACKLOG_ISSUE_COMMENTS").keys()
            == {each["id"] for each in truth(space, "issue_comments")} - lacking
        )
        assert ledger(warehouse) == 1
        play(space, [HOUR, {"op": "add_comment", "id": issues[0]["id"], "content": "said meanwhile"}])
        assert f"of issues {bad}" in (failure(run, "issue_comments") or "")
        assert issues[0]["id"] in {each["issueId"] for each in truth(space, "issue_comments")}
        assert len(warehouse.records("BACKLOG_ISSUE_COMMENTS")) == len(truth(space, "issue_comments")) - len(lacking)
    run("issue_comments")
    assert_equal(space, warehouse, "issue_comments")
    assert run("issue_comments")["mode"] == "noop"


@pytest.mark.parametrize("name", ["wikis", "pull_request_comments", "issue_types", "stars", "shared_files"])
def test_one_list_of_any_kind_that_fails_is_read_by_a_later_run(
    space: Emulator, run: Runs, warehouse: Warehouse, name: str
) -> None:
    first = {
        "wikis": lambda: f"/wikis/{truth(space, 'wikis')[0]['id']}",
        "pull_request_comments": lambda: "/repositories/{repositoryId}/pullRequests/{number}/comments".format(
            **truth(space, "pull_requests")[0]
        ),
        "issue_types": lambda: f"/projects/{truth(space, 'projects')[0]['id']}/issueTypes",
        "stars": lambda: f"/users/{truth(space, 'users')[0]['id']}/stars",
        "shared_files": lambda: f"/projects/{truth(space, 'shared_files')[0]['projectId']}/files",
    }[name]()
    with gateway(space, before=at(first, page(500))):
        assert "1 lists could not be read, of " in (failure(run, name) or "")
    run(name)
    assert_equal(space, warehouse, name)
    assert run(name)["mode"] == "noop"


def test_server_that_is_down_is_given_up_after_a_few_lists(space: Emulator, run: Runs) -> None:
    with gateway(space, before=at("/comments", page(500))) as came:
        assert "ServerError" in (failure(run, "issue_comments") or "")
    assert len({asked.path for asked in came if asked.path.endswith("/comments")}) == 3


def test_parent_that_is_gone_when_its_list_is_read_again_is_forgotten(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    bad = min(each["id"] for each in truth(space, "issues"))
    with gateway(space, before=at(f"/issues/{bad}/comments", page(500))):
        failure(run, "issue_comments")
    edit(space, op="delete_issue", id=bad)
    run("issue_comments")
    assert run("issue_comments")["mode"] == "noop"


def test_404_of_a_gateway_in_an_increment_loses_no_comment(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("issue_comments")
    play(space, [HOUR, {"op": "add_comment", "id": "oldest", "content": "heard"}])
    left = [page(404)]
    with gateway(space, before=lambda asked: left.pop() if left and asked.path.endswith("/comments") else None):
        run("issue_comments")
    assert not left
    assert_equal(space, warehouse, "issue_comments")


@pytest.mark.parametrize("name", ["wikis", "issue_types", "pull_requests", "related_issues"])
def test_endpoint_whose_lists_are_all_refused_is_skipped_and_says_how_many(
    space: Emulator, run: Runs, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    part = {"wikis": "/wikis", "pull_requests": "/git/", "related_issues": "/relatedIssues"}.get(name, "/issueTypes")
    with (
        gateway(space, before=at(part, error(6, 404, "Undefined resource."))),
        caplog.at_level(logging.WARNING, "backlog_provider"),
        pytest.raises(AirflowSkipException, match=r"\d+ lists are left out, 0 were read; the last refusal: .*code 6"),
    ):
        run(name)
    assert run.mark(name) is None


def test_some_lists_that_are_not_found_are_reported_with_their_number(
    space: Emulator, run: Runs, caplog: pytest.LogCaptureFixture
) -> None:
    project = truth(space, "projects")[0]["id"]
    with (
        gateway(space, before=at(f"/projects/{project}/", error(6, 404))),
        caplog.at_level(logging.WARNING, "backlog_provider"),
    ):
        run("categories")
    assert "categories: 1 lists are left out, 5 were read" in caplog.text

"""The census of what has a list for each of something: comments, attachments, pull requests, stars, notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import edit
from tests.endpoints.comparing import assert_equal, truth
from tests.operators.test_backlog_census import classed
from tests.support.gateway import Asked, Reply, error, gateway, page

from backlog_emulator.server import running as emulator_running
from backlog_provider.catalogue import CATALOGUE
from backlog_provider.operators.backlog_census import BacklogCensusOperator
from backlog_provider.sync.batches import load_in_one_transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator

ISSUES, COMMENTS, FILES, STARS = 12, 12, 12, 12


@pytest.fixture
def space() -> Iterator[Emulator]:
    """One project's dozen issues with a comment, a file and a star each, and a repository with two pull requests."""
    with emulator_running(issues=0) as emulator:
        for number in range(ISSUES):
            issue = edit(emulator, op="create_issue", project="WEB", fields={"summary": f"issue {number}"})["id"]
            comment = edit(emulator, op="add_comment", id=issue, content=f"comment {number}")["id"]
            edit(emulator, op="attach_file", id=issue, name=f"file {number}.png")
            edit(emulator, op="give_star", comment=comment)
        repository = edit(emulator, op="create_repository", project="WEB", name="app")["id"]
        for branch in ("one", "two"):
            edit(emulator, op="create_pull_request", repository=repository, fields={"branch": branch})
        edit(emulator, op="advance", hours=1)
        yield emulator


def census(run: Runs, endpoint: str, **arguments: Any) -> dict[str, Any]:
    return run(f"census_of_{endpoint}", operator=BacklogCensusOperator, endpoint=endpoint, **arguments)


def living(warehouse: Warehouse, endpoint: str) -> int:
    [(number,)] = warehouse.query(f"SELECT COUNT(*) FROM BACKLOG_{endpoint.upper()} WHERE _DELETED_AT IS NULL")
    return int(number)


def first_comment(space: Emulator) -> int:
    return int(truth(space, "issue_comments")[0]["id"])


def test_comments_that_were_edited_or_deleted_are_brought_up(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("issue_comments")
    mark = warehouse.state("BACKLOG_ISSUE_COMMENTS")
    said = sorted(each["id"] for each in truth(space, "issue_comments") if each["content"])
    edit(space, op="edit_comment", comment=said[0], content="otherwise")
    edit(space, op="delete_comment", comment=said[1])
    run("issue_comments")
    assert living(warehouse, "issue_comments") == len(truth(space, "issue_comments")) + 1
    summary = census(run, "issue_comments")
    assert (summary["mode"], classed(summary)) == ("census", {"outdated": 1, "unobserved": 1})
    assert summary["listed"] == len(truth(space, "issue_comments"))
    assert_equal(space, warehouse, "issue_comments")
    assert warehouse.state("BACKLOG_ISSUE_COMMENTS") == mark
    [(mode, deleted)] = warehouse.query(
        "SELECT MODE, ROWS_DELETED FROM BACKLOG_SYNC_RUNS ORDER BY FINISHED_AT DESC LIMIT 1"
    )
    assert (mode, deleted) == ("census", 1)
    assert classed(census(run, "issue_comments")) == {}


def test_comments_that_the_table_lacks_are_loaded_and_those_that_came_back_live(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issue_comments")
    said = sorted(each["id"] for each in truth(space, "issue_comments"))
    warehouse.query(f"DELETE FROM BACKLOG_ISSUE_COMMENTS WHERE COMMENT_ID = {said[0]}")
    warehouse.query(
        "UPDATE BACKLOG_ISSUE_COMMENTS SET _DELETED_AT = '2025-01-01T00:00:00Z'::TIMESTAMP_TZ "
        f"WHERE COMMENT_ID = {said[1]}"
    )
    assert classed(census(run, "issue_comments")) == {"unknown": 2}
    assert_equal(space, warehouse, "issue_comments")


def test_attachment_that_went_without_a_word_is_marked(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("issue_attachments")
    with space.space.lock:
        issue = next(iter(space.space.issues.values()))
        issue.attachments = ()
        space.space.altered(issue)
    assert living(warehouse, "issue_attachments") == FILES
    summary = census(run, "issue_attachments")
    assert classed(summary) == {"unobserved": 1}
    # The projects, the issues, and of those with files their lists.
    assert summary["requests"] <= 1 + 2 * 6 + FILES - 1
    assert_equal(space, warehouse, "issue_attachments")


def test_pull_request_whose_change_the_feed_left_out_is_loaded(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("pull_requests")
    changed = truth(space, "pull_requests")[0]["id"]
    edit(space, op="update_pull_request", pull_request=changed, fields={"summary": "seen late"})

    def hide(asked: Asked, reply: Reply) -> None:
        if asked.path == "/space/activities":
            reply.body = [each for each in reply.body if each["content"].get("id") != changed]

    with gateway(space, after=hide):
        run("pull_requests")
        edit(space, op="create_pull_request", repository="newest", fields={"branch": "three"})
    assert classed(census(run, "pull_requests")) == {"unknown": 1, "outdated": 1}
    assert_equal(space, warehouse, "pull_requests")


def test_star_taken_back_is_marked(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("stars")
    edit(space, op="take_star", star=truth(space, "stars")[0]["id"])
    run("stars")
    assert living(warehouse, "stars") == STARS
    assert classed(census(run, "stars")) == {"unobserved": 1}
    assert_equal(space, warehouse, "stars")
    assert classed(census(run, "stars")) == {}


def test_notification_that_was_read_is_updated_and_none_is_ever_marked(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    other = next(user for user in space.space.users.values() if user is not space.space.owner)
    for number in range(3):
        issue = edit(
            space,
            op="create_issue",
            project="WEB",
            fields={"summary": f"for you {number}", "assigneeId": space.space.owner.id},
            by=other.id,
        )
    assert issue
    run("notifications")
    told = [each["id"] for each in truth(space, "notifications")]
    assert told
    edit(space, op="read_notification", notification=told[0])
    summary = census(run, "notifications")
    assert (classed(summary), summary["requests"]) == ({"outdated": 1}, 2)
    assert_equal(space, warehouse, "notifications")
    with gateway(space, before=lambda asked: Reply(200, []) if asked.path == "/notifications" else None):
        assert classed(census(run, "notifications", allow_mass_deletion=True)) == {}
    assert_equal(space, warehouse, "notifications")


def answers(way: str) -> Any:
    """What a server may say of every list of comments."""

    def answer(asked: Asked) -> Reply | None:
        is_list, is_count = asked.path.endswith("/comments"), asked.path.endswith("/comments/count")
        if not is_list and not is_count:
            return None
        if way == "cut":
            return None if is_count else Reply(200, [])
        return {"empty": Reply(200, {"count": 0} if is_count else []), "denied": error(5, 403), "gone": error(6, 404)}[
            way
        ]

    return answer


@pytest.mark.parametrize("way", ["cut", "denied", "gone"])
def test_comments_whose_lists_are_refused_or_cut_are_left_alone(
    space: Emulator, run: Runs, warehouse: Warehouse, way: str
) -> None:
    run("issue_comments")
    before = living(warehouse, "issue_comments")
    with gateway(space, before=answers(way)):
        assert classed(census(run, "issue_comments", allow_mass_deletion=True)) == {"access_lost": before}
    assert living(warehouse, "issue_comments") == before


def test_list_that_cannot_be_read_is_left_alone_and_reported(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("issue_comments")
    said = [each for each in truth(space, "issue_comments") if each["content"]]
    edit(space, op="delete_comment", comment=said[0]["id"])
    edit(space, op="delete_comment", comment=said[1]["id"])
    path = f"/issues/{said[0]['issueId']}/comments"
    with (
        gateway(space, before=lambda asked: page(200) if asked.path == path else None),
        pytest.raises(Exception, match="UnreadListsError: issue_comments: 1 lists could not be read.*left alone; take"),
    ):
        census(run, "issue_comments")
    assert living(warehouse, "issue_comments") == len(truth(space, "issue_comments")) + 1
    assert classed(census(run, "issue_comments")) == {"unobserved": 1}
    assert_equal(space, warehouse, "issue_comments")


def test_more_than_a_tenth_of_a_project_is_marked_only_when_told_that_it_is_right(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issue_comments")
    before = living(warehouse, "issue_comments")
    edit(space, op="edit_comment", comment=first_comment(space), content="otherwise")
    message = rf"{before} of the {before} living rows of project \d+ are no longer listed, more than a tenth"
    with gateway(space, before=answers("empty")):
        with pytest.raises(Exception, match=message):
            census(run, "issue_comments")
        assert living(warehouse, "issue_comments") == before
        assert classed(census(run, "issue_comments", allow_mass_deletion=True)) == {"unobserved": before}
    assert classed(census(run, "issue_comments")) == {"unknown": before}
    assert_equal(space, warehouse, "issue_comments")


def test_nothing_to_find_changes_nothing_whatever_is_read_again(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    for name, endpoint in CATALOGUE.items():
        if endpoint.reread:
            run(name)
            summary = census(run, name)
            rows = [summary[f"rows_{change}"] for change in ("inserted", "updated", "deleted")]
            assert (name, classed(summary), rows) == (name, {}, [0, 0, 0])


@pytest.mark.parametrize("endpoint", ["issue_comments", "pull_requests", "stars"])
def test_rows_of_a_project_out_of_sight_are_left_alone(
    space: Emulator, run: Runs, warehouse: Warehouse, endpoint: str
) -> None:
    run(endpoint)
    before = living(warehouse, endpoint)
    edit(space, op="remove_member", project="WEB", user=space.space.owner.id)
    assert classed(census(run, endpoint, allow_mass_deletion=True)) == {"access_lost": before}
    assert living(warehouse, endpoint) == before


def test_rows_of_a_feature_that_is_switched_off_are_left_alone(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    for number in truth(space, "pull_requests"):
        edit(space, op="give_star", pull_request=number["id"])
    run("pull_requests")
    run("stars")
    before = living(warehouse, "pull_requests"), living(warehouse, "stars")
    edit(space, op="update_project", project="WEB", fields={"useGit": False})

    def hide(asked: Asked, reply: Reply) -> None:
        if asked.path.endswith("/stars") and "/users/" in asked.path:
            reply.body = [each for each in reply.body if "/git/" not in each["url"]]
        if asked.path.endswith("/stars/count"):
            reply.body = {"count": 0} if reply.body["count"] == 0 else {"count": reply.body["count"] - 2}

    assert classed(census(run, "pull_requests", allow_mass_deletion=True)) == {"access_lost": 2}
    with gateway(space, after=hide):
        assert classed(census(run, "stars", allow_mass_deletion=True)) == {"access_lost": 2}
    assert (living(warehouse, "pull_requests"), living(warehouse, "stars")) == before


def test_row_that_another_run_loads_while_the_lists_are_read_is_left_alone(
    space: Emulator, run: Runs, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("issue_comments")

    def late(load: Any, pages: Any, relisted: Any) -> Any:
        read = list(pages)
        if read and not new:
            new.append(edit(space, op="add_comment", id=read[0].parent["id"], content="meanwhile")["id"])
            run("issue_comments")
        return load_in_one_transaction(load, iter(read), relisted)

    new: list[int] = []
    monkeypatch.setattr("backlog_provider.sync.reconcile_lists.load_in_one_transaction", late)
    assert classed(census(run, "issue_comments")).get("unobserved", 0) == 0
    assert new
    assert_equal(space, warehouse, "issue_comments")

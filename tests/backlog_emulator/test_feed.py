"""The activity feed agrees with what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import requests

from backlog_emulator.server import running

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator

Connect = Callable[..., requests.Session]


def newest(api: requests.Session) -> dict[str, Any]:
    body: dict[str, Any] = api.get("/api/v2/space/activities", params={"count": 1}).json()[0]
    return body


def test_every_issue_was_created_once_in_the_feed_at_its_own_moment(emulator: Emulator) -> None:
    space = emulator.space
    created = {each.content["id"]: each for each in space.activities if each.type == 1}
    assert list(created) == list(space.issues)
    for issue in space.issues.values():
        assert created[issue.id].created == issue.created
        assert created[issue.id].created_user is issue.created_user


def test_ids_and_moments_of_the_feed_rise_together(emulator: Emulator) -> None:
    feed = [(each.id, each.created) for each in emulator.space.activities]
    assert feed == sorted(feed)
    assert len({number for number, _ in feed}) == len(feed)
    assert feed[-1][1] <= emulator.space.now


def test_each_comment_is_announced_once(emulator: Emulator) -> None:
    space = emulator.space
    told = Counter(each.content["comment"]["id"] for each in space.activities if each.type in (2, 3)) + Counter(
        link["comment"]["id"] for each in space.activities if each.type == 14 for link in each.content["link"]
    )
    written = Counter(comment.id for issue in space.issues.values() for comment in issue.comments)
    assert told == written


def test_an_issues_updated_is_the_moment_of_its_last_activity(emulator: Emulator) -> None:
    last = {}
    for activity in emulator.space.activities:
        if activity.type in (1, 2, 3):
            last[activity.content["id"]] = activity.created
        elif activity.type == 14:
            last |= {link["id"]: activity.created for link in activity.content["link"]}
    assert last == {issue.id: issue.updated for issue in emulator.space.issues.values()}


def test_history_has_many_kinds_of_activities_even_undocumented_ones(emulator: Emulator) -> None:
    kinds = {activity.type for activity in emulator.space.activities}
    assert {1, 2, 3, 14, 15, 22} <= kinds
    assert kinds & {35, 39, 60}


def test_an_update_tells_its_changes_as_ids_and_the_comment_as_names(fresh: Emulator, connect: Connect) -> None:
    api, issue = connect(fresh), next(iter(fresh.space.issues.values()))
    before, after = issue.status, next(each for each in issue.project.statuses if each is not issue.status)
    fresh.space.update_issue(issue, {"status": after}, comment="done")
    activity = newest(api)
    assert activity["type"] == 2
    assert activity["content"] == {
        "id": issue.id,
        "key_id": issue.key_id,
        "summary": issue.summary,
        "description": issue.description,
        "comment": {"id": issue.comments[-1].id, "content": "done"},
        "changes": [{"field": "status", "new_value": str(after.id), "old_value": str(before.id), "type": "standard"}],
    }
    comment = api.get(f"/api/v2/issues/{issue.id}/comments", params={"count": 1}).json()[0]
    assert comment["content"] == "done"
    assert comment["changeLog"][0]["newValue"] == after.name
    assert comment["changeLog"][0]["originalValue"] == before.name


def test_a_bulk_update_is_one_activity_and_one_second_for_all_issues(fresh: Emulator, connect: Connect) -> None:
    issues = [issue for issue in fresh.space.issues.values() if issue.project.key == "WEB"]
    fresh.space.advance(seconds=1, pace=0)
    fresh.space.bulk_update(issues, {"due_date": None, "summary": "the same for all"})
    activity = newest(connect(fresh))
    assert activity["type"] == 14
    assert {link["id"] for link in activity["content"]["link"]} == {issue.id for issue in issues}
    assert {issue.updated for issue in issues} == {fresh.space.now}


def test_a_deletion_leaves_only_its_line_in_the_feed(fresh: Emulator, connect: Connect) -> None:
    api, issue = connect(fresh), list(fresh.space.issues.values())[-1]
    fresh.space.delete_issue(issue)
    activity = newest(api)
    assert (activity["type"], activity["content"]) == (4, {"id": issue.id, "key_id": issue.key_id})
    assert api.get(f"/api/v2/issues/{issue.id}").status_code == 404
    assert api.get("/api/v2/issues/count").json() == {"count": 59}


def test_the_feed_is_filtered_by_type_project_and_user(api: requests.Session, emulator: Emulator) -> None:
    space, owner = emulator.space, emulator.space.owner
    project = space.projects_of(owner)[0]

    def ids(path: str, **params: Any) -> list[int]:
        return [each["id"] for each in api.get(f"/api/v2{path}", params={"count": 100, **params}).json()]

    every = list(reversed(space.activities))
    assert ids("/space/activities", **{"activityTypeId[]": [15, 22]}) == [a.id for a in every if a.type in (15, 22)]
    assert ids("/projects/WEB/activities") == [a.id for a in every if a.project is project][:100]
    assert ids(f"/users/{owner.id}/activities") == [a.id for a in every if a.created_user is owner][:100]


def test_old_history_can_be_forgotten(connect: Connect) -> None:
    with running(issues=60, feed_days=30) as served:
        api, space = connect(served), served.space
        oldest = api.get("/api/v2/space/activities?order=asc&count=1").json()[0]
        assert oldest["created"] >= "2025-12-06"
        assert space.activities[0].id < oldest["id"]
        assert api.get(f"/api/v2/activities/{space.activities[0].id}").status_code == 404


@pytest.mark.parametrize(("switch", "moves"), [(False, False), (True, True)])
def test_editing_a_comment_is_silent_and_may_move_the_issue(switch: bool, moves: bool) -> None:
    with running(issues=60, comment_edit_moves_updated=switch) as served:
        space = served.space
        comment = next(c for issue in space.issues.values() for c in issue.comments if c.content)
        before, feed = comment.issue.updated, len(space.activities)
        space.advance(hours=1, pace=0)
        space.edit_comment(comment, "better words")
        assert comment.updated == space.now
        assert (comment.issue.updated != before) is moves
        assert len(space.activities) == feed


@pytest.mark.parametrize("switch", [False, True])
def test_a_star_is_silent_and_may_move_the_issue(switch: bool) -> None:
    with running(issues=60, star_moves_updated=switch) as served:
        space = served.space
        issue = next(iter(space.issues.values()))
        before, feed = issue.updated, len(space.activities)
        space.advance(hours=1, pace=0)
        space.star_issue(issue)
        assert (issue.updated != before) is switch
        assert len(space.activities) == feed


def test_members_join_and_leave_in_the_feed(fresh: Emulator, connect: Connect) -> None:
    project = next(iter(fresh.space.projects.values()))
    user = project.members[-1]
    fresh.space.remove_member(project, user)
    activity = newest(connect(fresh))
    assert activity["type"] == 16
    assert activity["content"]["users"][0]["id"] == user.id
    assert activity["content"]["group_project_activities"] == [{"id": activity["id"], "type": 16}]

"""How the lists of wikis, documents, files, pull requests, stars, watchings and notifications are paged."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests

from backlog_emulator.documents.changes import create_document, trash_document
from backlog_emulator.files.changes import add_file
from backlog_emulator.git.pull_requests import create_pull_request, update_pull_request
from backlog_emulator.git.records import CLOSED, MERGED
from backlog_emulator.server import running
from backlog_emulator.teams.changes import create_team
from backlog_emulator.watchings.changes import update_watching, watch
from backlog_emulator.wikis.changes import create_wiki, update_wiki

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator
    from backlog_emulator.records import Project

Connect = Callable[..., requests.Session]


def project(emulator: Emulator, key: str = "WEB") -> Project:
    return next(each for each in emulator.space.projects.values() if each.key == key)


def listed(api: requests.Session, path: str, field: str = "id", **params: Any) -> list[Any]:
    response = api.get(f"/api/v2{path}", params=params)
    assert response.status_code == 200, response.text
    return [record[field] for record in response.json()]


def code(response: requests.Response) -> tuple[int, int]:
    return response.status_code, response.json()["errors"][0]["code"]


def test_documents_page_by_offset_which_is_required(fresh: Emulator, connect: Connect) -> None:
    api, space, web = connect(fresh), fresh.space, project(fresh)
    made = []
    for number in range(25):
        space.advance(minutes=1, pace=0)
        made.append(create_document(space, web, f"Document {number}").id)
    assert code(api.get("/api/v2/documents")) == (400, 7)
    params: dict[str, Any] = {"projectId[]": web.id, "sort": "created", "order": "asc"}
    every = listed(api, "/documents", offset=0, count=100, **params)
    assert every[-25:] == made
    assert made == sorted(made)
    pages = [listed(api, "/documents", offset=offset, **params) for offset in range(0, len(every) + 20, 20)]
    assert list(chain(*pages)) == every
    assert listed(api, "/documents", offset=0, keyword="DOCUMENT 24") == made[-1:]
    assert listed(api, "/documents", offset=0, count=3) == made[:-4:-1]


@pytest.mark.parametrize("switch", [False, True])
def test_documents_in_the_trash_are_listed_or_not_and_always_in_the_tree(connect: Connect, switch: bool) -> None:
    with running(issues=10, trashed_listed=switch) as served:
        api, space, web = connect(served), served.space, project(served)
        above = create_document(space, web, "above")
        below = create_document(space, web, "below", parent=above)
        thrown = create_document(space, web, "thrown away", parent=above)
        trash_document(space, thrown)
        path = "/documents/tree?projectIdOrKey=WEB"
        tree = api.get(f"/api/v2{path}").json()
        assert tree["projectId"] == web.id
        node = next(each for each in tree["activeTree"]["children"] if each["id"] == above.id)
        assert [each["id"] for each in node["children"]] == [below.id]
        assert [each["id"] for each in tree["trashTree"]["children"]] == [thrown.id]
        ids = listed(api, "/documents", offset=0, count=100)
        mine: dict[str, Any] = {"projectId[]": web.id}
        assert (thrown.id in ids) is switch
        count = api.get("/api/v2/documents/count", params={"projectIdOrKey": "WEB"}).json()["count"]
        assert count == len(listed(api, "/documents", offset=0, count=100, **mine))


def test_files_are_found_by_walking_directories(fresh: Emulator, connect: Connect) -> None:
    api, space, web = connect(fresh), fresh.space, project(fresh)
    for path, name in (("/図面/2026/", "計画.pdf"), ("/図面/", "a b+c.png"), ("/", "root.txt")):
        add_file(space, web, path, name, 10)
    found, waiting = [], ["/"]
    while waiting:
        path = waiting.pop()
        for each in api.get(f"/api/v2/projects/WEB/files/metadata/{quote(path, safe='')}").json():
            found.append(each)
            if each["type"] == "directory":
                assert each["size"] is None
                waiting.append(f"{each['dir']}{each['name']}/")
    truth = [each for each in api.get("/control/truth/shared_files").json() if each["projectId"] == web.id]
    assert sorted(found, key=lambda each: int(each["id"])) == truth
    assert {"計画.pdf", "a b+c.png", "root.txt", "2026", "図面"} <= {each["name"] for each in found}
    assert code(api.get("/api/v2/projects/WEB/files/metadata/nowhere")) == (404, 6)


def test_a_directory_comes_in_pages_of_a_thousand(fresh: Emulator, connect: Connect) -> None:
    api, web = connect(fresh), project(fresh)
    files = [add_file(fresh.space, web, "/many/", f"{number}", 1).id for number in range(1005)]
    path = "/projects/WEB/files/metadata/many"
    assert listed(api, path, order="asc") == files[:1000]
    assert listed(api, path, order="asc", offset=1000) == files[1000:]
    assert listed(api, path, count=2) == files[:-3:-1]
    assert code(api.get(f"/api/v2{path}", params={"count": 1001})) == (400, 7)


def test_a_directory_may_have_no_size_at_all(connect: Connect) -> None:
    with running(issues=5, directory_size="absent") as served:
        add_file(served.space, project(served), "/inner/", "file", 1)
        (inner,) = connect(served).get("/api/v2/projects/WEB/files/metadata/").json()
        assert "size" not in inner


@pytest.mark.parametrize(("switch", "expected"), [("newest", [3, 2, 1]), ("oldest", [1, 2, 3]), ("updated", [1, 3, 2])])
def test_pull_requests_come_in_an_order_that_nobody_chooses(connect: Connect, switch: str, expected: list[int]) -> None:
    with running(issues=1, pull_request_order=switch) as served:
        api, space = connect(served), served.space
        repository = next(iter(space.repositories.values()))
        made = []
        for number in range(3):
            space.advance(minutes=1, pace=0)
            made.append(create_pull_request(space, repository, {"summary": f"Change {number}"}))
        space.advance(minutes=1, pace=0)
        update_pull_request(space, made[0], {"status": MERGED})
        path = f"/projects/WEB/git/repositories/{repository.name}/pullRequests"
        assert listed(api, path, "number") == expected
        assert listed(api, path, "number", offset=1, count=1) == expected[1:2]
        assert listed(api, path, "number", **{"statusId[]": 3}) == [1]
        assert api.get(f"/api/v2{path}/count", params={"statusId[]": [1, 2]}).json() == {"count": 2}


@pytest.mark.parametrize("switch", ["string", "milliseconds"])
def test_moments_of_closing_are_texts_or_milliseconds(connect: Connect, switch: str) -> None:
    with running(issues=1, close_at=switch) as served:
        space = served.space
        repository = next(iter(space.repositories.values()))
        request = create_pull_request(space, repository, {"summary": "Close me"})
        update_pull_request(space, request, {"status": CLOSED})
        (body,) = connect(served).get(f"/api/v2/projects/WEB/git/repositories/{repository.id}/pullRequests").json()
        assert body["closeAt"] == ("2026-01-05T00:00:00Z" if switch == "string" else 1_767_571_200_000)
        assert body["mergeAt"] is None


@pytest.mark.parametrize(("switch", "expected"), [("version", [3, 4]), ("hidden", [])])
def test_a_wikis_history_pages_by_version_or_by_hidden_ids(connect: Connect, switch: str, expected: list[int]) -> None:
    with running(issues=1, wiki_history_ids=switch) as served:
        api, wiki = connect(served), create_wiki(served.space, project(served), "Page")
        for number in range(4):
            update_wiki(served.space, wiki, {"content": f"{number}"})
        path = f"/wikis/{wiki.id}/history"
        assert listed(api, path, "version") == [5, 4, 3, 2, 1]
        assert listed(api, path, "version", minId=2, maxId=5, order="asc") == expected


def test_wikis_come_whole_by_project_or_all_and_by_keyword(fresh: Emulator, connect: Connect) -> None:
    api, space, web = connect(fresh), fresh.space, project(fresh)
    wiki = create_wiki(space, web, "Quokka", "words", tags=("a", "b"))
    other = create_wiki(space, project(fresh, "APP"), "Other", "about the QUOKKA", tags=("a",))
    assert listed(api, "/wikis", keyword="quokka") == [wiki.id, other.id]
    assert listed(api, "/wikis", keyword="quokka", projectIdOrKey="APP") == [other.id]
    assert api.get("/api/v2/wikis/count", params={"keyword": "quokka"}).json() == {"count": 2}
    assert {"a", "b"} <= set(listed(api, "/wikis/tags", "name", projectIdOrKey="WEB"))


def test_watchings_are_sorted_by_their_issues_update(fresh: Emulator, connect: Connect) -> None:
    api, space, owner = connect(fresh), fresh.space, fresh.space.owner
    for watching in list(space.watchings):
        del space.watchings[watching]
    first, second, *_ = space.issues.values()
    made = [watch(space, issue) for issue in (first, second)]
    space.advance(minutes=1, pace=0)
    space.add_comment(first, "news")
    path = f"/users/{owner.id}/watchings"
    assert listed(api, path) == [made[0].id, made[1].id]
    assert listed(api, path, sort="created", order="desc") == [made[1].id, made[0].id]
    update_watching(space, made[0], already_read=True)
    assert listed(api, path, resourceAlreadyRead="true") == [made[0].id]
    assert api.get(f"/api/v2{path}/count", params={"alreadyRead": "false"}).json() == {"count": 1}
    about: dict[str, Any] = {"issueId[]": second.id}
    assert listed(api, path, **about) == [made[1].id]
    space.delete_issue(first)
    assert listed(api, path) == [made[1].id]


@pytest.mark.parametrize(("switch", "status"), [(True, 200), (False, 403)])
def test_what_others_watch_may_be_read_or_not(connect: Connect, switch: bool, status: int) -> None:
    with running(issues=20, others_watchings=switch) as served:
        api, space = connect(served), served.space
        issue = next(iter(space.issues.values()))
        other = next(user for user in issue.project.members if user is not space.owner)
        watch(space, issue, by=other)
        assert api.get(f"/api/v2/users/{other.id}/watchings").status_code == status
        assert (other.id in {each["userId"] for each in api.get("/control/truth/watchings").json()}) is switch


def test_stars_received_page_by_id_and_vanish_with_their_subject(fresh: Emulator, connect: Connect) -> None:
    api, space = connect(fresh), fresh.space
    issue = space.create_issue(project(fresh), {"summary": "bright"})
    given = [space.star_issue(issue, comment=f"{number}").id for number in range(4)]
    path = f"/users/{space.owner.id}/stars"
    assert listed(api, path, count=4) == given[::-1]
    assert listed(api, path, minId=given[0], maxId=given[3], order="asc") == given[1:3]
    today = str(space.now.astimezone(space.zone).date())
    assert api.get(f"/api/v2{path}/count", params={"since": today, "until": today}).json()["count"] >= 4
    space.delete_issue(issue)
    assert not set(given) & set(listed(api, path, count=100))


def test_notifications_are_the_callers_own_and_page_by_id(fresh: Emulator, connect: Connect) -> None:
    api, space = connect(fresh), fresh.space
    other = next(user for user in project(fresh).members if user is not space.owner)
    issue = space.create_issue(project(fresh), {"summary": "for the owner", "assignee": space.owner}, by=other)
    space.add_comment(issue, "look", by=other)
    newest, before = api.get("/api/v2/notifications", params={"count": 2}).json()
    assert (newest["reason"], before["reason"]) == (2, 1)
    assert newest["comment"]["content"] == "look"
    assert newest["issue"]["id"] == before["issue"]["id"] == issue.id
    assert newest["sender"]["id"] == other.id
    assert listed(api, "/notifications", maxId=newest["id"], count=1) == [before["id"]]
    unread = api.get("/api/v2/notifications/count", params={"alreadyRead": "false"}).json()["count"]
    api.post("/control/edit", json={"op": "read_notification", "notification": newest["id"]})
    assert api.get("/api/v2/notifications/count", params={"alreadyRead": "false"}).json()["count"] == unread - 1
    mine = {notice.id for notice in space.notices[space.owner]}
    assert set(listed(api, "/notifications", count=100)) <= mine
    space.delete_issue(issue)
    assert api.get("/api/v2/notifications", params={"count": 1}).json()[0]["issue"] is None


def test_teams_page_by_offset(fresh: Emulator, connect: Connect) -> None:
    api = connect(fresh)
    created = [create_team(fresh.space, f"Team {number}", []).id for number in range(30)]
    assert listed(api, "/teams", count=30) == created[::-1]
    assert listed(api, "/teams", order="asc", offset=4) == created[:20]

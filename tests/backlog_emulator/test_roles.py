"""Who may read what, and what is switched off for everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import requests

from backlog_emulator.server import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_emulator.emulator import Emulator

Connect = Callable[..., requests.Session]

FOR_ADMINISTRATORS = ["/space/diskUsage", "/projects/WEB/diskUsage", "/teams/{team}"]
FOR_ADMINISTRATORS_OF_PROJECTS_TOO = ["/users", "/teams", "/projects/WEB/webhooks", "/projects/WEB/webhooks/{webhook}"]
UNRESTRICTED = [
    "/projects/WEB/files/metadata/",
    "/projects/WEB/files/{file}",
    "/issues/{issue}/sharedFiles",
    "/projects/WEB/git/repositories",
    "/projects/WEB/git/repositories/app",
    "/projects/WEB/git/repositories/app/pullRequests",
    "/projects/WEB/git/repositories/app/pullRequests/count",
    "/projects/WEB/git/repositories/app/pullRequests/1/comments",
    "/documents/count?projectIdOrKey=WEB",
    "/documents/{document}/comments",
]
FOR_ALL = [
    "/space",
    "/space/licence",
    "/space/notification",
    "/projects/WEB/administrators",
    "/projects/WEB/teams",
    "/projects/WEB/users",
    "/issues/{issue}/attachments",
    "/issues/{issue}/participants",
    "/issues/{issue}/relatedIssues",
    "/wikis?projectIdOrKey=WEB",
    "/wikis/{wiki}",
    "/wikis/{wiki}/history",
    "/wikis/{wiki}/stars",
    "/documents?offset=0",
    "/documents/tree?projectIdOrKey=WEB",
    "/documents/{document}",
    "/users/myself/recentlyViewedIssues",
    "/users/myself/recentlyViewedProjects",
    "/users/myself/recentlyViewedWikis",
    "/notifications",
    "/rateLimit",
]
# Each feature, how it is switched off in a project and in the plan, and what fails then.
FEATURES: list[tuple[str, str | None, str | None, list[str]]] = [
    ("git", "useGit", "git", ["/projects/WEB/git/repositories", "/projects/WEB/git/repositories/app/pullRequests"]),
    ("wiki", "useWiki", None, ["/wikis?projectIdOrKey=WEB", "/wikis/{wiki}", "/wikis/{wiki}/history"]),
    ("wikiAttachment", None, "wikiAttachment", ["/wikis/{wiki}/attachments"]),
    ("document", "useDocument", None, ["/documents/{document}", "/documents/tree?projectIdOrKey=WEB"]),
    ("file", "useFileSharing", "fileSharing", ["/projects/WEB/files/metadata/", "/issues/{issue}/sharedFiles"]),
    ("attribute", None, "attribute", ["/projects/WEB/customFields"]),
]
USED = [(name, flag, paths) for name, flag, _, paths in FEATURES if flag]
BOUGHT = [(licence, paths) for _, _, licence, paths in FEATURES if licence]


def answer(response: requests.Response) -> tuple[int, int | None]:
    return response.status_code, None if response.ok else response.json()["errors"][0]["code"]


def ids(emulator: Emulator) -> dict[str, Any]:
    """Some record of each kind in WEB."""
    space = emulator.space
    kinds: dict[str, dict[Any, Any]] = {
        "team": space.teams,
        "webhook": space.webhooks,
        "issue": space.issues,
        "wiki": space.wikis,
        "document": space.documents,
        "file": space.shared_files,
    }
    return {
        kind: next(
            number
            for number, each in records.items()
            if kind == "team" or (each.project.key == "WEB" and (kind != "file" or each.size))
        )
        for kind, records in kinds.items()
    }


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """A space with something of every kind in WEB."""
    with running(issues=600) as served:
        yield served


@pytest.fixture
def as_role(emulator: Emulator, connect: Connect) -> Iterator[Callable[[int, str], tuple[int, int | None]]]:
    """Asks for a path as a member of a role type, and takes the role away again."""
    member, api = emulator.keys[emulator.member_key], connect(emulator, emulator.member_key)

    def ask(role: int, path: str) -> tuple[int, int | None]:
        emulator.space.update_user(member, role_type=role)
        return answer(api.get(f"/api/v2{path.format(**ids(emulator))}"))

    yield ask
    emulator.space.update_user(member, role_type=2)


@pytest.mark.parametrize("path", FOR_ADMINISTRATORS + FOR_ADMINISTRATORS_OF_PROJECTS_TOO)
def test_administration_is_refused_to_members(as_role: Callable[..., Any], path: str) -> None:
    assert as_role(2, path) == (403, 5)
    assert as_role(1, path) == (200, None)


@pytest.mark.parametrize("path", FOR_ADMINISTRATORS_OF_PROJECTS_TOO)
def test_administrators_of_a_project_may_read_some_of_it(
    emulator: Emulator, as_role: Callable[..., Any], path: str
) -> None:
    web = next(each for each in emulator.space.projects.values() if each.key == "WEB")
    member = emulator.keys[emulator.member_key]
    emulator.space.add_administrator(web, member)
    assert as_role(2, path) == (200, None)
    emulator.space.remove_administrator(web, member)
    assert as_role(2, path) == (403, 5)


@pytest.mark.parametrize("path", UNRESTRICTED)
def test_restricted_roles_are_shut_out_of_files_git_and_talk(as_role: Callable[..., Any], path: str) -> None:
    assert as_role(2, path) == (200, None)
    assert [as_role(role, path) for role in (3, 4, 5, 6)] == [(403, 5)] * 4


@pytest.mark.parametrize("path", FOR_ALL)
def test_everything_else_is_for_all_roles(as_role: Callable[..., Any], path: str) -> None:
    assert [as_role(role, path) for role in (1, 2, 3, 4)] == [(200, None)] * 4


def test_viewers_cannot_download_attachments(emulator: Emulator, as_role: Callable[..., Any]) -> None:
    web = (issue for issue in emulator.space.issues.values() if issue.project.key == "WEB")
    issue = next(each for each in web if each.attachments)
    path = f"/issues/{issue.id}/attachments/{issue.attachments[0].id}"
    assert [as_role(role, path) for role in (3, 4)] == [(200, None), (403, 5)]


@pytest.mark.parametrize(("feature", "flag", "paths"), USED)
def test_a_feature_that_a_project_does_not_use_is_code_5_with_its_key(
    emulator: Emulator, connect: Connect, feature: str, flag: str, paths: list[str]
) -> None:
    api = connect(emulator)
    for used, expected in ((False, (403, 5)), (True, (200, None))):
        edit = {"op": "update_project", "project": "WEB", "fields": {flag: used}}
        assert api.post("/control/edit", json=edit).status_code == 200
        for path in paths:
            response = api.get(f"/api/v2{path.format(**ids(emulator))}")
            assert answer(response) == expected
            assert used or f"msg.featureRestrictedError.title.{feature}" in response.text


@pytest.mark.parametrize(("licence", "paths"), BOUGHT)
def test_a_feature_that_the_plan_lacks_is_code_2(
    emulator: Emulator, connect: Connect, licence: str, paths: list[str]
) -> None:
    api = connect(emulator)
    for bought, expected in ((False, (403, 2)), (True, (200, None))):
        api.post("/control/edit", json={"op": "update_licence", "fields": {licence: bought}})
        assert api.get("/api/v2/space/licence").json()[licence] is bought
        for path in paths:
            assert answer(api.get(f"/api/v2{path.format(**ids(emulator))}")) == expected


def test_lists_of_the_space_leave_out_projects_without_the_feature(emulator: Emulator, connect: Connect) -> None:
    api = connect(emulator)
    without = {each["id"] for each in api.get("/api/v2/projects").json() if not each["useWiki"]}
    assert without
    assert not without & {each["projectId"] for each in api.get("/api/v2/wikis").json()}


def test_unjoined_projects_hide_their_pages_documents_and_repositories(emulator: Emulator, connect: Connect) -> None:
    api, space = connect(emulator, emulator.member_key), emulator.space
    app = next(each for each in space.projects.values() if each.key == "APP")
    wiki, document, file = (
        next(each for each in records.values() if each.project is app)
        for records in (space.wikis, space.documents, space.shared_files)
    )
    for path in (
        f"/wikis/{wiki.id}",
        "/wikis?projectIdOrKey=APP",
        f"/documents/{document.id}",
        "/documents/tree?projectIdOrKey=APP",
        "/documents/count?projectIdOrKey=APP",
        "/projects/APP/git/repositories",
        "/projects/APP/files/metadata/",
        f"/projects/APP/files/{file.id}",
        "/projects/APP/teams",
        "/projects/APP/webhooks",
    ):
        assert answer(api.get(f"/api/v2{path}")) == (404, 6)
    listed = api.get("/api/v2/documents", params={"offset": 0, "projectId[]": app.id})
    assert (listed.status_code, listed.json()) == (200, [])


def test_a_team_opens_its_projects_to_its_members(fresh: Emulator, connect: Connect) -> None:
    api, member, space = connect(fresh, fresh.member_key), fresh.keys[fresh.member_key], fresh.space
    edits = connect(fresh)

    def edit(**given: Any) -> int:
        return int(edits.post("/control/edit", json=given).json()["id"])

    team = edit(op="create_team", name="Guests", members=[member.id])
    assert answer(api.get("/api/v2/projects/APP")) == (404, 6)
    edit(op="team_joins", team=team, project="APP")
    assert answer(api.get("/api/v2/projects/APP")) == (200, None)
    everybody = {each["id"] for each in api.get("/api/v2/projects/APP/users").json()}
    direct = {each["id"] for each in api.get("/api/v2/projects/APP/users?excludeGroupMembers=true").json()}
    assert member.id in everybody - direct
    edit(op="team_leaves", team=team, project="APP")
    assert answer(api.get("/api/v2/projects/APP")) == (404, 6)
    assert [each.type for each in space.activities[-2:]] == [25, 26]
    assert space.activities[-1].content == {"parties": [{"id": team, "name": "Guests"}]}

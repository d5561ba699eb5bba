"""What happens to wikis, documents, files, repositories and pull requests is in the feed, and what stays silent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import requests

from backlog_emulator.server import running

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator

Connect = Callable[..., requests.Session]


class Editor:
    """Makes scripted edits and looks at what they left in the feed."""

    def __init__(self, emulator: Emulator, api: requests.Session) -> None:
        self.space, self.api = emulator.space, api

    def __call__(self, op: str, **given: Any) -> Any:
        response = self.api.post("/control/edit", json={"op": op, **given})
        assert response.status_code == 200, response.text
        return response.json()["id"]

    def told(self, op: str, **given: Any) -> list[tuple[int, dict[str, Any]]]:
        """The activities that an edit left."""
        before = len(self.space.activities)
        self(op, **given)
        return [(each.type, each.content) for each in self.space.activities[before:]]

    def truth(self, endpoint: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        body: list[dict[str, Any]] = self.api.get(f"/control/truth/{endpoint}?deleted={str(deleted).lower()}").json()
        return body


@pytest.fixture
def edit(fresh: Emulator, connect: Connect) -> Editor:
    return Editor(fresh, connect(fresh))


def test_a_wiki_pages_life_is_activities_5_6_and_7(edit: Editor) -> None:
    ((kind, content),) = edit.told("create_wiki", project="WEB", name="Page", content="one", tags=["a"])
    assert (kind, content["name"], content["content"], content["version"]) == (5, "Page", "one", 1)
    ((kind, content),) = edit.told("update_wiki", wiki="newest", fields={"content": "two"})
    assert (kind, content["version"]) == (6, 2)
    assert "-one\n+two" in content["diff"]
    ((kind, content),) = edit.told("attach_to_wiki", wiki="newest", name="plan.pdf", size=5)
    assert (kind, [each["name"] for each in content["attachments"]]) == (6, ["plan.pdf"])
    number = content["id"]
    ((kind, content),) = edit.told("delete_wiki", wiki=number)
    assert (kind, content["id"]) == (7, number)
    assert number not in {each["id"] for each in edit.truth("wikis")}
    assert edit.truth("wikis", deleted=True)[-1]["id"] == number
    assert edit.truth("wiki_attachments", deleted=True)[-1]["why"] == "wiki deleted"


def test_a_documents_life_is_activities_36_to_48(edit: Editor) -> None:
    ((kind, content),) = edit.told("create_document", project="WEB", title="Doc", plain="words")
    number = content["id"]
    assert (kind, content) == (36, {"id": number, "title": "Doc"})
    steps: list[tuple[str, dict[str, Any], list[int]]] = [
        ("update_document", {"document": number, "fields": {"title": "Doc 2"}}, [38]),
        ("update_document", {"document": number, "fields": {"plain": "more"}}, [39]),
        ("attach_to_document", {"document": number, "name": "a.png", "size": 9}, [46]),
        ("trash_document", {"document": number}, [37]),
        ("restore_document", {"document": number}, []),
        ("purge_document", {"document": number}, []),
        ("create_documents", {"project": "WEB", "titles": ["x", "y"]}, [48]),
    ]
    for op, given, kinds in steps:
        assert [kind for kind, _ in edit.told(op, **given)] == kinds
    assert edit.truth("documents", deleted=True)[-1]["id"] == number
    assert {"x", "y"} <= {each["title"] for each in edit.truth("documents")}


def test_talk_about_documents_is_activities_40_to_45(edit: Editor) -> None:
    document = edit("create_document", project="WEB", title="Doc")
    before = next(each for each in edit.truth("documents") if each["id"] == document)
    edit("advance", minutes=1)
    comment = edit("add_document_comment", document=document, plain="why?")
    reply = edit("add_document_reply", comment=comment, plain="because")
    assert [kind for kind, _ in edit.told("edit_document_comment", comment=comment, plain="why not?")] == [41]
    assert [kind for kind, _ in edit.told("edit_document_reply", reply=reply, plain="so")] == [44]
    (body,) = [each for each in edit.truth("document_comments") if each["id"] == comment]
    assert (body["plain"], body["replies"][0]["plain"]) == ("why not?", "so")
    assert '"text":"why not?"' in body["content"]
    assert [kind for kind, _ in edit.told("delete_document_reply", reply=reply)] == [45]
    assert [kind for kind, _ in edit.told("delete_document_comment", comment=comment)] == [42]
    assert next(each for each in edit.truth("documents") if each["id"] == document) == before
    assert edit.truth("document_comments", deleted=True)[-1]["documentId"] == document


def test_a_shared_files_life_is_activities_8_9_and_10(edit: Editor) -> None:
    ((kind, content),) = edit.told("add_file", project="WEB", dir="/a/b/", name="c.txt", size=3)
    assert (kind, content["dir"], content["name"], content["size"]) == (8, "/a/b/", "c.txt", 3)
    assert [kind for kind, _ in edit.told("update_file", file=content["id"], size=4)] == [9]
    issue = edit("create_issue", project="WEB", fields={"summary": "see the file"})
    ((kind, linked),) = edit.told("link_file", file=content["id"], id=issue)
    assert (kind, linked["shared_files"][0]["size"]) == (2, 4)
    assert edit.api.get(f"/api/v2/issues/{issue}").json()["sharedFiles"][0]["id"] == content["id"]
    directory = next(each for each in edit.truth("shared_files") if each["dir"] == "/a/")
    assert [kind for kind, _ in edit.told("delete_file", file=directory["id"])] == [10]
    assert edit.api.get(f"/api/v2/issues/{issue}").json()["sharedFiles"] == []
    assert {each["id"] for each in edit.truth("shared_files", deleted=True)} >= {content["id"], directory["id"]}


def test_a_repositorys_life_is_activities_12_and_13(edit: Editor) -> None:
    ((kind, content),) = edit.told("create_repository", project="WEB", name="tools")
    assert (kind, content["repository"]["name"]) == (13, "tools")
    number = content["repository"]["id"]
    ((kind, content),) = edit.told("push", repository=number, comment="first")
    assert (kind, content["revisions"][0]["comment"]) == (12, "first")
    (body,) = [each for each in edit.truth("repositories") if each["id"] == number]
    assert body["pushedAt"]
    assert edit.told("delete_repository", repository=number) == []


@pytest.mark.parametrize(("switch", "kinds"), [("merged", [21]), ("deleted", [19, 21])])
def test_activity_21_is_a_merge_or_a_deletion(connect: Connect, switch: str, kinds: list[int]) -> None:
    with running(issues=10, activity_21=switch) as served:
        edit = Editor(served, connect(served))
        ((kind, content),) = edit.told("create_pull_request", repository="oldest", fields={"summary": "Change"})
        assert (kind, content["comment"], content["number"]) == (18, None, 1)
        number = content["id"]
        ((kind, content),) = edit.told("update_pull_request", pull_request=number, fields={"statusId": 3}, comment="ok")
        assert kind == kinds[0]
        assert content["changes"] == [{"field": "status", "new_value": "Merged", "old_value": "Open"}]
        assert [kind for kind, _ in edit.told("comment_pull_request", pull_request=number, content="thanks")] == [20]
        assert [kind for kind, _ in edit.told("delete_pull_request", pull_request=number)] == kinds[1:]
        assert edit.truth("pull_requests", deleted=True)[-1]["id"] == number


@pytest.mark.parametrize(("switch", "kinds"), [(True, [2, 2]), (False, [])])
def test_relating_two_issues_shows_in_both_or_in_neither(connect: Connect, switch: bool, kinds: list[int]) -> None:
    with running(issues=10, relation_moves_updated=switch) as served:
        edit = Editor(served, connect(served))
        first, second, *_ = served.space.issues
        edit("advance", minutes=1)
        assert [kind for kind, _ in edit.told("relate_issues", id=first, other=second)] == kinds
        related = edit.api.get(f"/api/v2/issues/{second}/relatedIssues").json()
        assert [(each["id"], each["type"]) for each in related] == [(first, "RELATES")]
        assert (served.space.issues[first].updated == served.space.now) is switch
        edit("delete_issue", id=first)
        assert edit.api.get(f"/api/v2/issues/{second}/relatedIssues").json() == []
        assert edit.truth("related_issues", deleted=True)[-1]["why"] == "issue deleted"


def test_stars_watchings_teams_and_webhooks_are_silent(edit: Editor) -> None:
    issue = next(iter(edit.space.issues))
    for op, given in {
        "give_star": {"wiki": edit("create_wiki", project="WEB", name="Starred")},
        "take_star": {"star": "newest"},
        "create_team": {"name": "Team"},
        "update_team": {"team": "newest", "fields": {"name": "Better team"}},
        "create_webhook": {"project": "WEB", "name": "Hook", "hookUrl": "https://example.com/", "activityTypeIds": [1]},
        "update_webhook": {"webhook": "newest", "fields": {"hookUrl": "https://example.com/new"}},
        "delete_webhook": {"webhook": "newest"},
        "stop_watching": {"watching": edit("watch", id=issue, by=list(edit.space.users)[-1])},
    }.items():
        assert edit.told(op, **given) == []


def test_a_project_that_goes_takes_everything_with_it(edit: Editor) -> None:
    edit("add_file", project="WEB", name="f", size=1)
    edit("create_wiki", project="WEB", name="p")
    edit("create_document", project="WEB", title="d")
    edit("create_pull_request", repository="oldest")
    number = next(each["id"] for each in edit.truth("projects") if each["projectKey"] == "WEB")
    edit("delete_project", project="WEB")
    for endpoint in ("wikis", "documents", "shared_files", "repositories", "pull_requests", "webhooks"):
        assert number not in {each.get("projectId") for each in edit.truth(endpoint)}
        assert edit.truth(endpoint, deleted=True)


def test_people_go_on_working_on_everything(fresh: Emulator) -> None:
    before = len(fresh.space.activities)
    fresh.space.advance(days=2000)
    kinds = {each.type for each in fresh.space.activities[before:]}
    assert {1, 2, 3, 5, 6, 8, 9, 12, 18, 19, 20, 36, 39, 40} <= kinds

"""Wikis, documents, Git, files, teams and what people keep: the fields of every body, and all records in the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backlog_emulator.api.table import TRUTHS
from backlog_emulator.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import requests

    from backlog_emulator.emulator import Emulator

WIKI = "id projectId name tags createdUser created updatedUser updated"
PULL_REQUEST = """id projectId repositoryId number summary description base branch status assignee issue baseCommit
    branchCommit mergeCommit closeAt mergeAt createdUser created updatedUser updated"""
FILE = "id projectId type dir name size createdUser created updatedUser updated"
USAGE = "issue wiki document file subversion git gitLFS"
FIELDS = {
    "attachment": "id name size createdUser created",
    "document": """id projectId title plain json statusId emoji attachments tags createdUser created updatedUser updated
        childDocumentIds""",
    "documentComment": """id documentId statusId content plain commentType createdUserId created updatedUserId updated
        createdUser replies""",
    "edition": "pageId version name content createdUser created",
    "file": FILE,
    "notification": """id alreadyRead reason resourceAlreadyRead project issue comment repository pullRequest
        pullRequestComment sender created""",
    "pullRequest": PULL_REQUEST,
    "pullRequestAlone": f"{PULL_REQUEST} attachments stars",
    "pullRequestComment": "id content changeLog createdUser created updated stars notifications",
    "reply": """id documentId commentId content plain createdUserId created updatedUserId updated createdUser""",
    "repository": """id projectId name description hookUrl httpUrl sshUrl displayOrder pushedAt createdUser created
        updatedUser updated""",
    "speaker": "id userId uniqueId name mailAddress roleType lang icon",
    "star": "id comment url title presenter created",
    "team": "id name members displayOrder createdUser created updatedUser updated",
    "usage": f"projectId {USAGE}",
    "usageOfSpace": f"capacity {USAGE} details",
    "watching": "id resourceAlreadyRead note type issue lastContentUpdated created updated",
    "webhook": "id name description hookUrl allEvent activityTypeIds createdUser created updatedUser updated",
    "wiki": WIKI,
    "wikiAlone": """id projectId name content tags attachments sharedFiles stars createdUser created updatedUser
        updated""",
}
# What stands beside the records of a truth, because the path of their GET has it.
BESIDE = {
    "wiki_attachments": ("attachment", ["wikiId"]),
    "issue_attachments": ("attachment", ["issueId"]),
    "issue_shared_files": ("file", ["issueId"]),
    "pull_request_comments": ("pullRequestComment", ["repositoryId", "pullRequestNumber"]),
    "pull_request_attachments": ("attachment", ["repositoryId", "pullRequestNumber"]),
    "pull_request_stars": ("star", ["repositoryId", "pullRequestNumber"]),
    "project_teams": ("team", ["projectId"]),
    "webhooks": ("webhook", ["projectId"]),
    "stars": ("star", ["userId"]),
    "watchings": ("watching", ["userId"]),
    "wikis": ("wikiAlone", []),
    "wiki_history": ("edition", []),
    "documents": ("document", []),
    "document_comments": ("documentComment", []),
    "repositories": ("repository", []),
    "pull_requests": ("pullRequest", []),
    "shared_files": ("file", []),
    "teams": ("team", []),
    "disk_usage": ("usageOfSpace", []),
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """A space that is large enough to have some of everything."""
    with running(issues=1500, users=20) as served:
        yield served


def has_fields(body: dict[str, Any], kind: str) -> bool:
    return list(body) == FIELDS[kind].split()


def told(api: requests.Session, endpoint: str) -> list[dict[str, Any]]:
    response = api.get(f"/control/truth/{endpoint}")
    assert response.status_code == 200, response.text
    body: list[dict[str, Any]] = response.json()
    return body


@pytest.mark.parametrize("endpoint", TRUTHS)
def test_there_is_some_of_everything(api: requests.Session, endpoint: str) -> None:
    assert told(api, endpoint)


@pytest.mark.parametrize(("endpoint", "kind", "beside"), [(name, *rest) for name, rest in BESIDE.items()])
def test_every_record_of_a_truth_has_its_fields_and_its_place(
    api: requests.Session, endpoint: str, kind: str, beside: list[str]
) -> None:
    assert all(list(record) == [*FIELDS[kind].split(), *beside] for record in told(api, endpoint))


def test_the_truth_of_children_is_what_their_own_lists_give(api: requests.Session) -> None:
    def of(path: str, **beside: Any) -> list[dict[str, Any]]:
        return [{**each, **beside} for each in api.get(f"/api/v2{path}").json()]

    def git(request: dict[str, Any], part: str) -> list[dict[str, Any]]:
        beside = {"repositoryId": request["repositoryId"], "pullRequestNumber": request["number"]}
        repository = f"/projects/{request['projectId']}/git/repositories/{request['repositoryId']}"
        return of(f"{repository}/pullRequests/{request['number']}/{part}?order=asc&count=100", **beside)

    wikis, projects, requests = told(api, "wikis"), told(api, "projects"), told(api, "pull_requests")
    assert told(api, "wikis") == [api.get(f"/api/v2/wikis/{each['id']}").json() for each in wikis]
    assert told(api, "wiki_attachments") == [
        each for wiki in wikis for each in of(f"/wikis/{wiki['id']}/attachments", wikiId=wiki["id"])
    ]
    assert told(api, "wiki_history") == [
        each for wiki in wikis for each in of(f"/wikis/{wiki['id']}/history?order=asc&count=100")
    ]
    assert told(api, "document_comments") == [
        each for document in told(api, "documents") for each in of(f"/documents/{document['id']}/comments")
    ]
    assert told(api, "pull_request_comments") == [each for request in requests for each in git(request, "comments")]
    assert told(api, "pull_request_attachments") == [
        each for request in requests for each in git(request, "attachments")
    ]
    for path in ("users", "administrators", "teams"):
        assert told(api, f"project_{path}") == [
            each for project in projects for each in of(f"/projects/{project['id']}/{path}", projectId=project["id"])
        ]


def test_the_truth_of_issues_parts_is_what_their_own_lists_give(api: requests.Session, emulator: Emulator) -> None:
    rich = [each for each in emulator.space.issues.values() if each.attachments or each.shared_files or each.related]
    paths = {
        "issue_attachments": "attachments",
        "issue_participants": "participants",
        "issue_shared_files": "sharedFiles",
        "related_issues": "relatedIssues",
    }
    for endpoint, path in paths.items():
        truth = told(api, endpoint)
        for issue in rich[:10]:
            listed = (
                api.get(f"/api/v2/issues/{issue.id}/{path}").json()
                if path != "sharedFiles" or issue.project.use_file_sharing
                else []
            )
            assert [each for each in truth if each["issueId"] == issue.id] == [
                {**each, "issueId": issue.id} for each in listed
            ]


def test_a_page_alone_has_what_lists_leave_out(api: requests.Session, emulator: Emulator) -> None:
    wiki = next(each for each in emulator.space.wikis.values() if each.attachments)
    listed = api.get("/api/v2/wikis", params={"projectIdOrKey": wiki.project.key}).json()
    alone = api.get(f"/api/v2/wikis/{wiki.id}").json()
    assert all(has_fields(each, "wiki") for each in listed)
    assert has_fields(alone, "wikiAlone")
    assert next(each for each in listed if each["id"] == wiki.id).items() <= alone.items()


def test_a_pull_request_alone_has_its_whole_issue(api: requests.Session, emulator: Emulator) -> None:
    request = next(each for each in emulator.space.pull_requests.values() if each.issue)
    path = f"/api/v2/projects/{request.project.key}/git/repositories/{request.repository.name}/pullRequests"
    alone = api.get(f"{path}/{request.number}").json()
    listed = {each["number"]: each for each in api.get(path, params={"count": 100}).json()}
    assert has_fields(alone, "pullRequestAlone")
    assert listed[request.number]["issue"] == {"id": alone["issue"]["id"]}
    assert alone["issue"] == api.get(f"/api/v2/issues/{alone['issue']['id']}").json()


def test_comments_on_documents_hold_replies_and_speakers_of_their_own_shape(api: requests.Session) -> None:
    comments = told(api, "document_comments")
    replies = [reply for comment in comments for reply in comment["replies"]]
    assert replies
    assert all(has_fields(reply, "reply") for reply in replies)
    assert all(has_fields(said["createdUser"], "speaker") for said in [*comments, *replies])


def test_notifications_show_what_they_are_about(api: requests.Session, emulator: Emulator) -> None:
    known = FIELDS["notification"].split()
    own = told(api, "notifications")
    assert all([name for name in each if not name.startswith("document")] == known for each in own)
    reasons = {notice.notification.reason for notices in emulator.space.notices.values() for notice in notices}
    assert {1, 2, 4, 10, 11, 13, 14, 15} <= reasons
    about = {1: "issue", 2: "issue", 4: "issue", 10: "pullRequest", 11: "pullRequestComment", 14: "document"}
    assert all(each[about[each["reason"]]] for each in own if each["reason"] in about)


def test_the_disk_holds_what_was_put_there(api: requests.Session) -> None:
    usage = api.get("/api/v2/space/diskUsage").json()
    assert has_fields(usage, "usageOfSpace")
    assert usage["issue"] == sum(each["size"] for each in told(api, "issue_attachments"))
    assert usage["file"] == sum(each["size"] or 0 for each in told(api, "shared_files"))
    for each in usage["details"]:
        assert has_fields(each, "usage")
        assert api.get(f"/api/v2/projects/{each['projectId']}/diskUsage").json() == each


def test_downloads_are_as_long_as_they_say_and_named(api: requests.Session, emulator: Emulator) -> None:
    issue = next(each for each in emulator.space.issues.values() if each.attachments)
    (attachment, *_) = issue.attachments
    response = api.get(f"/api/v2/issues/{issue.id}/attachments/{attachment.id}")
    assert len(response.content) == attachment.size
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")


def test_icons_have_a_bucket_of_their_own(api: requests.Session, emulator: Emulator) -> None:
    limits = emulator.space.switches
    for path in ("/space/image", "/projects/WEB/image", f"/users/{emulator.space.owner.id}/icon"):
        response = api.get(f"/api/v2{path}")
        assert response.headers["Content-Type"] == "image/png"
        assert response.headers["X-RateLimit-Limit"] == str(limits.limit_icon)


def test_wiki_lists_cost_searches_and_documents_do_not(api: requests.Session, emulator: Emulator) -> None:
    limits = emulator.space.switches
    for path in ("/wikis", "/wikis/count?projectIdOrKey=WEB"):
        assert api.get(f"/api/v2{path}").headers["X-RateLimit-Limit"] == str(limits.limit_search)
    for path in ("/wikis/tags", "/documents?offset=0"):
        assert api.get(f"/api/v2{path}").headers["X-RateLimit-Limit"] == str(limits.limit_read)


def test_the_same_seed_makes_the_same_of_everything(connect: Callable[..., requests.Session]) -> None:
    with running(issues=300, seed=7) as one, running(issues=300, seed=7) as other:
        first, second = connect(one), connect(other)
        for endpoint in set(TRUTHS):
            assert told(first, endpoint) == told(second, endpoint)
        assert one.space.advance(days=60) == other.space.advance(days=60)
        for endpoint in set(TRUTHS):
            assert told(first, endpoint) == told(second, endpoint)

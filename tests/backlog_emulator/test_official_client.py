"""Nulab's own JavaScript client reads everything that it can, and finds the fields that it declares.

The client comes from the npm registry, pinned by a lock. Without npm these tests are skipped, but not where CI is set.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from backlog_emulator.server import running
from backlog_emulator.wikis.changes import update_wiki

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_emulator.emulator import Emulator
    from backlog_emulator.space import Space

HERE = Path(__file__).with_name("official_client")
EVERY: dict[str, Any] = {"count": 100}
HISTORY: dict[str, Any] = {"count": 100, "order": "asc"}
KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
NULL = {"type": "null"}
# The types of activities whose content is documented.
DOCUMENTED = [*range(1, 27), 34, *range(36, 39), *range(40, 49)]
FEED: dict[str, Any] = {"count": 100, "activityTypeId": DOCUMENTED}

# Where the documentation, or a body seen in the wild, says otherwise than the client's declarations.
DEPARTURES = {
    # Sent, but not declared.
    "ChangeLog.AttachmentInfo.name: not declared",
    "DiskUsage.ProjectDiskUsage.document: not declared",
    "DiskUsage.SpaceDiskUsage.document: not declared",
    "Issue.Issue.externalFileLinks: not declared",
    "Issue.RelatedIssue.externalFileLinks: not declared",
    "Notification.Notification.repository: not declared",
    "Project.Project.useDocument: not declared",
    "User.User.icon: not declared",
    "User.User.keyword: not declared",
    "User.User.nulabAccount: not declared",
    "User.User.uniqueId: not declared",
    "WatchingList.WatchingListItem.alreadyRead: not declared",
    # Declared, but not in the documentation.
    "ChangeLog.AttachmentInfo.type: missing",
    "Project.CustomField.displayOrder: missing",
    "Project.CustomField.useIssueType: missing",
    "Project.CustomField.version: missing",
    # Of whoever comments on a document, whose shape is another in the documentation.
    "User.User.lastLoginTime: missing",
    # Only a pull request by itself has them, and lists know no more of its issue than the id.
    "PullRequest.PullRequest.attachments: missing",
    "PullRequest.PullRequest.stars: missing",
    "PullRequest.PullRequest.issue: null",
    "Issue.Issue: trimmed to its id",
    # Only where there are any.
    "Activity.ActivityChange.field_text: missing",
    "Activity.IssueContent.attachments: missing",
    "Activity.IssueContent.external_file_links: missing",
    "Activity.IssueContent.shared_files: missing",
    # Measured: the colours of the statuses that every project has.
    "Project.ProjectStatus.color: '#4488c5' is no value",
    "Project.ProjectStatus.color: '#5eb5a6' is no value",
    "Project.ProjectStatus.color: '#ed8077' is no value",
    # Null.
    "Activity.WikiContent.diff: null",
    "ChangeLog.ChangeLog.originalValue: null",
    "ChangeLog.IssueChangeLog.attachmentInfo: null",
    "ChangeLog.IssueChangeLog.attributeInfo: null",
    "ChangeLog.IssueChangeLog.newValue: null",
    "ChangeLog.IssueChangeLog.notificationInfo: null",
    "ChangeLog.IssueChangeLog.originalValue: null",
    "Issue.Comment.content: null",
    "Project.SharedFile.size: null",
    "Project.SharedFile.updatedUser: null",
    "PullRequest.Comment.content: null",
    "User.User.lastLoginTime: null",
    "User.User.userId: null",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client installed."""
    npm = shutil.which("npm")
    if npm is None:
        assert not os.environ.get("CI"), "npm is missing: conformance with the official client cannot be checked"
        pytest.skip("npm is missing, which installs the official client: install Node.js 20 or newer")
    folder = tmp_path_factory.mktemp("official") / "client"
    shutil.copytree(HERE, folder)
    install = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def declared(client: Path) -> dict[str, Any]:
    """What the client declares: `methods` with the types of their answers, and the fields of all `types`."""
    return node(client, "declared.mjs", "node_modules/backlog-js/dist/index.d.mts")


@pytest.fixture(scope="module")
def served() -> Iterator[Emulator]:
    """A space with some of everything."""
    with running(issues=1500, users=25) as emulator:
        page = next(iter(emulator.space.wikis.values()))
        update_wiki(emulator.space, page, {"content": "seen by the owner"})
        yield emulator


@pytest.fixture(scope="module")
def answers(client: Path, served: Emulator) -> dict[str, Any]:
    """What the client makes of every endpoint that it can read."""
    return node(client, "drive.mjs", served.url, served.api_key, given=calls(served.space))


def node(folder: Path, script: str, *options: str, given: object = None) -> dict[str, Any]:
    done = subprocess.run(
        ["node", script, *options],
        cwd=folder,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    body: dict[str, Any] = json.loads(done.stdout)
    return body


def calls(space: Space) -> dict[str, list[Any]]:
    """Arguments for each GET method of the client, so that no answer is empty."""
    owner = space.owner.id
    issue = next(each for each in space.issues.values() if each.attachments and each.project.key == "WEB").id
    comment = next(each for each in space.issues.values() if any(said.notifications for said in each.comments))
    wiki = next(each for each in space.wikis.values() if each.attachments)
    document = next(each for each in space.documents.values() if each.attachments and not each.trashed)
    request = next(each for each in space.pull_requests.values() if each.attachments)
    file = next(each for each in space.shared_files.values() if each.size and each.project.key == "WEB")
    watching = next(each for each in space.watchings.values() if each.user is space.owner)
    hook = next(each for each in space.webhooks.values() if each.project.key == "WEB")
    gift = next(each for each in space.stars.values() if each.lasts(space))
    said = next(said for said in comment.comments if said.notifications)
    pull = [request.project.key, request.repository.name]
    shared = next(each for each in space.issues.values() if each.shared_files)
    related = next(each for each in space.issues.values() if each.related)
    illustrated = next(each for each in space.wikis.values() if each.shared_files)
    starred = next(each for each in space.wikis.values() if each.stars)
    return {
        "getSpace": [],
        "getSpaceActivities": [FEED],
        "getSpaceIcon": [],
        "getSpaceNotification": [],
        "getSpaceDiskUsage": [],
        "getUsers": [],
        "getUser": [owner],
        "getMyself": [],
        "getUserIcon": [owner],
        "getUserActivities": [owner, FEED],
        "getUserStars": [gift.receiver.id, EVERY],
        "getUserStarsCount": [owner, {"since": "2025-01-01", "until": "2026-01-31"}],
        "getRecentlyViewedIssues": [{}],
        "getRecentlyViewedProjects": [{}],
        "getRecentlyViewedWikis": [{}],
        "getProjectStatuses": ["WEB"],
        "getResolutions": [],
        "getPriorities": [],
        "getProjects": [{"archived": False, "all": True}],
        "getProject": ["WEB"],
        "getProjectIcon": ["WEB"],
        "getProjectActivities": ["WEB", FEED | {"order": "asc"}],
        "getProjectUsers": ["WEB"],
        "getProjectAdministrators": ["WEB"],
        "getIssueTypes": ["WEB"],
        "getCategories": ["WEB"],
        "getVersions": ["WEB"],
        "getCustomFields": ["WEB"],
        "getSharedFiles": ["WEB", "", EVERY],
        "getSharedFile": ["WEB", file.id],
        "getProjectsDiskUsage": ["WEB"],
        "getWebhooks": ["WEB"],
        "getWebhook": ["WEB", str(hook.id)],
        "getIssues": [{"projectId": list(space.projects), "parentChild": 0, "expand": ["childIssueSummary"], **EVERY}],
        "getIssuesCount": [{"statusId": [1, 2]}],
        "getIssue": [issue],
        "getIssueComments": [issue, EVERY],
        "getIssueCommentsCount": [issue],
        "getIssueComment": [comment.id, said.id],
        "getIssueCommentNotifications": [comment.id, said.id],
        "getIssueAttachments": [issue],
        "getIssueAttachment": [issue, space.issues[issue].attachments[0].id],
        "getIssueParticipants": [issue],
        "getIssueSharedFiles": [shared.id],
        "getRelatedIssues": [related.id],
        "getWikis": [{"projectIdOrKey": wiki.project.key}],
        "getWikisCount": [wiki.project.key],
        "getWikisTags": [wiki.project.key],
        "getWiki": [wiki.id],
        "getWikisAttachments": [wiki.id],
        "getWikiAttachment": [wiki.id, wiki.attachments[0].id],
        "getWikisSharedFiles": [illustrated.id],
        "getDocuments": [{"offset": 0, **EVERY}],
        "getDocumentTree": [document.project.key],
        "getDocument": [document.id],
        "downloadDocumentAttachment": [document.id, document.attachments[0].id],
        "getWikisHistory": [wiki.id, HISTORY],
        "getWikisStars": [starred.id],
        "getNotifications": [EVERY],
        "getNotificationsCount": [{"alreadyRead": False, "resourceAlreadyRead": False}],
        "getGitRepositories": ["WEB"],
        "getGitRepository": pull,
        "getPullRequests": [*pull, EVERY],
        "getPullRequestsCount": [*pull, {"statusId": [1, 2, 3]}],
        "getPullRequest": [*pull, request.number],
        "getPullRequestComments": [*pull, request.number, EVERY],
        "getPullRequestCommentsCount": [*pull, request.number],
        "getPullRequestAttachments": [*pull, request.number],
        "getPullRequestAttachment": [*pull, request.number, request.attachments[0].id],
        "getWatchingListItems": [owner, EVERY],
        "getWatchingListCount": [owner, {}],
        "getWatchingListItem": [watching.id],
        "getLicence": [],
        "getTeams": [{}],
        "getTeam": [next(iter(space.teams))],
        "getTeamIcon": [next(iter(space.teams))],
        "getProjectTeams": [next(each.key for each in space.projects.values() if each.teams)],
        "getRateLimit": [],
    }


def differences(types: dict[str, Any], shape: Any, value: Any, name: str) -> Iterator[str]:
    """How a value departs from a declared shape; optional fields may be null as well."""
    if value is None:
        nullable = isinstance(shape, dict) and NULL in (shape, *shape.get("union", ()))
        yield from () if nullable else [f"{name}: null"]
    elif isinstance(shape, str):
        yield from of_fields(types, types[shape], value, shape)
    elif "fields" in shape:
        yield from of_fields(types, shape["fields"], value, name)
    elif "array" in shape:
        for each in value if isinstance(value, list) else [f"{name}: no list"]:
            yield from differences(types, shape["array"], each, name)
    elif "values" in shape:
        yield from () if value in shape["values"] else [f"{name}: {value!r} is no value"]
    elif "union" in shape:
        yield from of_union(types, shape["union"], value, name)
    elif not isinstance(value, KINDS[shape["type"]]):
        yield f"{name}: {value!r} is no {shape['type']}"


def of_fields(types: dict[str, Any], fields: dict[str, Any], value: Any, name: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{name}: {value!r} is no object"
    elif name == "Issue.Issue" and list(value) == ["id"]:
        yield f"{name}: trimmed to its id"
    else:
        yield from (f"{name}.{field}: not declared" for field in value if field not in fields)
        for field, promise in fields.items():
            if field not in value:
                yield from () if promise["optional"] else [f"{name}.{field}: missing"]
            elif not (promise["optional"] and value[field] is None):
                yield from differences(types, promise["type"], value[field], f"{name}.{field}")


def of_union(types: dict[str, Any], members: list[Any], value: Any, name: str) -> Iterator[str]:
    """The differences from the member that fits best: it knows the most fields, lacks the fewest, differs least."""
    fields = set(value) if isinstance(value, dict) else set()

    def misfit(member: Any) -> tuple[int, int, int]:
        declared = set(types[member]) if isinstance(member, str) else set()
        return len(fields - declared), len(declared - fields), len(list(differences(types, member, value, name)))

    yield from differences(types, min(members, key=misfit), value, name)


def test_every_get_of_the_client_is_tried(declared: dict[str, Any], served: Emulator) -> None:
    assert set(calls(served.space)) == set(declared["methods"])


def test_the_client_is_refused_nothing(answers: dict[str, Any]) -> None:
    refused = {name: body["refused"] for name, body in answers.items() if isinstance(body, dict) and "refused" in body}
    assert not refused


def test_no_answer_is_empty(answers: dict[str, Any]) -> None:
    assert not [name for name, body in answers.items() if not body]


def test_files_reach_the_client_with_their_names(answers: dict[str, Any], declared: dict[str, Any]) -> None:
    files = [name for name, shape in declared["methods"].items() if isinstance(shape, dict) and shape.get("file")]
    assert len(files) == 9
    for name in files:
        assert answers[name]["filename"]
        assert answers[name]["bytes"]


def test_every_field_is_as_the_client_declares_it_but_for_known_departures(
    answers: dict[str, Any], declared: dict[str, Any]
) -> None:
    found: set[str] = set()
    for method, shape in declared["methods"].items():
        if not (isinstance(shape, dict) and shape.get("file")):
            found.update(differences(declared["types"], shape, answers[method], method))
    assert sorted(found) == sorted(DEPARTURES)

"""What a load costs, in requests, against the least that it could."""

from __future__ import annotations

from collections import Counter
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import edit
from tests.endpoints.comparing import BESIDE, truth

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.extract.stream import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.emulator import Emulator
    from backlog_provider.api.client import Client

# Of any list that comes in pages, but shared files (1,000).
PAGE = 100
LISTED = {
    "useWiki": ("wikis", "wiki_history", "wiki_attachments"),
    "useDocument": ("document_tree",),
    "useFileSharing": ("shared_files",),
    "useGit": (
        "repositories",
        "pull_requests",
        "pull_request_comments",
        "pull_request_attachments",
        "pull_request_stars",
    ),
}


def _pages(rows: int) -> int:
    """How many pages it takes; the first tells that there is nothing."""
    return max(1, ceil(rows / PAGE))


def _projects(space: Emulator, name: str) -> list[dict[str, Any]]:
    """The projects that have such lists."""
    flags = [flag for flag, names in LISTED.items() if name in names]
    return [each for each in truth(space, "projects") if all(each[flag] for flag in flags)]


def _children(space: Emulator, name: str, key: str) -> int:
    """A request for each page of the list of each parent that has anything."""
    if name in BESIDE and "pullRequestNumber" in BESIDE[name]:
        rows = Counter((each["repositoryId"], each["pullRequestNumber"]) for each in truth(space, name))
    else:
        rows = Counter(each[key] for each in truth(space, name))
    return sum(_pages(count) for count in rows.values())


def _issues(space: Emulator) -> int:
    """The projects, the newest changes, the issues."""
    return 1 + _pages(len(truth(space, "issues")))


def _under_issues(space: Emulator, name: str) -> int:
    return _issues(space) + _children(space, name, "issueId")


def _under_wikis(space: Emulator, name: str, key: str) -> int:
    return 1 + len(_projects(space, "wikis")) + _children(space, name, key)


def _under_pull_requests(space: Emulator, name: str) -> int:
    return _under_repositories(space) + _children(space, name, "")


def _under_repositories(space: Emulator) -> int:
    rows = Counter(each["repositoryId"] for each in truth(space, "pull_requests"))
    return 1 + len(_projects(space, "repositories")) + sum(_pages(count) for count in rows.values())


def _folders(space: Emulator, _: str) -> int:
    folders = [each for each in truth(space, "shared_files") if each["type"] == "directory"]
    return 1 + len(_projects(space, "shared_files")) + len(folders)


def _by_project(space: Emulator, name: str) -> int:
    return 1 + len(_projects(space, name))


def _alone(space: Emulator, name: str) -> int:
    return _pages(len(truth(space, name)))


# The least that a first load takes: the list of projects where it is needed, the lists of parents, the lists.
LEAST: dict[str, Callable[[Emulator, str], int]] = {
    **dict.fromkeys(("space", "space_notification", "licence", "disk_usage", "users", "teams", "projects"), _alone),
    **dict.fromkeys(("priorities", "resolutions", "notifications"), _alone),
    **dict.fromkeys(("project_users", "project_administrators", "project_teams", "issue_types"), _by_project),
    **dict.fromkeys(("categories", "versions", "custom_fields", "statuses", "webhooks"), _by_project),
    **dict.fromkeys(("document_tree", "repositories"), _by_project),
    "issues": lambda space, _: _issues(space),
    **dict.fromkeys(("issue_attachments", "issue_shared_files", "issue_participants"), _under_issues),
    **dict.fromkeys(("issue_comments", "related_issues"), _under_issues),
    "wikis": lambda space, name: _under_wikis(space, name, "id"),
    "wiki_history": lambda space, name: _under_wikis(space, name, "pageId"),
    "wiki_attachments": lambda space, name: _under_wikis(space, name, "wikiId"),
    "documents": lambda space, name: 1 + _alone(space, name),
    "document_comments": lambda space, name: 1 + _alone(space, "documents") + _children(space, name, "documentId"),
    "pull_requests": lambda space, _: _under_repositories(space),
    **dict.fromkeys(("pull_request_comments", "pull_request_attachments", "pull_request_stars"), _under_pull_requests),
    "shared_files": _folders,
    "stars": lambda space, _: 1 + len(truth(space, "users")),
    "watchings": lambda *_: 2,
    "project_activities": lambda space, name: (
        1 + sum(_pages(n) for n in Counter(each["project"]["id"] for each in truth(space, name)).values())
    ),
    "activities": lambda space, name: 1 + _alone(space, name),
}


def _without(space: Emulator, name: str, key: str, parents: list[dict[str, Any]]) -> int:
    """How many parents have nothing, and do not tell so beforehand."""
    have = {each[key] for each in truth(space, name)}
    return sum(each["id"] not in have for each in parents)


def _unproven(space: Emulator, name: str, key: str) -> int:
    """How many lists may be too long for a page to show that it is their end: those of more than two records."""
    if "pullRequestNumber" in BESIDE.get(name, {}):
        rows = Counter((each["repositoryId"], each["pullRequestNumber"]) for each in truth(space, name))
    else:
        rows = Counter(each[key] for each in truth(space, name))
    return sum(count > 2 for count in rows.values())


def _folders_unproven(space: Emulator) -> int:
    rows = Counter((each["projectId"], each["dir"]) for each in truth(space, "shared_files"))
    return sum(count > 2 for count in rows.values())


def _pull_requests_unproven(space: Emulator) -> int:
    return _unproven(space, "pull_requests", "repositoryId")


def _changed(space: Emulator) -> list[dict[str, Any]]:
    return [each for each in truth(space, "issues") if each["updated"] != each["created"]]


def _pull_requests_without(space: Emulator, name: str) -> int:
    have = {(each["repositoryId"], each["pullRequestNumber"]) for each in truth(space, name)}
    return sum((each["repositoryId"], each["number"]) not in have for each in truth(space, "pull_requests"))


_MARK = "the feed is asked for its newest activity first, and afterwards for what it tells since"
_SEEN = "the newest changes are looked at, and issues are counted: to begin at their end, and to prove a load"
_END = "a page that is not full may have been cut: whether anything is behind it, a request tells"
# What is more than the least, by how much, and why.
ALLOWED: dict[str, list[tuple[Callable[[Emulator], int], str]]] = {
    "teams": [(lambda _: 1, _END)],
    "watchings": [(lambda _: 1, _END)],
    "shared_files": [(_folders_unproven, _END)],
    "documents": [(lambda _: 1, _END)],
    "issues": [(lambda _: 3, _SEEN)],
    "issue_comments": [
        (lambda _: 2, _SEEN),
        (lambda space: _unproven(space, "issue_comments", "issueId"), _END),
        (
            lambda space: _without(space, "issue_comments", "issueId", truth(space, "issues")),
            "an issue does not tell whether it has any: creating it may leave one in that very second",
        ),
    ],
    "issue_attachments": [(lambda _: 2, _SEEN)],
    "issue_participants": [(lambda _: 2, _SEEN)],
    "issue_shared_files": [(lambda _: 2, _SEEN)],
    "related_issues": [
        (lambda _: 2, _SEEN),
        (
            lambda space: _without(space, "related_issues", "issueId", _changed(space)),
            "an issue does not tell whether it has any: those are asked that have ever changed",
        ),
    ],
    "wikis": [(lambda _: 2, _MARK)],
    "wiki_history": [(lambda _: 2, _MARK), (lambda space: _unproven(space, "wiki_history", "pageId"), _END)],
    "wiki_attachments": [
        (lambda _: 2, _MARK),
        (
            lambda space: _without(space, "wiki_attachments", "wikiId", truth(space, "wikis")),
            "a list of wikis does not tell which have any",
        ),
    ],
    "document_comments": [
        (lambda _: 2, _MARK),
        (lambda _: 1, _END),
        (
            lambda space: _without(space, "document_comments", "documentId", truth(space, "documents")),
            "a document does not tell whether it has any",
        ),
    ],
    "pull_requests": [(lambda _: 2, _MARK), (_pull_requests_unproven, _END)],
    "pull_request_comments": [
        (lambda _: 2, _MARK),
        (_pull_requests_unproven, _END),
        (lambda space: _unproven(space, "pull_request_comments", ""), _END),
        (lambda space: _pull_requests_without(space, "pull_request_comments"), "a list of them does not tell so"),
    ],
    "pull_request_attachments": [
        (lambda _: 2, _MARK),
        (_pull_requests_unproven, _END),
        (lambda space: _pull_requests_without(space, "pull_request_attachments"), "a list of them does not tell so"),
    ],
    "pull_request_stars": [
        (lambda _: 2, _MARK),
        (_pull_requests_unproven, _END),
        (lambda space: _pull_requests_without(space, "pull_request_stars"), "a list of them does not tell so"),
    ],
    "activities": [
        (lambda _: 1, "who joins a project while the feed is read is told from who joined long ago"),
        (lambda _: 1, _END),
    ],
    "notifications": [(lambda _: 1, _END)],
    "stars": [(lambda space: len({each["userId"] for each in truth(space, "stars")}), _END)],
    "project_activities": [(lambda space: len(_projects(space, "project_activities")), _END)],
}


@pytest.mark.parametrize("name", CATALOGUE)
def test_first_load_takes_hardly_more_requests_than_it_has_to(space: Emulator, client: Client, name: str) -> None:
    reader = Reader(client, CATALOGUE[name])
    for page in reader.pages(None):
        if page.check:
            page.check.count()
    allowed = LEAST[name](space, name) + sum(more(space) for more, _ in ALLOWED.get(name, ()))
    assert reader.requests <= allowed + LEAST[name](space, name) * 0.02


# Those that a DAG loads every hour: what can be told to have changed, and the lists of the space.
HOURLY = (
    *("projects", "users", "issues", "issue_comments", "issue_attachments", "issue_participants", "related_issues"),
    *("issue_shared_files", "wikis", "wiki_history", "wiki_attachments", "documents", "document_comments"),
    *(
        "pull_requests",
        "pull_request_comments",
        "pull_request_attachments",
        "pull_request_stars",
        "notifications",
        "activities",
    ),
)
# A request for the list of an issue; comments are counted as well, before any that is not listed is taken for gone.
PER_ISSUE = {"issue_comments": 2, "issue_participants": 1, "related_issues": 1}


def test_hour_in_which_one_issue_changed_costs_a_request_for_each_endpoint_and_one_for_each_list_of_that_issue(
    space: Emulator, client: Client
) -> None:
    space.space.switches.change(limit_read=10_000, limit_search=10_000)
    edit(space, op="advance", hours=1)
    cursors = {}
    for name in HOURLY:
        for page in Reader(client, CATALOGUE[name]).pages(None):
            cursors[name] = page.cursor
    edit(space, op="advance", hours=1)
    edit(space, op="add_comment", id="oldest", content="said")
    projects = None
    requests = {}
    before = client.requests
    for name in HOURLY:
        start = client.requests
        reader = Reader(client, CATALOGUE[name], None, projects)
        list(reader.pages(cursors[name]))
        projects = projects or reader.visible_projects
        requests[name] = client.requests - start
    assert {name: number - 1 for name, number in requests.items() if number > 1} == PER_ISSUE
    assert client.requests - before == len(HOURLY) + sum(PER_ISSUE.values())

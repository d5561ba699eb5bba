"""What goes with what it belongs to; what is switched off, refused or out of sight, and stays."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import edit, failure
from tests.endpoints.comparing import assert_equal, loaded, play, truth
from tests.endpoints.stories import OWNER

from backlog_provider.catalogue import CATALOGUE

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse
    from tests.endpoints.stories import Edits

    from backlog_emulator.emulator import Emulator

pytestmark = pytest.mark.slow

# What goes: what it takes to have all that hangs on it, its end, who tells of it, and the tables that lose rows.
ENDS: dict[str, tuple[Edits, dict[str, Any], str, tuple[str, ...]]] = {
    "project": (
        [{"op": "attach_file", "id": "oldest", "name": "a.txt"}],
        {"op": "delete_project", "project": "WEB"},
        "projects",
        (
            *("projects", "project_users", "statuses", "versions", "issues", "issue_comments", "issue_attachments"),
            *("wikis", "wiki_history", "documents", "document_comments", "repositories", "pull_requests"),
            *("pull_request_comments", "shared_files"),
        ),
    ),
    "issue": (
        [
            {"op": "create_issue", "project": "WEB", "as_": "gone"},
            {"op": "attach_file", "id": "$gone", "name": "a.txt"},
            {"op": "add_comment", "id": "$gone", "content": "said"},
        ],
        {"op": "delete_issue", "id": "$gone"},
        "activities",
        ("issues", "issue_comments", "issue_attachments", "issue_participants"),
    ),
    "wiki": (
        [
            {"op": "create_wiki", "project": "WEB", "name": "wiki", "as_": "gone"},
            {"op": "attach_to_wiki", "wiki": "$gone", "name": "a.txt"},
        ],
        {"op": "delete_wiki", "wiki": "$gone"},
        "activities",
        ("wikis", "wiki_history", "wiki_attachments"),
    ),
    "document": (
        [
            {"op": "create_document", "project": "WEB", "title": "talk", "as_": "gone"},
            {"op": "add_document_comment", "document": "$gone", "plain": "said"},
        ],
        {"op": "trash_document", "document": "$gone"},
        "activities",
        ("documents", "document_comments"),
    ),
    "repository": (
        [
            {"op": "create_pull_request", "repository": "oldest", "as_": "gone"},
            {"op": "attach_to_pull_request", "pull_request": "$gone", "name": "a.txt"},
            {"op": "give_star", "pull_request": "$gone"},
        ],
        {"op": "delete_repository", "repository": "oldest"},
        "repositories",
        ("repositories", "pull_requests", "pull_request_comments", "pull_request_attachments", "pull_request_stars"),
    ),
}


@pytest.mark.parametrize("what", ENDS)
def test_what_goes_takes_the_rows_of_what_belongs_to_it_with_it(
    space: Emulator, run: Runs, warehouse: Warehouse, what: str
) -> None:
    before, end, teller, tables = ENDS[what]
    names = play(space, [{"op": "advance", "hours": 1}, *before])
    for name in dict.fromkeys((*tables, teller)):
        run(name)
    counts = {name: sum(loaded(warehouse, CATALOGUE[name]).values()) for name in tables}
    play(space, [end], names)
    assert run(teller)["rows_deleted"] > 0
    assert_equal(space, warehouse, *tables)
    left = {name: sum(loaded(warehouse, CATALOGUE[name]).values()) for name in tables}
    assert all(left[name] < counts[name] for name in tables)


OFF = {
    "useWiki": ("wikis", "wiki_history", "wiki_attachments"),
    "useDocument": ("document_tree", "document_comments"),
    "useFileSharing": ("shared_files",),
    "useGit": ("repositories", "pull_requests", "pull_request_comments"),
}


@pytest.mark.parametrize(("flag", "name"), [(flag, name) for flag, names in OFF.items() for name in names])
def test_feature_that_a_project_switches_off_leaves_its_rows_alone(
    space: Emulator, run: Runs, warehouse: Warehouse, flag: str, name: str
) -> None:
    run(name)
    before = loaded(warehouse, CATALOGUE[name])
    # What was changed before that cannot be read any more, and keeps nothing else from being loaded.
    play(space, [{"op": "advance", "hours": 1}, *CHANGES[flag]])
    edit(space, op="update_project", project="WEB", fields={flag: False})
    run(name)
    assert loaded(warehouse, CATALOGUE[name]) == before
    edit(space, op="update_project", project="WEB", fields={flag: True})
    run(name)
    assert_equal(space, warehouse, name)
    assert run(name)["mode"] == "noop"


CHANGES: dict[str, Edits] = {
    "useWiki": [{"op": "create_wiki", "project": "WEB", "name": "wiki"}],
    "useDocument": [
        {"op": "create_document", "project": "WEB", "title": "new", "as_": "new"},
        {"op": "add_document_comment", "document": "$new", "plain": "said"},
    ],
    "useFileSharing": [{"op": "add_file", "project": "WEB", "name": "new.txt"}],
    "useGit": [{"op": "create_pull_request", "repository": "oldest"}],
}


@pytest.mark.parametrize(("name", "feature"), [("shared_files", "file"), ("repositories", "git"), ("wikis", "wiki")])
def test_list_that_backlog_refuses_though_the_feature_is_on_leaves_its_rows_alone_and_is_told_of_once(
    space: Emulator, run: Runs, warehouse: Warehouse, caplog: pytest.LogCaptureFixture, name: str, feature: str
) -> None:
    project = truth(space, "projects")[0]["id"]
    run(name)
    before = loaded(warehouse, CATALOGUE[name])
    if name == "wikis":
        edit(space, op="advance", hours=1)
        for wiki in truth(space, "wikis"):
            edit(space, op="update_wiki", wiki=wiki["id"], fields={"tags": ["new"]})
        match = f"/api/v2/wikis/{truth(space, 'wikis')[0]['id']}$"
    else:
        match = f"/api/v2/projects/{project}/"
    space.faults.replace([{"kind": "feature_off", "feature": feature, "match": match, "times": None}])
    with caplog.at_level(logging.WARNING, "backlog_provider"):
        run(name)
    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage().split(";")[0] for record in told] == [
        f"{name}: 1 lists are left out, {CALLED[name]} were read"
    ]
    if name != "wikis":
        assert loaded(warehouse, CATALOGUE[name]) == before
    else:
        assert sum(loaded(warehouse, CATALOGUE[name]).values()) == sum(before.values())


def test_only_list_of_an_increment_that_is_refused_is_told_of_and_the_mark_moves_on(
    space: Emulator, run: Runs, caplog: pytest.LogCaptureFixture
) -> None:
    before = run("issue_comments")["mark_after"]
    edit(space, op="advance", hours=1)
    edit(space, op="add_comment", id="oldest", content="unheard")
    space.faults.replace([{"kind": "feature_off", "match": "/api/v2/issues/.*/comments", "times": None}])
    with caplog.at_level(logging.WARNING, "backlog_provider"):
        assert run("issue_comments")["mark_after"] > before
    assert "issue_comments: 1 lists are left out, 0 were read" in caplog.text


CALLED = {"shared_files": 4, "repositories": 1, "wikis": 4}


@pytest.mark.parametrize(
    "name",
    [
        *("statuses", "issue_comments", "issue_attachments", "wikis", "wiki_history", "document_tree"),
        *("document_comments", "pull_requests", "pull_request_comments", "shared_files", "project_activities"),
    ],
)
def test_project_that_comes_into_sight_later_is_loaded_whole(
    space: Emulator, run: Runs, warehouse: Warehouse, name: str
) -> None:
    edit(space, op="remove_member", project="WEB", user=OWNER)
    run(name)
    assert_equal(space, warehouse, name)
    edit(space, op="advance", hours=1)
    edit(space, op="add_member", project="WEB", user=OWNER)
    run(name)
    assert_equal(space, warehouse, name)
    edit(space, op="remove_member", project="WEB", user=OWNER)
    assert failure(run, name) is None
    assert sum(loaded(warehouse, CATALOGUE[name]).values()) > len(truth(space, name))

"""What nobody can see happen: the API has no word of it. What finds it then, and what never does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from tests.endpoints.comparing import assert_equal, loaded, play, spoken, truth
from tests.endpoints.stories import LEAVER, OWNER, SECOND, Edits

from backlog_provider.catalogue import CATALOGUE

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Limit:
    """Something that happens to an endpoint's records unseen.

    :param before: edits before the first load.
    :param unseen: edits after it that leave no trace.
    :param traced: edits, if there are such, that bring the next run there all the same.
    """

    endpoint: str
    before: Edits = field(default_factory=list)
    unseen: Edits = field(default_factory=list)
    traced: Edits = field(default_factory=list)
    switches: dict[str, Any] = field(default_factory=dict)


def _comment(*after: dict[str, Any]) -> Limit:
    return Limit(
        "issue_comments",
        before=[{"op": "add_comment", "id": "oldest", "content": "said", "as_": "comment"}],
        unseen=[*after],
        traced=[{"op": "update_issue", "id": "oldest", "fields": {"summary": "changed"}}],
    )


_WATCHED = {"op": "create_pull_request", "repository": "oldest", "as_": "opened"}
_ONE = {"op": "create_issue", "project": "WEB", "as_": "one"}
_TWO = {"op": "create_issue", "project": "WEB", "as_": "two"}

# The newest records are looked at again: of what is older than a minute before them, nothing is.
HOUR: dict[str, Any] = {"op": "advance", "hours": 1}
LATER: Edits = [
    HOUR,
    {"op": "create_issue", "project": "APP"},
    {"op": "create_document", "project": "APP", "title": "later"},
]

LIMITS = {
    "edited comment": _comment({"op": "edit_comment", "comment": "$comment", "content": "changed"}),
    "deleted comment": _comment({"op": "delete_comment", "comment": "$comment"}),
    "file that an issue no longer shows": Limit(
        "issue_shared_files",
        before=[
            {"op": "add_file", "project": "WEB", "name": "shown.txt", "as_": "file"},
            _ONE,
            {"op": "link_file", "file": "$file", "id": "$one"},
        ],
        unseen=[{"op": "unlink_file", "file": "$file", "id": "$one"}],
        traced=[{"op": "update_issue", "id": "$one", "fields": {"summary": "changed"}}],
    ),
    "relation that moves no issue": Limit(
        "related_issues",
        before=[_ONE, _TWO, *({"op": "add_comment", "id": each, "content": "said"} for each in ("$one", "$two"))],
        unseen=[{"op": "relate_issues", "id": "$one", "other": "$two"}],
        traced=[{"op": "add_comment", "id": each, "content": "again"} for each in ("$one", "$two")],
        switches={"relation_moves_updated": False},
    ),
    "participant who changed the name": Limit(
        "issue_participants",
        before=[{**_ONE, "fields": {"assigneeId": LEAVER}}],
        unseen=[{"op": "update_user", "user": LEAVER, "fields": {"name": "Renamed"}}],
    ),
    "deleted pull request": Limit(
        "pull_requests",
        before=[_WATCHED],
        unseen=[{"op": "delete_pull_request", "pull_request": "$opened"}],
        traced=[{"op": "create_pull_request", "repository": "oldest"}],
    ),
    "edited comment on a pull request": Limit(
        "pull_request_comments",
        before=[
            _WATCHED,
            {"op": "comment_pull_request", "pull_request": "$opened", "content": "said", "as_": "comment"},
        ],
        unseen=[{"op": "edit_pull_request_comment", "comment": "$comment", "content": "changed"}],
        traced=[{"op": "comment_pull_request", "pull_request": "$opened", "content": "again"}],
    ),
    "star on a wiki": Limit("wikis", unseen=[{"op": "give_star", "wiki": "oldest", "by": SECOND}]),
    "file that a wiki shows": Limit(
        "wikis",
        before=[
            {"op": "add_file", "project": "WEB", "name": "shown.txt", "as_": "file"},
            {"op": "create_wiki", "project": "WEB", "name": "wiki", "as_": "wiki"},
        ],
        unseen=[{"op": "link_file", "file": "$file", "wiki": "$wiki"}],
        traced=[{"op": "update_wiki", "wiki": "$wiki", "fields": {"content": "changed"}}],
    ),
    "notification that has been read": Limit(
        "notifications",
        before=[{**_ONE, "fields": {"assigneeId": OWNER}, "by": SECOND}],
        unseen=[{"op": "read_notification", "notification": "$latest"}],
    ),
    "document back from the trash": Limit(
        "documents",
        before=[
            {"op": "create_document", "project": "WEB", "title": "kept", "as_": "kept"},
            {"op": "trash_document", "document": "$kept"},
        ],
        unseen=[{"op": "restore_document", "document": "$kept"}],
    ),
}


@pytest.mark.parametrize("what", LIMITS)
def test_what_no_run_can_see_is_found_by_the_next_full_refresh(
    space: Emulator, run: Runs, warehouse: Warehouse, what: str
) -> None:
    limit = LIMITS[what]
    space.space.switches.change(**limit.switches)
    names = play(space, [HOUR, *limit.before, *LATER])
    run(limit.endpoint)
    assert_equal(space, warehouse, limit.endpoint)
    names["$latest"] = truth(space, limit.endpoint)[-1].get("id")
    play(space, [HOUR, *limit.unseen], names)
    assert run(limit.endpoint)["rows_read"] == 0
    assert loaded(warehouse, CATALOGUE[limit.endpoint]) != spoken(space, CATALOGUE[limit.endpoint])
    run(limit.endpoint, full_refresh=True)
    assert_equal(space, warehouse, limit.endpoint)


@pytest.mark.parametrize("what", [what for what, limit in LIMITS.items() if limit.traced])
def test_what_no_run_can_see_is_found_when_something_else_brings_a_run_there(
    space: Emulator, run: Runs, warehouse: Warehouse, what: str
) -> None:
    limit = LIMITS[what]
    space.space.switches.change(**limit.switches)
    names = play(space, [HOUR, *limit.before, *LATER])
    run(limit.endpoint)
    play(space, [HOUR, *limit.unseen, *limit.traced], names)
    assert run(limit.endpoint)["mode"] == "incremental"
    assert_equal(space, warehouse, limit.endpoint)


def test_star_that_was_taken_away_keeps_its_row(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    names = play(space, [{"op": "give_star", "id": "oldest", "by": SECOND, "as_": "star"}])
    run("stars")
    play(space, [{"op": "take_star", "star": "$star"}], names)
    assert run("stars")["mode"] == "noop"
    run("stars", full_refresh=True)
    assert names["$star"] in warehouse.records("BACKLOG_STARS")


def test_comment_in_the_very_second_of_its_issue_is_loaded_with_it(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("issue_comments")
    with space.space.lock:
        issue = space.space.create_issue(space.space.issues[min(space.space.issues)].project, {"summary": "new"})
        space.space.add_comment(issue, "at once")
    run("issue_comments")
    assert_equal(space, warehouse, "issue_comments")

"""Rows whose parent has no row, or one that comes back: what takes them, and what brings them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.endpoints.comparing import assert_equal, play

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse
    from tests.endpoints.stories import Edits

    from backlog_emulator.emulator import Emulator

pytestmark = pytest.mark.slow

ORPHANS: dict[str, tuple[str, Edits, Edits]] = {
    "wikis": (
        "wiki_history",
        [{"op": "create_wiki", "project": "WEB", "name": "short-lived", "as_": "gone"}],
        [{"op": "delete_wiki", "wiki": "$gone"}],
    ),
    "issues": (
        "issue_comments",
        [
            {"op": "create_issue", "project": "WEB", "as_": "gone"},
            {"op": "add_comment", "id": "$gone", "content": "said"},
        ],
        [{"op": "delete_issue", "id": "$gone"}],
    ),
    "documents": (
        "document_comments",
        [
            {"op": "create_document", "project": "WEB", "title": "short-lived", "as_": "gone"},
            {"op": "add_document_comment", "document": "$gone", "plain": "said"},
        ],
        [{"op": "trash_document", "document": "$gone"}],
    ),
}


@pytest.mark.parametrize("is_loaded", [True, False], ids=["before it came", "never"])
@pytest.mark.parametrize("parent", ORPHANS)
def test_what_came_and_went_between_two_loads_of_its_own_table_takes_its_rows_in_others_with_it(
    space: Emulator, run: Runs, warehouse: Warehouse, parent: str, is_loaded: bool
) -> None:
    child, comes, goes = ORPHANS[parent]
    if is_loaded:
        run(parent)
    run("activities")
    names = play(space, [{"op": "advance", "hours": 1}, *comes])
    run(child)
    play(space, [{"op": "advance", "hours": 1}, *goes], names)
    for name in (*([parent] if is_loaded else []), child, "activities"):
        run(name)
    assert_equal(space, warehouse, child)


def test_issue_that_moved_while_its_lists_were_read_keeps_their_rows(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    space.space.switches.change(move_in_feed="deleted_and_created")
    names = play(
        space,
        [
            {"op": "create_issue", "project": "WEB", "as_": "moved"},
            {"op": "add_comment", "id": "$moved", "content": "said"},
        ],
    )
    for name in ("issues", "issue_comments", "activities"):
        run(name)
    play(space, [{"op": "advance", "hours": 1}, {"op": "move_issue", "id": "$moved", "project": "APP"}], names)
    # The comments are read behind the move, and the issue before it, whose row the feed then tells to be deleted.
    for name in ("issue_comments", "activities", "issues", "issue_comments"):
        run(name)
    assert_equal(space, warehouse, "issues", "issue_comments")


def test_comments_come_back_with_their_document(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    names = play(
        space,
        [
            {"op": "create_document", "project": "WEB", "title": "talk", "as_": "talk"},
            {"op": "add_document_comment", "document": "$talk", "plain": "said"},
        ],
    )
    tables = ("documents", "document_comments", "activities")
    for name in tables:
        run(name)
    play(space, [{"op": "advance", "hours": 1}, {"op": "trash_document", "document": "$talk"}], names)
    for name in tables:
        run(name)
    back = [{"op": "restore_document", "document": "$talk"}]
    play(space, [*back, {"op": "update_document", "document": "$talk", "fields": {"title": "back"}}], names)
    for name in tables:
        run(name)
    assert_equal(space, warehouse, "documents", "document_comments")

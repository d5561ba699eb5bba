"""Activities about comments on documents, wherever they name the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conftest import edit
from tests.endpoints.comparing import assert_equal, play

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator

WHERE = ("id", "documentId", "document.id", "none")


@pytest.mark.parametrize("where", WHERE)
def test_comments_are_right_wherever_activities_name_the_document(
    space: Emulator, run: Runs, warehouse: Warehouse, where: str
) -> None:
    space.space.switch(document_of_comment=where)
    names = play(
        space,
        [
            {"op": "create_document", "project": "WEB", "title": "talk", "as_": "talk"},
            {"op": "add_document_comment", "document": "$talk", "plain": "edited", "as_": "edited"},
            {"op": "add_document_comment", "document": "$talk", "plain": "gone", "as_": "gone"},
        ],
    )
    run("document_comments")
    play(
        space,
        [
            {"op": "add_document_comment", "document": "$talk", "plain": "new"},
            {"op": "edit_document_comment", "comment": "$edited", "plain": "edited again"},
            {"op": "delete_document_comment", "comment": "$gone"},
            {"op": "add_document_reply", "comment": "$edited", "plain": "replied"},
        ],
        names,
    )
    run("document_comments")
    assert_equal(space, warehouse, "document_comments")


@pytest.mark.parametrize("where", WHERE[:-1])
def test_comment_costs_one_list_where_the_activity_names_the_document(space: Emulator, run: Runs, where: str) -> None:
    space.space.switch(document_of_comment=where)
    run("document_comments")
    edit(space, op="advance", hours=1)
    edit(space, op="add_document_comment", document="oldest", plain="new")
    edit(space, op="add_document_comment", document="oldest", plain="newer")
    # The projects, the feed, the list.
    assert run("document_comments")["requests"] == 3

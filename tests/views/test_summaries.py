"""Sums that Backlog gives with requests of their own: the same, from the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from tests.conftest import edit, truth
from tests.views.conftest import rows_of

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


def get(space: Emulator, path: str, **params: Any) -> list[dict[str, Any]]:
    headers = {"Backlog-API-Key": space.api_key}
    answer = requests.get(f"{space.url}/api/v2{path}", params=params, headers=headers, timeout=30)
    records: list[dict[str, Any]] = answer.json()
    return records


def expanded(space: Emulator) -> list[tuple[Any, ...]]:
    """What the API says of the children of each issue that has any."""
    ids = list(truth(space, "issues"))
    pages = [ids[start : start + 100] for start in range(0, len(ids), 100)]
    issues = [
        issue
        for page in pages
        for issue in get(space, "/issues", **{"id[]": page, "count": 100, "expand[]": "childIssueSummary"})
    ]
    found = [(issue["id"], issue["issueKey"], *issue["childIssueSummary"].values()) for issue in issues]
    return sorted((row for row in found if row[2]), key=repr)


def test_child_summaries_are_what_expanding_gives_though_no_parent_was_read_again(
    run: Runs, space: Emulator, warehouse: Warehouse, views: Any
) -> None:
    run("issues")
    run("activities")
    views()
    columns = "ISSUE_ID, ISSUE_KEY, TOTAL, CLOSED"
    before = rows_of(warehouse, "issue_child_summaries", columns)
    assert before == expanded(space)

    parent = next(issue for issue in space.space.issues.values() if len(issue.children) > 1)
    closed, deleted, *_ = parent.children
    edit(space, op="advance", hours=1)
    edit(space, op="update_issue", id=closed.id, fields={"statusId": 1 if closed.status.id == 4 else 4})
    edit(space, op="delete_issue", id=deleted.id)
    run("issues")
    run("activities")
    after = rows_of(warehouse, "issue_child_summaries", columns)
    assert after == expanded(space)
    assert after != before


@pytest.mark.parametrize("name", ["WEB", "APP"])
def test_tags_of_a_projects_wikis_are_those_that_backlog_lists(
    run: Runs, space: Emulator, warehouse: Warehouse, views: Any, name: str
) -> None:
    edit(space, op="create_wiki", project=name, name="tagged", tags=["one", "two"])
    edit(space, op="create_wiki", project=name, name="tagged too", tags=["two"])
    run("wikis")
    views()
    project = next(each.id for each in space.space.projects.values() if each.key == name)
    columns = f"CASE WHEN PROJECT_ID = {project} THEN TAG_ID END, TAG_NAME, WIKIS"
    found = [row for row in rows_of(warehouse, "project_wiki_tags", columns) if row[0]]
    assert sorted(row[:2] for row in found) == sorted(
        (tag["id"], tag["name"]) for tag in get(space, "/wikis/tags", projectIdOrKey=name)
    )
    assert {tag: wikis for _, tag, wikis in found}["two"] == 2

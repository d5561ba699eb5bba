"""Whatever happens to a space, what it tells about itself agrees: records, truth, deletions, feed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from backlog_emulator.control import buried, truth
from backlog_emulator.edits import perform
from backlog_emulator.emulator import new_emulator

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator
    from backlog_emulator.space import Space

WORDS = st.sampled_from(["oldest", "newest", "stalest", "freshest", "random"])
PROJECTS = st.sampled_from(["WEB", "APP", "INFRA"])
TEXTS = st.text(max_size=5)


def operation(name: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"op": st.just(name), **fields})


SUMMARY = st.fixed_dictionaries({"summary": TEXTS})
EDITS = st.one_of(
    operation("create_issue", project=PROJECTS, fields=SUMMARY),
    operation("update_issue", id=WORDS, fields=SUMMARY),
    operation("bulk_update", ids=WORDS, count=st.integers(1, 9), fields=SUMMARY),
    operation("delete_issue", id=WORDS),
    operation("delete_issues", ids=WORDS, count=st.integers(1, 9), project=PROJECTS),
    operation("move_issue", id=WORDS, project=PROJECTS),
    operation("restore_issue", id=st.integers(0, 99)),
    operation("add_comment", id=WORDS, content=TEXTS),
    operation("archive_project", project=PROJECTS),
    operation("unarchive_project", project=PROJECTS),
    operation("advance", hours=st.integers(0, 99), pace=st.just(3)),
)
# A deleted project ends most of what the others do: it comes last.
ENDS = st.lists(operation("delete_project", project=PROJECTS), max_size=1)


def attempt(space: Space, edit: dict[str, Any]) -> None:
    """Make an edit, if it can be made; one of a deleted issue means the n-th of those."""
    if edit["op"] == "restore_issue":
        dead = [grave["id"] for grave in space.graves.listed("issues")]
        edit = edit | {"id": dead[edit["id"] % len(dead)] if dead else 0}
    with suppress(ValueError):
        perform(space, edit)


def ids(body: bytes) -> set[int]:
    return {record["id"] for record in orjson.loads(body)}


def agree(emulator: Emulator, ever: set[int]) -> None:
    space = emulator.space
    living, dead = ids(truth(emulator, "issues")), ids(buried(emulator, "issues"))
    assert living | dead == ever
    assert not living & dead
    assert space.issues_by_key == {issue.key: issue for issue in space.issues.values()}
    comments = {comment.id for issue in space.issues.values() for comment in issue.comments}
    assert not comments & ids(buried(emulator, "issue_comments"))
    told = {each.content["id"]: each.created for each in space.activities if each.type == 4}
    for grave in space.graves.listed("issues"):
        assert grave["why"] == "project deleted" or grave["projectId"] not in space.projects or grave["id"] in told


@settings(max_examples=60, deadline=None)
@given(st.lists(EDITS, max_size=25), ENDS)
def test_every_issue_that_ever_was_lives_or_is_told_as_deleted(
    edits: list[dict[str, Any]], ends: list[dict[str, Any]]
) -> None:
    emulator = new_emulator(issues=20, projects=3, users=4, seed=1, switches={"delete_share": 0.5})
    ever = set(emulator.space.issues)
    for edit in [*edits, *ends]:
        attempt(emulator.space, edit)
        ever |= {each.content["id"] for each in emulator.space.activities if each.type == 1}
        agree(emulator, ever)


@settings(max_examples=30, deadline=None)
@given(st.lists(EDITS, max_size=25))
def test_kept_bodies_are_those_that_would_be_made_anew(edits: list[dict[str, Any]]) -> None:
    emulator = new_emulator(issues=20, projects=3, users=4, seed=1, switches={})
    for edit in edits:
        truth(emulator, "issues")
        attempt(emulator.space, edit)
    kept = truth(emulator, "issues")
    emulator.space.bodies.forget_all()
    assert truth(emulator, "issues") == kept

"""How people give and take stars, besides those for issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.desk import Desk, Kind, on_issue, on_record
from backlog_emulator.stars import changes

if TYPE_CHECKING:
    from backlog_emulator.records import Issue
    from backlog_emulator.stars.records import Gift


def _star_comment(desk: Desk, issue: Issue) -> None:
    changes.give_star(desk.space, issue.comments[-1], by=desk.member(issue.project))


def _take(desk: Desk, gift: Gift) -> None:
    changes.take_star(desk.space, gift.star)


KINDS = {
    "comments_starred": Kind(on_issue(_star_comment, lambda issue: bool(issue.comments)), 0.01),
    "stars_taken": Kind(on_record("stars", _take), 0.001),
}

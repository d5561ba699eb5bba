"""Scripted stars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.picks import author_of, one_among, one_issue, one_of
from backlog_emulator.stars import changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.records import Star
    from backlog_emulator.space import Space
    from backlog_emulator.stars.records import Subject

    Edit = dict[str, Any]


def _give(space: Space, edit: Edit) -> int:
    return changes.give_star(space, _subject(space, edit), comment=edit.get("words"), by=author_of(space, edit)).id


def _take(space: Space, edit: Edit) -> int:
    star: Star = one_of(space, space.stars, edit["star"]).star
    changes.take_star(space, star)
    return star.id


def _subject(space: Space, edit: Edit) -> Subject:
    """What one of `id`, `comment`, `wiki`, `pull_request` and `pull_request_comment` names."""
    subject: Subject
    if "comment" in edit:
        said = (each for issue in space.issues.values() for each in issue.comments)
        subject = one_among(space, said, edit["comment"])
    elif "pull_request_comment" in edit:
        comments = (each for request in space.pull_requests.values() for each in request.comments)
        subject = one_among(space, comments, edit["pull_request_comment"])
    elif "wiki" in edit:
        subject = one_of(space, space.wikis, edit["wiki"])
    elif "pull_request" in edit:
        subject = one_of(space, space.pull_requests, edit["pull_request"])
    else:
        subject = one_issue(space, edit)
    return subject


OPERATIONS: dict[str, Callable[[Space, Edit], int | str | None]] = {"give_star": _give, "take_star": _take}

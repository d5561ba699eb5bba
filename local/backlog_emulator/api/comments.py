"""Comments of one issue, paged by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.call import picked
from backlog_emulator.paging import id_page

if TYPE_CHECKING:
    from backlog_emulator.call import Call, Endpoint
    from backlog_emulator.records import Comment


def _comments(call: Call) -> bytes:
    return call.listed(id_page(call.issue().comments, call.query, call.space.switches))


def _count(call: Call) -> bytes:
    return call.body({"count": len(call.issue().comments)})


def _one(call: Call) -> Comment:
    comments = {comment.id: comment for comment in call.issue().comments}
    chosen: Comment = picked(comments, call.path["comment"], "No comment.")
    return chosen


ENDPOINTS: dict[str, Endpoint] = {
    "/issues/{issue}/comments": _comments,
    "/issues/{issue}/comments/count": _count,
    "/issues/{issue}/comments/{comment}": lambda call: call.space.bodies.of(_one(call)),
    "/issues/{issue}/comments/{comment}/notifications": lambda call: call.listed(_one(call).notifications),
}

"""Comments of one issue, paged by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.call import picked
from backlog_emulator.paging import id_page

if TYPE_CHECKING:
    from backlog_emulator.call import Call, Endpoint


def _comments(call: Call) -> bytes:
    return call.listed(id_page(call.issue().comments, call.query, call.space.switches))


def _count(call: Call) -> bytes:
    return call.body({"count": len(call.issue().comments)})


def _comment(call: Call) -> bytes:
    comments = {comment.id: comment for comment in call.issue().comments}
    return call.space.bodies.of(picked(comments, call.path["comment"], "No comment."))


ENDPOINTS: dict[str, Endpoint] = {
    "/issues/{issue}/comments": _comments,
    "/issues/{issue}/comments/count": _count,
    "/issues/{issue}/comments/{comment}": _comment,
}

"""The caller's own notifications: paged by id, and counted.

Source: https://developer.nulab.com/docs/backlog/api/2/get-notification/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.notifications.shapes import notice
from backlog_emulator.paging import id_page

if TYPE_CHECKING:
    from backlog_emulator.call import Call, Endpoint, Truth
    from backlog_emulator.notifications.records import Notice


def _mine(call: Call) -> list[Notice]:
    """What the caller was told about the projects that he is in."""
    joined, sender = set(call.space.projects_of(call.user)), call.query.integer("senderId")
    told = call.space.notices.get(call.user, [])
    return [
        each for each in told if each.activity.project in joined and sender in (None, each.activity.created_user.id)
    ]


def _notifications(call: Call) -> bytes:
    page = id_page(_mine(call), call.query, call.space.switches)
    return call.body([notice(each, call.space) for each in page])


def _count(call: Call) -> bytes:
    read, resource = call.query.flag("alreadyRead"), call.query.flag("resourceAlreadyRead")
    told = (each.notification for each in _mine(call))
    fit = (read in (None, each.already_read) and resource in (None, each.resource_already_read) for each in told)
    return call.body({"count": sum(fit)})


ENDPOINTS: dict[str, Endpoint] = {
    "/notifications": _notifications,
    "/notifications/count": _count,
}

TRUTHS: dict[str, Truth] = {"notifications": lambda call: [notice(each, call.space) for each in _mine(call)]}

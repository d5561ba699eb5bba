"""The stars that a user has received: paged by id, and counted.

Source: https://developer.nulab.com/docs/backlog/api/2/get-received-star-list/
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from backlog_emulator.api.users import living_users, user_of
from backlog_emulator.issue_search.filters import filter_zone
from backlog_emulator.paging import id_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.call import Call, Endpoint, Truth
    from backlog_emulator.records import User
    from backlog_emulator.stars.records import Gift


def _received(call: Call, by: Callable[[User], bool]) -> list[Gift]:
    """Stars on what the caller can see and is still there."""
    joined = set(call.space.projects_of(call.user))
    gifts = (gift for gift in call.space.stars.values() if by(gift.receiver))
    return [gift for gift in gifts if gift.project in joined and gift.lasts(call.space)]


def _stars(call: Call) -> bytes:
    user = user_of(call)
    gifts = _received(call, lambda receiver: receiver is user)
    return call.listed(gift.star for gift in id_page(gifts, call.query, call.space.switches))


def _count(call: Call) -> bytes:
    user, zone = user_of(call), filter_zone(call.space)
    since, until = call.query.day("since") or date.min, call.query.day("until") or date.max
    gifts = _received(call, lambda receiver: receiver is user)
    days = (gift.star.created.astimezone(zone).date() for gift in gifts)
    return call.body({"count": sum(since <= day <= until for day in days)})


def _all(call: Call) -> list[dict[str, Any]]:
    living = set(living_users(call))
    return [call.shaped(gift.star, userId=gift.receiver.id) for gift in _received(call, living.__contains__)]


ENDPOINTS: dict[str, Endpoint] = {
    "/users/{user}/stars": _stars,
    "/users/{user}/stars/count": _count,
}

TRUTHS: dict[str, Truth] = {"stars": _all}

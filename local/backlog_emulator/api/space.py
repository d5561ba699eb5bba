"""The space itself, its rate limits, priorities and resolutions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from backlog_emulator.defaults import PRIORITIES, RESOLUTIONS

if TYPE_CHECKING:
    from backlog_emulator.call import Call, Endpoint


def _space(call: Call) -> bytes:
    space = call.space
    return call.body(
        {
            "spaceKey": space.key,
            "name": space.name,
            "ownerId": space.owner.id,
            "lang": space.lang,
            "timezone": space.zone.key,
            "reportSendTime": "08:00:00",
            "textFormattingRule": "markdown",
            "created": space.created,
            "updated": space.created,
        }
    )


def _rate_limit(call: Call) -> bytes:
    return call.body(call.rates.report(call.user, time.time()))


def _priorities(call: Call) -> bytes:
    return call.listed(PRIORITIES)


def _resolutions(call: Call) -> bytes:
    return call.listed(RESOLUTIONS)


ENDPOINTS: dict[str, Endpoint] = {
    "/space": _space,
    "/rateLimit": _rate_limit,
    "/priorities": _priorities,
    "/resolutions": _resolutions,
}

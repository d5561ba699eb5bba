"""The space itself, its plan, its rate limits, priorities and resolutions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from backlog_emulator.defaults import PRIORITIES, RESOLUTIONS
from backlog_emulator.download import icon

if TYPE_CHECKING:
    from backlog_emulator.call import Call, Endpoint, Truth


def _space(call: Call) -> dict[str, Any]:
    space = call.space
    return {
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


def _rate_limit(call: Call) -> bytes:
    return call.body(call.rates.report(call.user, time.time()))


ENDPOINTS: dict[str, Endpoint] = {
    "/space": lambda call: call.body(_space(call)),
    "/space/notification": lambda call: call.body(call.space.announcement),
    "/space/licence": lambda call: call.body(call.space.licence),
    "/space/image": lambda _: icon(),
    "/rateLimit": _rate_limit,
    "/priorities": lambda call: call.listed(PRIORITIES),
    "/resolutions": lambda call: call.listed(RESOLUTIONS),
}

TRUTHS: dict[str, Truth] = {
    "space": lambda call: [_space(call)],
    "space_notification": lambda call: [call.space.announcement],
    "licence": lambda call: [call.space.licence],
    "priorities": lambda _: PRIORITIES,
    "resolutions": lambda _: RESOLUTIONS,
}

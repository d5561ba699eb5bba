"""Bodies of webhooks.

Source: https://developer.nulab.com/docs/backlog/api/2/get-list-of-webhooks/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.webhooks.records import Webhook

if TYPE_CHECKING:
    from collections.abc import Callable


def _webhook(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "name": webhook.name,
        "description": webhook.description,
        "hookUrl": webhook.hook_url,
        "allEvent": not webhook.activity_types,
        "activityTypeIds": webhook.activity_types,
        "createdUser": webhook.created_user,
        "created": webhook.created,
        "updatedUser": webhook.updated_user,
        "updated": webhook.updated,
    }


SHAPES: dict[type, Callable[[Any], dict[str, Any]]] = {Webhook: _webhook}

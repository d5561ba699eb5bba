"""Webhooks, for administrators of the space and of the project. They come whole.

Source: https://developer.nulab.com/docs/backlog/api/2/get-list-of-webhooks/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.call import picked

if TYPE_CHECKING:
    from backlog_emulator.call import Call, Endpoint, Truth
    from backlog_emulator.webhooks.records import Webhook


def _webhooks(call: Call) -> list[Webhook]:
    project = call.project()
    call.some_administrator([project])
    return [each for each in call.space.webhooks.values() if each.project is project]


def _webhook(call: Call) -> bytes:
    found = {each.id: each for each in _webhooks(call)}
    return call.space.bodies.of(picked(found, call.path["webhook"], "No webhook."))


def _all(call: Call) -> list[dict[str, Any]]:
    webhooks = call.space.webhooks.values()
    return [call.shaped(each, projectId=each.project.id) for each in webhooks if call.joined(each.project)]


ENDPOINTS: dict[str, Endpoint] = {
    "/projects/{project}/webhooks": lambda call: call.listed(_webhooks(call)),
    "/projects/{project}/webhooks/{webhook}": _webhook,
}

TRUTHS: dict[str, Truth] = {"webhooks": _all}

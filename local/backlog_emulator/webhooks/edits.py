"""Scripted changes of webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.picks import author_of, one_of, project_of
from backlog_emulator.webhooks import changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.space import Space
    from backlog_emulator.webhooks.records import Webhook

    Edit = dict[str, Any]

_FIELDS = {
    "name": "name",
    "description": "description",
    "hookUrl": "hook_url",
    "activityTypeIds": "activity_types",
}


def _create(space: Space, edit: Edit) -> int:
    project, types, by = project_of(space, edit), edit.get("activityTypeIds", ()), author_of(space, edit)
    return changes.create_webhook(space, project, edit["name"], edit["hookUrl"], types, by=by).id


def _update(space: Space, edit: Edit) -> int:
    fields = {_FIELDS[name]: value for name, value in edit["fields"].items()}
    return changes.update_webhook(space, _webhook(space, edit), fields, by=author_of(space, edit)).id


def _delete(space: Space, edit: Edit) -> int:
    webhook = _webhook(space, edit)
    changes.remove_webhook(space, webhook)
    return webhook.id


def _webhook(space: Space, edit: Edit) -> Webhook:
    webhook: Webhook = one_of(space, space.webhooks, edit["webhook"])
    return webhook


OPERATIONS: dict[str, Callable[[Space, Edit], int | str | None]] = {
    "create_webhook": _create,
    "update_webhook": _update,
    "delete_webhook": _delete,
}

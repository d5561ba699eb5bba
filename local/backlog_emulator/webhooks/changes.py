"""Webhooks are made, changed and removed. Nothing of it is in the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.changes.ends import end
from backlog_emulator.webhooks.records import Webhook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backlog_emulator.records import Project, User
    from backlog_emulator.space import Space

_CHANGEABLE = {"name", "description", "hook_url", "activity_types"}


def create_webhook(
    space: Space, project: Project, name: str, hook_url: str, types: Iterable[int] = (), *, by: User | None = None
) -> Webhook:
    """Make a webhook."""
    by = by or space.owner
    webhook = Webhook(
        id=space.next_id("webhook"),
        project=project,
        name=name,
        description="",
        hook_url=hook_url,
        activity_types=tuple(types),
        created_user=by,
        created=space.now,
        updated_user=by,
        updated=space.now,
    )
    space.webhooks[webhook.id] = webhook
    return webhook


def update_webhook(space: Space, webhook: Webhook, fields: Mapping[str, Any], *, by: User | None = None) -> Webhook:
    """Set attributes; ValueError for one that cannot be changed."""
    if unknown := set(fields) - _CHANGEABLE:
        raise ValueError(f"no field {unknown.pop()!r} of webhooks; there are: {', '.join(sorted(_CHANGEABLE))}")
    for name, value in fields.items():
        setattr(webhook, name, value)
    webhook.updated, webhook.updated_user = space.now, by or space.owner
    return webhook


def remove_webhook(space: Space, webhook: Webhook, why: str = "deleted") -> None:
    """A webhook is gone."""
    del space.webhooks[webhook.id]
    end(space, "webhooks", webhook, why, projectId=webhook.project.id)

"""The webhooks that projects begin with, and what happens to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.desk import Desk, Kind, in_project, on_record
from backlog_emulator.webhooks import changes

if TYPE_CHECKING:
    from backlog_emulator.records import Project
    from backlog_emulator.space import Space
    from backlog_emulator.webhooks.records import Webhook

_URL = "https://hooks.example.com/backlog/{}?token=secret"


def found(space: Space, project: Project) -> None:
    """Every second project has a webhook."""
    if len(space.projects) % 2:
        changes.create_webhook(space, project, "Chat", _URL.format(project.key), (1, 2, 3, 4))


def _create(desk: Desk, project: Project) -> None:
    changes.create_webhook(desk.space, project, "CI", _URL.format("ci"), by=desk.member(project))


def _update(desk: Desk, webhook: Webhook) -> None:
    types = tuple(sorted(desk.rng.sample(range(1, 27), 5)))
    changes.update_webhook(desk.space, webhook, {"activity_types": types}, by=desk.member(webhook.project))


KINDS = {
    "webhooks_created": Kind(in_project(_create), 0.001),
    "webhooks_updated": Kind(on_record("webhooks", _update), 0.002),
}

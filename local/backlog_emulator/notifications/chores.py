"""How people read what they were told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.desk import Desk, Kind, in_project

if TYPE_CHECKING:
    from backlog_emulator.records import Project


def _read(desk: Desk, project: Project) -> None:
    """Somebody reads the oldest that is new to him."""
    told = desk.space.notices.get(desk.member(project), [])
    fresh = next((each.notification for each in told if not each.notification.already_read), None)
    if fresh:
        fresh.already_read, fresh.resource_already_read = True, desk.rng.random() < 0.5


KINDS = {"notifications_read": Kind(in_project(_read), 0.05)}

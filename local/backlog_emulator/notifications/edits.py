"""Scripted reading of notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.picks import one_among

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.space import Space

    Edit = dict[str, Any]


def _read(space: Space, edit: Edit) -> int:
    """Mark a notification as read, and what it is about as well."""
    told = (each.notification for notices in space.notices.values() for each in notices)
    notification = one_among(space, told, edit["notification"])
    notification.already_read = notification.resource_already_read = True
    return int(notification.id)


OPERATIONS: dict[str, Callable[[Space, Edit], int | str | None]] = {"read_notification": _read}

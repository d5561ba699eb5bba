"""A notification with what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from backlog_emulator.records import Activity, Notification


class Notice(NamedTuple):
    """A notification and the activity that it tells of."""

    notification: Notification
    activity: Activity

    @property
    def id(self) -> int:
        """The id of the notification."""
        return self.notification.id

"""People begin to watch issues, read what is new, and stop. Nothing of it is in the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.changes.ends import end
from backlog_emulator.watchings.records import Watching

if TYPE_CHECKING:
    from backlog_emulator.records import Issue, User
    from backlog_emulator.space import Space


def watch(space: Space, issue: Issue, note: str = "", *, by: User | None = None) -> Watching:
    """Begin to watch an issue; ValueError when the user does already."""
    user = by or space.owner
    if any(each.user is user and each.issue is issue for each in space.watchings.values()):
        raise ValueError(f"{user.name} watches {issue.key} already: take another issue")
    watching = Watching(
        id=space.next_id("watching"), user=user, issue=issue, note=note, created=space.now, updated=space.now
    )
    space.watchings[watching.id] = watching
    return watching


def update_watching(
    space: Space, watching: Watching, *, note: str | None = None, already_read: bool | None = None
) -> Watching:
    """Change the note, which moves `updated`, or whether the issue has been read, which does not."""
    if note is not None:
        watching.note, watching.updated = note, space.now
    if already_read is not None:
        watching.already_read = already_read
    return watching


def stop_watching(space: Space, watching: Watching) -> None:
    """Stop to watch an issue."""
    del space.watchings[watching.id]
    end(space, "watchings", watching, userId=watching.user.id)

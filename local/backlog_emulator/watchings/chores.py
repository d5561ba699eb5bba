"""How people watch issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator import texts
from backlog_emulator.desk import Desk, Kind, on_issue, on_record
from backlog_emulator.watchings import changes

if TYPE_CHECKING:
    from backlog_emulator.records import Issue
    from backlog_emulator.watchings.records import Watching


def _watch(desk: Desk, issue: Issue) -> None:
    """Somebody begins to watch an issue, the owner as often as all others."""
    by = desk.space.owner if desk.rng.random() < 0.5 else desk.member(issue.project)
    if not any(each.user is by and each.issue is issue for each in desk.space.watchings.values()):
        note = texts.comment(desk.rng, issue.project.lang) if desk.rng.random() < 0.5 else ""
        changes.watch(desk.space, issue, note, by=by)


def _read(desk: Desk, watching: Watching) -> None:
    changes.update_watching(desk.space, watching, already_read=not watching.already_read)


def _stop(desk: Desk, watching: Watching) -> None:
    changes.stop_watching(desk.space, watching)


KINDS = {
    "watchings_begun": Kind(on_issue(_watch), 0.03),
    "watchings_read": Kind(on_record("watchings", _read), 0.01),
    "watchings_ended": Kind(on_record("watchings", _stop), 0.003),
}

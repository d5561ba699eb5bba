"""Time passes and people work: what fills the first year is what happens whenever the clock is advanced."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from operator import itemgetter
from typing import TYPE_CHECKING

from backlog_emulator import chores, families
from backlog_emulator.bodies import instant
from backlog_emulator.desk import Desk, Kind, in_project, on_issue

if TYPE_CHECKING:
    from datetime import datetime

    from backlog_emulator.space import Space

_YEAR = timedelta(days=365)
_LARGE = 20_000


_ISSUES = {
    "issues_created": Kind(in_project(chores.create_issue), 1.0),
    "issues_updated": Kind(on_issue(chores.update_issue), 0.8),
    "comments": Kind(on_issue(chores.comment), 0.5),
    "bulk_updates": Kind(on_issue(chores.bulk_update, chores.has_milestones), 0.01),
    "files_attached": Kind(on_issue(chores.attach_file), 0.05),
    "stars": Kind(on_issue(chores.star), 0.05),
    "comments_edited": Kind(on_issue(chores.edit_comment, chores.has_words), 0.02),
    "milestones": Kind(in_project(chores.add_milestone), 0.001),
    "issues_deleted": Kind(on_issue(chores.delete_issue, chores.is_leaf), 0.0),
}
# Chance goes its own way in these, so that a new one leaves the issues of a seed as they are.
_APART = {
    "files_detached": Kind(on_issue(chores.detach_file, chores.has_files), 0.005),
    "issues_related": Kind(on_issue(chores.relate), 0.02),
    "relations_ended": Kind(on_issue(chores.part, chores.is_related), 0.002),
    "other_activities": Kind(in_project(chores.elsewhere), 0.03),
    **families.KINDS,
}
KINDS = _ISSUES | _APART


def history(space: Space, *, until: datetime, issues: int) -> None:
    """Fill the time up to `until` with work that makes exactly `issues` issues; a large space talks less."""
    talk = 1.0 if issues < _LARGE else 0.4
    counts = {name: round(kind.yearly * issues * talk) for name, kind in KINDS.items()}
    _work(space, until, counts | {"issues_created": issues})


def advance(
    space: Space,
    *,
    days: float = 0,
    hours: float = 0,
    minutes: float = 0,
    seconds: float = 0,
    pace: float = 1.0,
    **counts: int,
) -> dict[str, int | str]:
    """Move the clock, with work going on meanwhile; answers the new `now` and how often each kind happened.

    `counts` fixes the number of a kind of `KINDS`; the others follow from the size of the space, the time and
    `pace` (0: nobody works). ValueError for an unknown kind or a clock that would go back.
    """
    if unknown := set(counts) - set(KINDS):
        raise ValueError(f"no work called {unknown.pop()!r}; there are: {', '.join(KINDS)}")
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=round(seconds))
    if span < timedelta(0):
        raise ValueError("the clock only moves forward: give days, hours, minutes or seconds from 0")
    with space.lock:
        planned = _usual(space, span / _YEAR * pace) | counts
        done = _work(space, space.now + timedelta(seconds=round(span.total_seconds())), planned)
        return {"now": instant(space.now), **done}


def _usual(space: Space, years: float) -> dict[str, int]:
    """How many events of each kind a time sees; the fraction of one becomes a chance of it."""
    size = len(space.issues)
    usual = {name: int(kind.yearly * size * years + space.rng.random()) for name, kind in _ISSUES.items()}
    with space.apart():
        usual |= {name: int(kind.yearly * size * years + space.rng.random()) for name, kind in _APART.items()}
    return usual | {"issues_deleted": round(usual["issues_created"] * space.switches.delete_share)}


def _work(space: Space, until: datetime, counts: dict[str, int]) -> dict[str, int]:
    """Let all events happen in random order at sorted moments up to `until`; answers how many really did."""
    events = _events(space, until, {name: count for name, count in counts.items() if name in _ISSUES})
    with space.apart():
        events += _events(space, until, {name: count for name, count in counts.items() if name in _APART})
    desk, done = Desk(space), dict.fromkeys(counts, 0)
    for moment, name in sorted(events, key=itemgetter(0)):
        space.now = moment
        with space.apart() if name in _APART else nullcontext():
            done[name] += KINDS[name].happen(desk)
    space.now = until
    return done


def _events(space: Space, until: datetime, counts: dict[str, int]) -> list[tuple[datetime, str]]:
    kinds = [name for name, count in counts.items() for _ in range(count)]
    space.rng.shuffle(kinds)
    return list(zip(_moments(space, until, len(kinds)), kinds, strict=True))


def _moments(space: Space, until: datetime, count: int) -> list[datetime]:
    start, seconds = space.now, int((until - space.now).total_seconds())
    offsets = sorted(int(space.rng.random() * seconds) + 1 for _ in range(count))
    return [start + timedelta(seconds=min(offset, seconds)) for offset in offsets]

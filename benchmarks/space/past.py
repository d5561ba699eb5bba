"""What was before the emulator's first day: its own records once more in each turn, the further back the older."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import orjson

from benchmarks.space.lists import Listed, part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from backlog_emulator.space import Space

    Move: TypeAlias = Callable[[int], int | bytes]

# In each turn happens what the emulator's first year has seen: five million issues, 500 turns of 10,000, are 14 years.
DAY = 24 * 60 * 60
TURN = 10 * DAY
# More than any project of the emulator has issues: the keys of the past are beyond those of what lives.
KEYS = 100_000
CREATED = 1
"""The type of the activity that tells of a new issue."""
# What stands in a template for a value that moves; no text of the emulator holds it.
NUMBER, TEXT = -(10**15) - 1, "\x01"
# There are two times in each body, and formatting them took half of its time.
_CLOCK = [time.strftime("T%H:%M:%SZ", time.gmtime(second)).encode() for second in range(DAY)]


@dataclass(frozen=True, eq=False)
class Original:
    """A record of the emulator's, with gaps in its body.

    :param created: in seconds from the beginning of its turn, as ``updated``.
    :param moves: what goes into the gaps, by turn.
    """

    id: int
    project: int
    created: int
    updated: int
    template: bytes
    moves: tuple[Move, ...]

    def body(self, turn: int) -> bytes:
        """Return the body that it has in a turn; in turn 0 it is its own."""
        return self.template % tuple(move(turn) for move in self.moves)


class Copy(NamedTuple):
    """An original in a turn, which is counted back from the emulator's first day."""

    original: Original
    turn: int
    id: int

    def body(self) -> bytes:
        """Return it as the API has it."""
        return self.original.body(self.turn)


class Past:
    """The past of a space: what the emulator has of its first issues, in every turn.

    :param issues: of how many issues.
    :param turns: how many times; 0 is no past.
    :param told: of how many turns the feed still tells.
    """

    def __init__(self, space: Space, *, issues: int, turns: int, told: int) -> None:
        living = list(space.issues.values())[:issues]
        named = {issue.id for issue in living}
        created = [each for each in space.activities if each.type == CREATED and each.content["id"] in named]
        self._turns, self._told = turns, min(told, turns)
        self._bodies = space.bodies
        self._start = int(space.created.timestamp())
        self._span = int(space.now.timestamp()) - self._start + 1
        self._newest = max(named)
        self._issue_ids = _room(living)
        self._comment_ids = _room(comment for issue in living for comment in issue.comments)
        self._activity_ids = _room(space.activities)
        self._issues = {issue.id: self._issue(issue) for issue in living}
        self._comments = {issue.id: [self._comment(each) for each in issue.comments] for issue in living}
        self._activities = [self._activity(each) for each in created]
        self._sorted = lru_cache(maxsize=8)(self._sort)

    def issues(self, projects: frozenset[int], field: str, since: float | None, until: float | None) -> Listed:
        """Return the issues of some projects by when they were ``created`` or ``updated``, within moments or not."""
        copies = self._copies(self._sorted(projects, field), self._turns, self._issue_ids)

        def key(copy: Copy) -> int:
            begin = self._start - copy.turn * TURN
            moment: int = getattr(copy.original, field)
            return begin + moment

        first = 0 if since is None else bisect_left(copies, since, key=key)
        last = len(copies) if until is None else bisect_right(copies, until, key=key)
        return part(copies, first, last)

    def issue(self, number: int) -> Copy | None:
        """Return the issue of an id."""
        turn = (self._newest - number) // self._issue_ids
        original = self._issues.get(number + turn * self._issue_ids)
        return self._copy(original, turn, self._issue_ids) if original and 1 <= turn <= self._turns else None

    def comments(self, issue: Copy) -> list[Copy]:
        """Return what was said of an issue, oldest first."""
        return [self._copy(comment, issue.turn, self._comment_ids) for comment in self._comments[issue.original.id]]

    def activities(self, types: frozenset[int]) -> Listed:
        """Return the activities of some types, of all where none is named, oldest first."""
        some = self._activities if not types or CREATED in types else []
        return self._copies(some, self._told, self._activity_ids)

    def _sort(self, projects: frozenset[int], field: str) -> list[Original]:
        some = [each for each in self._issues.values() if each.project in projects]
        return sorted(some, key=attrgetter(field, "id"))

    def _copies(self, originals: list[Original], turns: int, ids: int) -> Listed:
        """Return the copies of sorted originals, those of the oldest turn first."""

        def at(place: int) -> Copy:
            number, rest = divmod(place, len(originals))
            return self._copy(originals[rest], turns - number, ids)

        return Listed(turns * len(originals), at)

    def _copy(self, original: Original, turn: int, ids: int) -> Copy:
        return Copy(original, turn, original.id - turn * ids)

    def _issue(self, issue: Any) -> Original:
        return self._original(
            issue,
            issue.project.id,
            {
                "id": _number(issue.id, -self._issue_ids),
                "issueKey": _key(issue.project.key.encode(), issue.key_id),
                "keyId": _number(issue.key_id, KEYS),
                "created": self._time(issue.created),
                "updated": self._time(issue.updated),
            },
        )

    def _comment(self, comment: Any) -> Original:
        return self._original(
            comment,
            comment.issue.project.id,
            {
                "id": _number(comment.id, -self._comment_ids),
                "issueId": _number(comment.issue.id, -self._issue_ids),
                "created": self._time(comment.created),
                "updated": self._time(comment.updated),
            },
        )

    def _activity(self, activity: Any) -> Original:
        return self._original(
            activity,
            activity.project.id,
            {
                "id": _number(activity.id, -self._activity_ids),
                "content.id": _number(activity.content["id"], -self._issue_ids),
                "content.key_id": _number(activity.content["key_id"], KEYS),
                "created": self._time(activity.created),
            },
        )

    def _original(self, record: Any, project: int, moves: dict[str, Move]) -> Original:
        body = self._bodies.of(record)
        created, updated = self._offset(record.created), self._offset(getattr(record, "updated", record.created))
        original = Original(record.id, project, created, updated, _template(body, moves), tuple(moves.values()))
        assert original.body(0) == body, f"not what the emulator answers: {body!r}"
        return original

    def _time(self, moment: datetime) -> Move:
        own, offset = _instant(int(moment.timestamp())), self._offset(moment)
        return lambda turn: _instant(self._start - turn * TURN + offset) if turn else own

    def _offset(self, moment: datetime) -> int:
        """Return where in a turn something happens: in the order in which it happened."""
        return (int(moment.timestamp()) - self._start) * TURN // self._span


def _number(own: int, step: int) -> Move:
    return lambda turn: own + turn * step


def _key(project: bytes, number: int) -> Move:
    return lambda turn: b"%s-%d" % (project, number + turn * KEYS)


def _instant(seconds: int) -> bytes:
    return _day(seconds // DAY) + _CLOCK[seconds % DAY]


@cache
def _day(number: int) -> bytes:
    return time.strftime("%Y-%m-%d", time.gmtime(number * DAY)).encode()


def _room(records: Iterable[Any]) -> int:
    """Return how far apart two turns' ids have to be."""
    ids = [record.id for record in records]
    return max(ids) - min(ids) + 1 if ids else 1


def _template(body: bytes, moves: dict[str, Move]) -> bytes:
    """Return a body with gaps, in the order of the moves, which is that of its fields."""
    record = orjson.loads(body)
    for path in moves:
        *above, name = path.split(".")
        within = record
        for step in above:
            within = within[step]
        within[name] = NUMBER if isinstance(within[name], int) else TEXT
    text = orjson.dumps(record).replace(b"%", b"%%")
    return text.replace(orjson.dumps(NUMBER), b"%d").replace(orjson.dumps(TEXT), b'"%s"')

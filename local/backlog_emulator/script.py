"""A script of edits between requests: what happens to the space just before a reader's next request."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from backlog_emulator.edits import operation_of, perform

if TYPE_CHECKING:
    from backlog_emulator.space import Space

_MARK = "{n}"


@dataclass
class Step:
    """One or several edits before the request of this number (from 1), or before every one.

    Only requests whose path fits `match`, a regular expression for its beginning, count. `{n}` in any text of an
    edit becomes the number of the request. `seen` requests have come, `done` edits were made, and `errors` holds
    what was wrong with others: a step that cannot be done does not disturb the request.
    """

    before_request: int | Literal["every"]
    do: dict[str, Any] | list[dict[str, Any]]
    match: str = "/api/v2"
    seen: int = field(default=0, init=False)
    done: int = field(default=0, init=False)
    errors: list[str] = field(default_factory=list, init=False)

    def edits(self) -> list[dict[str, Any]]:
        """What is to be done."""
        return self.do if isinstance(self.do, list) else [self.do]

    def take(self, space: Space, path: str) -> None:
        """A request of this path comes: make the edits if it is their turn."""
        if not re.match(self.match, path):
            return
        self.seen += 1
        if self.before_request in ("every", self.seen):
            for edit in self.edits():
                self._try(space, _numbered(edit, str(self.seen)))

    def _try(self, space: Space, edit: dict[str, Any]) -> None:
        try:
            perform(space, edit)
            self.done += 1
        except (ValueError, TypeError) as error:
            self.errors.append(f"request {self.seen}: {error}")


@dataclass
class Script:
    """Steps in order; several may belong to one request."""

    steps: list[Step] = field(default_factory=list)

    def replace(self, entries: list[dict[str, Any]]) -> None:
        """Set the script and begin to count; ValueError names an entry that is no step."""
        self.steps = [_step(entry) for entry in entries]

    def take(self, space: Space, path: str) -> None:
        """A request of this path comes."""
        for step in self.steps:
            step.take(space, path)


def _step(entry: dict[str, Any]) -> Step:
    try:
        step = Step(**entry)
        re.compile(step.match)
    except (TypeError, re.error) as error:
        raise ValueError(f"{entry} is no step of a script: {error}") from None
    if step.before_request != "every" and not (type(step.before_request) is int and step.before_request > 0):
        raise ValueError(f"before_request takes a number from 1, or every, not {step.before_request!r}")
    for edit in step.edits():
        operation_of(edit)
    return step


def _numbered(value: Any, number: str) -> Any:
    """A copy of an edit with `{n}` filled in."""
    if isinstance(value, str):
        return value.replace(_MARK, number)
    if isinstance(value, dict):
        return {name: _numbered(each, number) for name, each in value.items()}
    return [_numbered(each, number) for each in value] if isinstance(value, list) else value

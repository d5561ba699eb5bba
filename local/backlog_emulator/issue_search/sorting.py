"""The sort keys of `/issues`. Issues without a value come first in ascending order."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from backlog_emulator.errors import invalid
from backlog_emulator.issue_search.custom import custom_field
from backlog_emulator.records import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from backlog_emulator.records import Issue
    from backlog_emulator.space import Space

    Key = Callable[[Issue], Any]


def _optional(value: Any) -> tuple[bool, Any]:
    return (False, 0) if value is None else (True, value)


def _first_name(records: tuple[Any, ...]) -> str:
    return records[0].name if records else ""


_KEYS: dict[str, Key] = {
    "issueType": lambda issue: issue.issue_type.display_order,
    "category": lambda issue: _first_name(issue.categories),
    "version": lambda issue: _first_name(issue.versions),
    "milestone": lambda issue: _first_name(issue.milestones),
    "summary": attrgetter("summary"),
    "status": lambda issue: issue.status.display_order,
    "priority": lambda issue: issue.priority.id,
    "attachment": lambda issue: len(issue.attachments),
    "sharedFile": lambda issue: len(issue.shared_files),
    "created": attrgetter("created"),
    "createdUser": lambda issue: issue.created_user.name,
    "updated": attrgetter("updated"),
    "updatedUser": lambda issue: issue.updated_user.name,
    "assignee": lambda issue: issue.assignee.name if issue.assignee else "",
    "startDate": lambda issue: _optional(issue.start_date),
    "dueDate": lambda issue: _optional(issue.due_date),
    "estimatedHours": lambda issue: _optional(issue.estimated_hours),
    "actualHours": lambda issue: _optional(issue.actual_hours),
    "childIssue": lambda issue: len(issue.children),
}


def sort_key(space: Space, name: str) -> Key:
    """What to sort by; error 7 for a name that is none of the documented ones."""
    if name in _KEYS:
        return _KEYS[name]
    number = name.removeprefix("customField_")
    if number == name or not number.isdecimal():
        raise invalid(f"sort is not one of its values: {name}")
    field = custom_field(space, int(number))
    return lambda issue: _comparable(issue.custom[field].value if field in issue.custom else None)


def arranged(issues: Iterable[Issue], key: Key, order: str, tie_break: str) -> list[Issue]:
    """Issues, given in ascending order of id, sorted; equal ones by id as `tie_break` says."""
    direction = {"same": order, "ascending": "asc", "descending": "desc"}[tie_break]
    listed = list(issues)
    if direction == "desc":
        listed.reverse()
    # A reversed sort keeps the order of equal elements, too.
    listed.sort(key=key, reverse=order == "desc")
    return listed


def _comparable(value: Any) -> tuple[bool, Any]:
    if isinstance(value, Item):
        return True, (value.display_order,)
    if isinstance(value, tuple):
        return _optional(tuple(item.display_order for item in value) or None)
    return _optional(value)

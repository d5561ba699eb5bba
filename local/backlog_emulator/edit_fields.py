"""The parameters of Backlog's issue-writing API, turned into attributes and records of `Issue`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from backlog_emulator.custom_fields import CHECKBOX, DATE, MULTIPLE_LIST, RADIO, SINGLE_LIST
from backlog_emulator.defaults import PRIORITIES, RESOLUTIONS
from backlog_emulator.records import CustomField, CustomValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from backlog_emulator.records import Project
    from backlog_emulator.space import Space

    Choices = Callable[[Space, Project], Iterable[Any]]

_PLAIN = {
    "summary": "summary",
    "description": "description",
    "estimatedHours": "estimated_hours",
    "actualHours": "actual_hours",
}
_DAYS = {"startDate": "start_date", "dueDate": "due_date"}
_ONE: dict[str, tuple[str, Choices]] = {
    "issueTypeId": ("issue_type", lambda _, project: project.issue_types),
    "statusId": ("status", lambda _, project: project.statuses),
    "priorityId": ("priority", lambda *_: PRIORITIES),
    "resolutionId": ("resolution", lambda *_: RESOLUTIONS),
    "assigneeId": ("assignee", lambda space, _: space.users.values()),
    "parentIssueId": ("parent", lambda space, _: space.issues.values()),
}
_SOME: dict[str, tuple[str, Choices]] = {
    "categoryId": ("categories", lambda _, project: project.categories),
    "versionId": ("versions", lambda _, project: project.versions),
    "milestoneId": ("milestones", lambda _, project: project.versions),
}


def attributes(space: Space, project: Project, given: dict[str, Any]) -> dict[Any, Any]:
    """Attributes of an issue (custom fields by definition) with records, days and values.

    Ids become records, `yyyy-MM-dd` days; ValueError for an unknown name, KeyError for an unknown id.
    """
    return dict(_attribute(space, project, name, value) for name, value in given.items())


def picked(records: Iterable[Any], number: int | None) -> Any:
    """The record of an id, None for no id; KeyError when there is none."""
    if number is None:
        return None
    for record in records:
        if record.id == number:
            return record
    raise KeyError(number)


def _attribute(space: Space, project: Project, name: str, value: Any) -> tuple[str | CustomField, Any]:
    if name.startswith("customField_"):
        field: CustomField = picked(project.custom_fields, int(name.removeprefix("customField_")))
        return field, _custom(field, value)
    if name in _PLAIN:
        return _PLAIN[name], value
    if name in _DAYS:
        return _DAYS[name], day(value)
    if name in _ONE:
        attribute, choices = _ONE[name]
        return attribute, picked(choices(space, project), value)
    if name in _SOME:
        attribute, choices = _SOME[name]
        return attribute, tuple(picked(choices(space, project), number) for number in value)
    raise ValueError(f"no issue field {name!r}; there are: {', '.join([*_PLAIN, *_DAYS, *_ONE, *_SOME])}")


def _custom(field: CustomField, value: Any) -> CustomValue:
    if field.type_id == DATE:
        return CustomValue(day(value))
    if field.type_id in (SINGLE_LIST, RADIO):
        return CustomValue(picked(field.settings["items"], value))
    if field.type_id in (MULTIPLE_LIST, CHECKBOX):
        return CustomValue(tuple(picked(field.settings["items"], number) for number in value))
    return CustomValue(value)


def day(value: str | None) -> date | None:
    """A day written like 2026-01-31, None for none; ValueError for anything else."""
    return date.fromisoformat(value) if value else None

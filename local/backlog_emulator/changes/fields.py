"""How the change of an issue's field reads in change logs (names) and in the feed (ids or names)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from backlog_emulator.records import CustomField, CustomValue, Issue, Item

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Show = Callable[[Any], str | None]


class _Field(NamedTuple):
    """`logged` is Backlog's own name of a field, `name` a value in a change log, `code` one in the feed."""

    logged: str
    name: Show
    code: Show


class Change(NamedTuple):
    """One changed field: its entry for the change log and for the feed."""

    log: dict[str, Any]
    feed: dict[str, Any]


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)


def _name(record: Any) -> str | None:
    return record.name if record else None


def _code(record: Any) -> str | None:
    return str(record.id) if record else None


def _names(records: Any) -> str | None:
    return ", ".join(record.name for record in records) or None


def _key(issue: Issue | None) -> str | None:
    return issue.key if issue else None


FIELDS = {
    "summary": _Field("summary", _plain, _plain),
    "description": _Field("description", _plain, _plain),
    "issue_type": _Field("issueType", _name, _code),
    "status": _Field("status", _name, _code),
    "priority": _Field("priority", _name, _code),
    "resolution": _Field("resolution", _name, _code),
    "assignee": _Field("assigner", _name, _code),
    "categories": _Field("component", _names, _names),
    "versions": _Field("version", _names, _names),
    "milestones": _Field("milestone", _names, _names),
    "start_date": _Field("startDate", _plain, _plain),
    "due_date": _Field("limitDate", _plain, _plain),
    "estimated_hours": _Field("estimatedHours", _plain, _plain),
    "actual_hours": _Field("actualHours", _plain, _plain),
    "parent": _Field("parentIssue", _key, _code),
}


def apply(issue: Issue, fields: Mapping[str | CustomField, Any]) -> list[Change]:
    """Set fields by attribute, custom ones by definition; returns what really changed.

    ValueError, with nothing changed, for an attribute that cannot be, or an issue below itself.
    """
    _check(issue, fields)
    changes = (
        _set_custom(issue, name, value) if isinstance(name, CustomField) else _set(issue, name, value)
        for name, value in fields.items()
    )
    return [change for change in changes if change]


def log_entry(
    logged: str,
    old: str | None,
    new: str | None,
    *,
    attachment: dict[str, Any] | None = None,
    attribute: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """An entry of a change log; `attribute` is set for custom fields."""
    return {
        "field": logged,
        "newValue": new,
        "originalValue": old,
        "attachmentInfo": attachment,
        "attributeInfo": attribute,
        "notificationInfo": None,
    }


def _check(issue: Issue, fields: Mapping[str | CustomField, Any]) -> None:
    if unknown := [name for name in fields if not isinstance(name, CustomField) and name not in FIELDS]:
        raise ValueError(f"no issue field {unknown[0]!r} to change; there are: {', '.join(FIELDS)}")
    above = fields.get("parent")
    while above:
        if above is issue:
            raise ValueError(f"{issue.key} cannot be below itself: name another parent")
        above = above.parent


def _set(issue: Issue, name: str, value: Any) -> Change | None:
    old = getattr(issue, name)
    if old == value:
        return None
    if name == "parent":
        _move(issue, value)
    setattr(issue, name, value)
    field = FIELDS[name]
    return Change(
        log_entry(field.logged, field.name(old), field.name(value)),
        _feed_entry(field.logged, field.code(old), field.code(value), "standard"),
    )


def _set_custom(issue: Issue, definition: CustomField, held: CustomValue) -> Change | None:
    old = issue.custom.get(definition, CustomValue())
    if (old.value, old.other) == (held.value, held.other):
        return None
    issue.custom[definition] = held
    before, after = _shown(old), _shown(held)
    attribute = {"id": definition.id, "typeId": definition.type_id}
    return Change(
        log_entry(definition.name, before, after, attribute=attribute),
        _feed_entry(definition.name, before, after, "custom"),
    )


def _shown(held: CustomValue) -> str | None:
    if isinstance(held.value, Item):
        return held.value.name
    return _names(held.value) if isinstance(held.value, tuple) else _plain(held.value)


def _feed_entry(field: str, old: str | None, new: str | None, kind: str) -> dict[str, Any]:
    return {"field": field, "new_value": new or "", "old_value": old or "", "type": kind}


def _move(issue: Issue, parent: Issue | None) -> None:
    if issue.parent:
        issue.parent.children = tuple(child for child in issue.parent.children if child is not issue)
    if parent:
        parent.children += (issue,)

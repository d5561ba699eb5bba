"""Filters of `/issues` by custom field: text contains, number and day ranges, any of several items."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from backlog_emulator.custom_fields import CHECKBOX, DATE, MULTIPLE_LIST, NUMBER, RADIO, SINGLE_LIST
from backlog_emulator.errors import invalid
from backlog_emulator.records import CustomField, CustomValue, Item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backlog_emulator.query import Query
    from backlog_emulator.records import Issue
    from backlog_emulator.space import Space

    Accepts = Callable[[CustomValue], bool]

_PARAMETER = re.compile(r"customField_(\d+)(?:_min|_max|\[\])?")
_LISTS = (SINGLE_LIST, MULTIPLE_LIST, CHECKBOX, RADIO)


def custom_tests(space: Space, query: Query) -> Iterator[Callable[[Issue], bool]]:
    """A test for each custom field that the query names; error 7 for a field that does not exist."""
    numbers = {int(match[1]) for name, _ in query.pairs if (match := _PARAMETER.fullmatch(name))}
    for number in sorted(numbers):
        field = custom_field(space, number)
        yield _test(field, _accepts(field, query))


def custom_field(space: Space, number: int) -> CustomField:
    """The custom field of an id in any project; error 7 when there is none."""
    for project in space.projects.values():
        for field in project.custom_fields:
            if field.id == number:
                return field
    raise invalid(f"No such custom field: customField_{number}")


def _test(field: CustomField, accepts: Accepts) -> Callable[[Issue], bool]:
    return lambda issue: field in issue.custom and accepts(issue.custom[field])


def _accepts(field: CustomField, query: Query) -> Accepts:
    name = f"customField_{field.id}"
    if field.type_id in _LISTS:
        wanted = query.integers(f"{name}[]")
        return lambda held: not wanted.isdisjoint(item.id for item in _items(held))
    if field.type_id == NUMBER:
        return _range(query.number(f"{name}_min"), query.number(f"{name}_max"), float("-inf"), float("inf"))
    if field.type_id == DATE:
        return _range(query.day(f"{name}_min"), query.day(f"{name}_max"), date.min, date.max)
    words = (query.one(name) or "").casefold()
    return lambda held: words in (held.value or "").casefold()


def _range(least: Any, most: Any, lowest: Any, highest: Any) -> Accepts:
    low, high = lowest if least is None else least, highest if most is None else most
    return lambda held: held.value is not None and low <= held.value <= high


def _items(held: CustomValue) -> tuple[Item, ...]:
    if isinstance(held.value, Item):
        return (held.value,)
    return held.value or ()

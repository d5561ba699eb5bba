"""Filters and order of `/issues`: what comes is what the model says should."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from backlog_emulator.server import running

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from backlog_emulator.emulator import Emulator
    from backlog_emulator.records import Issue


def found(api: requests.Session, **params: Any) -> list[int]:
    response = api.get("/api/v2/issues", params={"count": 100, **params})
    assert response.status_code == 200, response.text
    count = api.get("/api/v2/issues/count", params=params).json()["count"]
    ids = [issue["id"] for issue in response.json()]
    assert count == len(ids) or len(ids) == 100
    return ids


def those(emulator: Emulator, test: Callable[[Issue], bool]) -> set[int]:
    chosen = {issue.id for issue in emulator.space.issues.values() if test(issue)}
    assert 0 < len(chosen) <= 100, f"a bad example: {len(chosen)} issues"
    return chosen


def test_arrays_of_ids_take_any_of_them(api: requests.Session, emulator: Emulator) -> None:
    project = list(emulator.space.projects.values())[1]
    owner = emulator.space.owner
    status = project.statuses[-1]
    assert set(found(api, **{"projectId[]": project.id})) == those(emulator, lambda i: i.project is project)
    assert set(found(api, **{"statusId[]": [2, 3]})) == those(emulator, lambda i: i.status.id in (2, 3))
    assert set(found(api, **{"assigneeId[]": owner.id})) == those(emulator, lambda i: i.assignee is owner)
    assert set(found(api, **{"statusId[]": status.id, "projectId[]": project.id})) == those(
        emulator, lambda i: i.status is status
    )


def test_issues_are_found_by_their_own_and_by_their_parents_ids(api: requests.Session, emulator: Emulator) -> None:
    parent = next(issue for issue in emulator.space.issues.values() if issue.children)
    some = list(emulator.space.issues)[10:13]
    assert set(found(api, **{"id[]": some})) == set(some)
    assert set(found(api, **{"parentIssueId[]": parent.id})) == {child.id for child in parent.children}


def test_a_keyword_is_looked_for_in_summary_description_and_comments(
    fresh: Emulator, connect: Callable[..., requests.Session]
) -> None:
    first, second, third, *_ = fresh.space.issues.values()
    fresh.space.update_issue(first, {"summary": "The Quokka smiles"})
    fresh.space.update_issue(second, {"description": "see the quokka"})
    fresh.space.add_comment(third, "QUOKKA!")
    assert set(found(connect(fresh), keyword="quokka")) == {first.id, second.id, third.id}


@pytest.mark.parametrize("field", ["created", "updated"])
def test_since_and_until_are_both_inclusive_days_of_the_space(
    api: requests.Session, emulator: Emulator, field: str
) -> None:
    zone, issue = emulator.space.zone, list(emulator.space.issues.values())[100]
    day = getattr(issue, field).astimezone(zone).date()
    same_day = those(emulator, lambda i: getattr(i, field).astimezone(zone).date() == day)
    assert set(found(api, **{f"{field}Since": str(day), f"{field}Until": str(day)})) == same_day


@pytest.mark.parametrize(("zone", "belongs"), [("space", False), ("UTC", True), ("America/New_York", True)])
def test_the_zone_of_a_filters_day_is_a_switch(
    connect: Callable[..., requests.Session], zone: str, belongs: bool
) -> None:
    with running(issues=10, filter_zone=zone) as served:
        space = served.space
        space.now = datetime(2026, 1, 5, 20, tzinfo=timezone.utc)  # already the 6th in Tokyo
        issue = space.create_issue(next(iter(space.projects.values())), {"summary": "late"})
        assert (issue.id in found(connect(served), createdUntil="2026-01-05")) is belongs


def test_due_dates_are_compared_as_days(api: requests.Session, emulator: Emulator) -> None:
    day = date(2025, 7, 1)
    params = {"dueDateSince": str(day), "dueDateUntil": str(day + timedelta(days=30))}
    expected = those(emulator, lambda i: i.due_date is not None and 0 <= (i.due_date - day).days <= 30)
    assert set(found(api, **params)) == expected
    assert len(found(api, hasDueDate="false")) == 100 or found(api, hasDueDate="false")


@pytest.mark.parametrize(
    "params",
    [
        {"updatedSince": "2026-01-05T00:00:00Z"},
        {"createdUntil": "yesterday"},
        {"createdUntil": "20260131"},
        {"createdUntil": "2026-1-31"},
        {"createdSince": "2026-02-30"},
        {"projectId[]": "WEB"},
        {"sort": "colour"},
        {"order": "up"},
        {"hasDueDate": "true"},
        {"attachment": "perhaps"},
        {"parentChild": "11"},
        {"customField_1": "no such field"},
    ],
)
def test_a_value_that_cannot_be_used_is_error_7(api: requests.Session, params: dict[str, str]) -> None:
    for path in ("/api/v2/issues", "/api/v2/issues/count"):
        response = api.get(path, params=params)
        assert response.status_code == 400
        assert response.json()["errors"][0]["code"] == 7


def test_the_first_and_the_last_day_of_the_calendar_are_days_too(api: requests.Session) -> None:
    assert len(found(api, createdSince="0001-01-01", createdUntil="9999-12-31")) == 100


def test_unknown_parameters_are_ignored(api: requests.Session) -> None:
    assert len(found(api, colour="blue")) == 100


@pytest.mark.parametrize(
    ("kinship", "test"),
    [
        (2, lambda i: i.parent is not None),
        (4, lambda i: bool(i.children)),
        (6, lambda i: i.parent is not None and i.parent.parent is None),
        (7, lambda i: i.parent is None and bool(i.children)),
    ],
)
def test_parent_child_chooses_by_place_in_the_family(
    api: requests.Session, emulator: Emulator, kinship: int, test: Callable[[Issue], bool]
) -> None:
    assert set(found(api, parentChild=kinship)) == those(emulator, test)


def test_custom_fields_filter_by_kind(fresh: Emulator, connect: Callable[..., requests.Session]) -> None:
    api, space = connect(fresh), fresh.space
    fields = {field.type_id: field for field in next(iter(space.projects.values())).custom_fields}
    held = {
        issue: {field.type_id: value.value for field, value in issue.custom.items()}
        for issue in space.issues.values()
        if issue.project.key == "WEB"
    }

    def expected(kind: int, test: Callable[[Any], bool]) -> set[int]:
        return {issue.id for issue, values in held.items() if values.get(kind) and test(values[kind])}

    assert set(found(api, **{f"customField_{fields[1].id}": "1."})) == expected(1, lambda v: "1." in v)
    assert set(found(api, **{f"customField_{fields[3].id}_min": 5, f"customField_{fields[3].id}_max": 9})) == expected(
        3, lambda v: 5 <= v <= 9
    )
    assert set(found(api, **{f"customField_{fields[5].id}[]": [1, 2]})) == expected(5, lambda v: v.id < 3)
    assert set(found(api, **{f"customField_{fields[6].id}[0]": 2, f"customField_{fields[6].id}[1]": 3})) == expected(
        6, lambda v: any(item.id in (2, 3) for item in v)
    )


def test_the_order_that_nobody_asked_for_is_a_switch(connect: Callable[..., requests.Session]) -> None:
    with running(issues=40, default_sort="created") as served:
        listed = connect(served).get("/api/v2/issues", params={"count": 100}).json()
        assert [issue["id"] for issue in listed] == sorted(served.space.issues, reverse=True)


def test_issues_come_latest_update_first_by_default(api: requests.Session, emulator: Emulator) -> None:
    newest = sorted(emulator.space.issues.values(), key=lambda i: (i.updated, i.id), reverse=True)
    assert found(api) == [issue.id for issue in newest[:100]]


@pytest.mark.parametrize(
    ("tie_break", "order", "ascending"),
    [
        ("same", "asc", True),
        ("same", "desc", False),
        ("ascending", "desc", True),
        ("descending", "asc", False),
    ],
)
def test_equal_sort_keys_are_told_apart_by_id(
    connect: Callable[..., requests.Session], tie_break: str, order: str, ascending: bool
) -> None:
    with running(issues=40, tie_break=tie_break) as served:
        space = served.space
        web = [issue for issue in space.issues.values() if issue.project.key == "WEB"]
        space.bulk_update(web, {"summary": "all the same"})
        ids = found(connect(served), sort="summary", order=order, **{"projectId[]": web[0].project.id})
        assert ids == sorted(ids, reverse=not ascending)


def test_every_documented_sort_key_works(api: requests.Session, emulator: Emulator) -> None:
    keys = [
        "issueType",
        "category",
        "version",
        "milestone",
        "summary",
        "status",
        "priority",
        "attachment",
        "sharedFile",
        "created",
        "createdUser",
        "updated",
        "updatedUser",
        "assignee",
        "startDate",
        "dueDate",
        "estimatedHours",
        "actualHours",
        "childIssue",
    ]
    keys += [f"customField_{field.id}" for field in next(iter(emulator.space.projects.values())).custom_fields]
    for key in keys:
        assert len(found(api, sort=key)) == 100

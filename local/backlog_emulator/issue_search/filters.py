"""The filters of `/issues` and `/issues/count`: each parameter makes one test of an issue.

Source: https://developer.nulab.com/docs/backlog/api/2/get-issue-list/
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from backlog_emulator.errors import invalid
from backlog_emulator.issue_search.custom import custom_tests
from backlog_emulator.issue_search.family import family_test

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from backlog_emulator.query import Query
    from backlog_emulator.records import Issue
    from backlog_emulator.space import Space

    Test = Callable[[Issue], bool]

_IDS: dict[str, Callable[[Issue], Iterable[int]]] = {
    "id[]": lambda issue: (issue.id,),
    "issueTypeId[]": lambda issue: (issue.issue_type.id,),
    "categoryId[]": lambda issue: (category.id for category in issue.categories),
    "versionId[]": lambda issue: (version.id for version in issue.versions),
    "milestoneId[]": lambda issue: (version.id for version in issue.milestones),
    "statusId[]": lambda issue: (issue.status.id,),
    "priorityId[]": lambda issue: (issue.priority.id,),
    "assigneeId[]": lambda issue: (issue.assignee.id,) if issue.assignee else (),
    "createdUserId[]": lambda issue: (issue.created_user.id,),
    "resolutionId[]": lambda issue: (issue.resolution.id,) if issue.resolution else (),
    "parentIssueId[]": lambda issue: (issue.parent.id,) if issue.parent else (),
}
_MOMENTS: dict[str, Callable[[Issue], datetime]] = {
    "created": lambda issue: issue.created,
    "updated": lambda issue: issue.updated,
}
_DAYS: dict[str, Callable[[Issue], date | None]] = {
    "startDate": lambda issue: issue.start_date,
    "dueDate": lambda issue: issue.due_date,
}


def tests(space: Space, query: Query) -> list[Test]:
    """What an issue must pass, all of it; error 7 for a value that cannot be used."""
    return [
        *_id_tests(query),
        *_moment_tests(query, filter_zone(space)),
        *_day_tests(query),
        *_other_tests(query),
        *custom_tests(space, query),
    ]


def filter_zone(space: Space) -> ZoneInfo:
    """The zone in which the day of a filter begins and ends."""
    name = space.switches.filter_zone
    return space.zone if name == "space" else ZoneInfo(name)


def _id_tests(query: Query) -> Iterator[Test]:
    for name, ids in _IDS.items():
        if wanted := query.integers(name):
            yield _among(ids, wanted)


def _among(ids: Callable[[Issue], Iterable[int]], wanted: frozenset[int]) -> Test:
    return lambda issue: not wanted.isdisjoint(ids(issue))


def _moment_tests(query: Query, zone: ZoneInfo) -> Iterator[Test]:
    for name, moment in _MOMENTS.items():
        if since := query.day(f"{name}Since"):
            yield _not_before(moment, datetime.combine(since, time(), zone))
        if until := query.day(f"{name}Until"):
            yield _not_after(moment, datetime.combine(until, time.max, zone))


def _not_before(moment: Callable[[Issue], datetime], start: datetime) -> Test:
    return lambda issue: moment(issue) >= start


def _not_after(moment: Callable[[Issue], datetime], end: datetime) -> Test:
    return lambda issue: moment(issue) <= end


def _day_tests(query: Query) -> Iterator[Test]:
    for name, day in _DAYS.items():
        least, most = query.day(f"{name}Since"), query.day(f"{name}Until")
        if least or most:
            yield _within(day, least or date.min, most or date.max)


def _within(day: Callable[[Issue], date | None], least: date, most: date) -> Test:
    return lambda issue: (held := day(issue)) is not None and least <= held <= most


def _other_tests(query: Query) -> Iterator[Test]:
    if keyword := (query.one("keyword") or "").casefold():
        yield lambda issue: keyword in _words(issue)
    attachment, shared = query.flag("attachment"), query.flag("sharedFile")
    if attachment is not None:
        yield lambda issue: bool(issue.attachments) is attachment
    if shared is not None:
        yield lambda issue: bool(issue.shared_files) is shared
    if query.flag("hasDueDate"):
        raise invalid("hasDueDate takes false only.")
    if query.flag("hasDueDate") is False:
        yield lambda issue: issue.due_date is None
    if kinship := query.integer("parentChild"):
        yield family_test(kinship)


def _words(issue: Issue) -> str:
    comments = " ".join(comment.content or "" for comment in issue.comments)
    return f"{issue.key} {issue.summary} {issue.description} {comments}".casefold()

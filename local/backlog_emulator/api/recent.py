"""What the caller has looked at lately; here that is what he changed last. Paged by offset.

Source: https://developer.nulab.com/docs/backlog/api/2/get-list-of-recently-viewed-issues/ and its neighbours.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from backlog_emulator.paging import offset_page

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from backlog_emulator.call import Call, Endpoint
    from backlog_emulator.records import Issue
    from backlog_emulator.wikis.records import Wiki


def _mine(call: Call, records: Iterable[Issue | Wiki]) -> list[Any]:
    return [each for each in records if each.updated_user is call.user and call.joined(each.project)]


def _page(call: Call, name: str, seen: Iterable[tuple[Any, datetime]]) -> bytes:
    descending = call.query.choice("order", ("asc", "desc"), "desc") == "desc"
    ordered = sorted(seen, key=itemgetter(1), reverse=descending)
    page = offset_page(ordered, call.query, call.space.switches)
    return call.body([{name: record, "updated": moment} for record, moment in page])


def _issues(call: Call) -> bytes:
    return _page(call, "issue", [(each, each.updated) for each in _mine(call, call.space.issues.values())])


def _projects(call: Call) -> bytes:
    issues = sorted(_mine(call, call.space.issues.values()), key=lambda issue: issue.updated)
    return _page(call, "project", {issue.project: issue.updated for issue in issues}.items())


def _wikis(call: Call) -> bytes:
    return _page(call, "page", [(each, each.updated) for each in _mine(call, call.space.wikis.values())])


ENDPOINTS: dict[str, Endpoint] = {
    "/users/myself/recentlyViewedIssues": _issues,
    "/users/myself/recentlyViewedProjects": _projects,
    "/users/myself/recentlyViewedWikis": _wikis,
}

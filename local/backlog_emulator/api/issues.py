"""Issues: searched and paged by offset, counted, and one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.issue_search.search import found_issues
from backlog_emulator.paging import offset_page
from backlog_emulator.shapes import with_child_summary

if TYPE_CHECKING:
    from backlog_emulator.call import Call, Endpoint


def _issues(call: Call) -> bytes:
    page = offset_page(found_issues(call), call.query, call.space.switches)
    if _expanded(call):
        return call.body([with_child_summary(issue) for issue in page])
    return call.listed(page)


def _count(call: Call) -> bytes:
    return call.body({"count": len(found_issues(call))})


def _issue(call: Call) -> bytes:
    issue = call.issue()
    return call.body(with_child_summary(issue)) if _expanded(call) else call.space.bodies.of(issue)


def _expanded(call: Call) -> bool:
    return "childIssueSummary" in call.query.all("expand[]")


ENDPOINTS: dict[str, Endpoint] = {
    "/issues": _issues,
    "/issues/count": _count,
    "/issues/{issue}": _issue,
}

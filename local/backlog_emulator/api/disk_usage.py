"""How many bytes the space and its projects hold, for administrators.

Source: https://developer.nulab.com/docs/backlog/api/2/get-space-disk-usage/
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from backlog_emulator.call import Call, Endpoint, Truth
    from backlog_emulator.records import Project
    from backlog_emulator.space import Space

_PARTS = ("issue", "wiki", "document", "file", "subversion", "git", "gitLFS")
_CAPACITY = 1_073_741_824_000


def _held(space: Space) -> Iterator[tuple[Project, str, int]]:
    """Everything that takes room: its project, its part, and its bytes."""
    holders: dict[str, Mapping[Any, Any]] = {
        "issue": space.issues,
        "wiki": space.wikis,
        "document": space.documents,
        "git": space.pull_requests,
    }
    for part, records in holders.items():
        for record in records.values():
            yield record.project, part, sum(attachment.size for attachment in record.attachments)
    for file in space.shared_files.values():
        yield file.project, "file", file.size or 0


def _details(call: Call) -> list[dict[str, Any]]:
    sizes: Counter[tuple[Project, str]] = Counter()
    for project, part, size in _held(call.space):
        sizes[project, part] += size
    projects = call.space.projects.values()
    return [{"projectId": each.id, **{part: sizes[each, part] for part in _PARTS}} for each in projects]


def _of_space(call: Call) -> dict[str, Any]:
    details = _details(call)
    total = {part: sum(each[part] for each in details) for part in _PARTS}
    return {"capacity": _CAPACITY, **total, "details": details}


def _space(call: Call) -> bytes:
    call.administrator()
    return call.body(_of_space(call))


def _project(call: Call) -> bytes:
    call.administrator()
    project = call.project()
    return call.body(next(each for each in _details(call) if each["projectId"] == project.id))


ENDPOINTS: dict[str, Endpoint] = {
    "/space/diskUsage": _space,
    "/projects/{project}/diskUsage": _project,
}

TRUTHS: dict[str, Truth] = {"disk_usage": lambda call: [_of_space(call)]}

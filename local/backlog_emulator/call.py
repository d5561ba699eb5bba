"""One API request as its endpoint sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backlog_emulator.errors import ApiError, forbidden, no_resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from backlog_emulator.issue_search.search import Memory
    from backlog_emulator.query import Query
    from backlog_emulator.rates import Rates
    from backlog_emulator.records import Issue, Project, User
    from backlog_emulator.space import Space

    Endpoint = Callable[["Call"], bytes]


@dataclass(frozen=True)
class Call:
    """Who asks what of which space. `path` holds the variable parts of the URL."""

    space: Space
    rates: Rates
    memory: Memory
    user: User
    path: Mapping[str, str]
    query: Query

    def body(self, value: object) -> bytes:
        """Any value as a response body."""
        return self.space.bodies.dumps(value)

    def listed(self, records: Iterable[object]) -> bytes:
        """Records as a response body."""
        return self.space.bodies.many(records)

    def joined(self, project: Project) -> bool:
        """Whether the caller is a member of a project, and so may see into it."""
        return self.user in project.members

    def project(self) -> Project:
        """The project that the path names by id or key; error 6 or 5 when the caller may not see it."""
        return self.project_named(self.path["project"])

    def project_named(self, name: str) -> Project:
        """The project of an id or key; error 6 or 5 when the caller may not see it."""
        for project in self.space.projects.values():
            if name in (str(project.id), project.key):
                if self.joined(project):
                    return project
                raise self._unjoined()
        raise no_resource("No project.")

    def issue(self) -> Issue:
        """The issue that the path names by id or key; error 6 when the caller cannot see one."""
        name = self.path["issue"]
        space = self.space
        issue = space.issues.get(int(name)) if name.isdecimal() else space.issues_by_key.get(name)
        if issue is None or not self.joined(issue.project):
            raise no_resource("No issue.")
        return issue

    def administrator(self) -> None:
        """Error 5 unless the caller administers the space."""
        if self.user.role_type != 1:
            raise forbidden()

    def _unjoined(self) -> ApiError:
        return no_resource("No project.") if self.space.switches.unjoined_project == 404 else forbidden()


def picked(records: Mapping[int, Any], name: str, message: str) -> Any:
    """The record of an id in a path; error 6 with `message` when there is none."""
    record = records.get(int(name)) if name.isdecimal() else None
    if record is None:
        raise no_resource(message)
    return record

"""One API request as its endpoint sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from backlog_emulator.errors import LICENCE, ApiError, feature_off, forbidden, no_resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from starlette.responses import Response

    from backlog_emulator.issue_search.search import Memory
    from backlog_emulator.query import Query
    from backlog_emulator.rates import Rates
    from backlog_emulator.records import Issue, Project, User
    from backlog_emulator.space import Space

    Endpoint = Callable[["Call"], bytes | Response]
    Truth = Callable[["Call"], Iterable[object]]

# The role types of administrators and members; others may only add or view issues.
_UNRESTRICTED = (1, 2)


class Feature(NamedTuple):
    """What has to be on for a feature: an attribute of `Project`, and a flag of the licence."""

    used: str | None
    licence: str | None = None


# By the word in the key of Backlog's error, of which only that of Git is known.
FEATURES = {
    "git": Feature("use_git", "git"),
    "wiki": Feature("use_wiki"),
    "wikiAttachment": Feature("use_wiki", "wikiAttachment"),
    "document": Feature("use_document"),
    "file": Feature("use_file_sharing", "fileSharing"),
    "attribute": Feature(None, "attribute"),
}


@dataclass(frozen=True)
class Call:
    """Who asks what of which space. `path` holds the variable parts of the URL."""

    space: Space
    rates: Rates
    memory: Memory
    user: User
    path: Mapping[str, str]
    query: Query

    def shaped(self, record: object, **beside: Any) -> dict[str, Any]:
        """A record as a dict, with something beside it."""
        return {**self.space.bodies.shaped(record), **beside}

    def body(self, value: object) -> bytes:
        """Any value as a response body."""
        return self.space.bodies.dumps(value)

    def listed(self, records: Iterable[object]) -> bytes:
        """Records as a response body."""
        return self.space.bodies.many(records)

    def joined(self, project: Project) -> bool:
        """Whether the caller is a member of a project, and so may see into it."""
        return project.has(self.user)

    def project(self) -> Project:
        """The project that the path names by id or key; error 6 or 5 when the caller may not see it."""
        return self._admitted(self.path["project"], overseen=self.user.role_type == 1)

    def project_named(self, name: str) -> Project:
        """The project of an id or key; error 6 or 5 when the caller has not joined it."""
        return self._admitted(name, overseen=False)

    def _admitted(self, name: str, *, overseen: bool) -> Project:
        overseen = overseen and self.space.switches.administrator_reads_unjoined
        for project in self.space.projects.values():
            if name in (str(project.id), project.key):
                if overseen or self.joined(project):
                    return project
                raise self.unjoined()
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

    def some_administrator(self, projects: Iterable[Project]) -> None:
        """Error 5 unless the caller administers the space or one of some projects."""
        if self.user.role_type != 1 and not any(self.user in project.administrators for project in projects):
            raise forbidden()

    def unrestricted(self) -> None:
        """Error 5 for those who may only add or view issues, guests among them."""
        if self.user.role_type not in _UNRESTRICTED:
            raise forbidden()

    def feature(self, project: Project, name: str) -> None:
        """Error 2 or 5 unless the plan and the project have a feature of `FEATURES`."""
        feature = FEATURES[name]
        if feature.licence and not self.space.licence[feature.licence]:
            raise ApiError(LICENCE, f"The plan does not have this feature: {name}")
        if feature.used and not getattr(project, feature.used):
            raise feature_off(name)

    def has_feature(self, project: Project, name: str) -> bool:
        """Whether the plan and the project have a feature."""
        try:
            self.feature(project, name)
        except ApiError:
            return False
        return True

    def unjoined(self) -> ApiError:
        """The refusal of a project that the caller has not joined."""
        return no_resource("No project.") if self.space.switches.unjoined_project == 404 else forbidden()


def picked(records: Mapping[int, Any], name: str, message: str) -> Any:
    """The record of an id in a path; error 6 with `message` when there is none."""
    record = records.get(int(name)) if name.isdecimal() else None
    if record is None:
        raise no_resource(message)
    return record

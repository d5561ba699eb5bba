"""How records end: each is noted with the moment and the cause, children after their parent's fashion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from backlog_emulator.graves import Grave

if TYPE_CHECKING:
    from backlog_emulator.records import Issue, Project, User
    from backlog_emulator.space import Space
    from backlog_emulator.teams.records import Team


class _HasId(Protocol):
    @property
    def id(self) -> int | str: ...


# What a project has of its own: endpoints, and attributes of `Project` too.
SETTINGS = ("statuses", "issue_types", "categories", "versions", "custom_fields")


def end(space: Space, endpoint: str, record: _HasId, why: str = "deleted", **beside: Any) -> None:
    """Note that a record is gone; `beside` is what its key needs besides `id`."""
    space.graves.dig(endpoint, record, Grave(record.id, space.now, why, beside))


def end_issue(space: Space, issue: Issue, why: str = "deleted") -> None:
    """An issue is gone, and its comments and attachments with it."""
    project = {"projectId": issue.project.id}
    inner = "issue deleted" if why == "deleted" else why
    end(space, "issues", issue, why, **project)
    for comment in issue.comments:
        end(space, "issue_comments", comment, inner, **project, issueId=issue.id)
    for attachment in issue.attachments:
        end(space, "issue_attachments", attachment, inner, **project, issueId=issue.id)
    _cut_ties(space, issue, inner)


def end_link(space: Space, endpoint: str, issue: Issue, other: _HasId, why: str = "deleted") -> None:
    """An issue does not show another record any more."""
    space.graves.dig(endpoint, (issue, other), Grave(other.id, space.now, why, {"issueId": issue.id}))


def _cut_ties(space: Space, issue: Issue, why: str) -> None:
    """What was tied to an issue that is gone stays without it; should the issue come back, so does it."""
    for other in issue.related:
        end_link(space, "related_issues", issue, other, why)
        end_link(space, "related_issues", other, issue, why)
        other.related = tuple(each for each in other.related if each is not issue)
    for file in issue.shared_files:
        end_link(space, "issue_shared_files", issue, file, why)
        file.holders = tuple(each for each in file.holders if each is not issue)
    for pull_request in space.pull_requests.values():
        if pull_request.issue is issue:
            pull_request.issue = None
    issue.related, issue.shared_files = (), ()


def revive_issue(space: Space, issue: Issue) -> None:
    """An issue is back with what it had."""
    space.graves.fill("issues", issue)
    for comment in issue.comments:
        space.graves.fill("issue_comments", comment)
    for attachment in issue.attachments:
        space.graves.fill("issue_attachments", attachment)


def end_membership(space: Space, project: Project, user: User, why: str = "deleted") -> None:
    """A user is no member any more."""
    space.graves.dig("project_users", (project, user), Grave(user.id, space.now, why, {"projectId": project.id}))


def end_administration(space: Space, project: Project, user: User, why: str = "deleted") -> None:
    """A user administers a project no more."""
    grave = Grave(user.id, space.now, why, {"projectId": project.id})
    space.graves.dig("project_administrators", (project, user), grave)


def end_project(space: Space, project: Project) -> None:
    """A project is gone, and all its records with it."""
    end(space, "projects", project)
    for endpoint in SETTINGS:
        for record in getattr(project, endpoint):
            end(space, endpoint, record, "project deleted", projectId=project.id)
    for user in project.members:
        end_membership(space, project, user, "project deleted")
    for user in project.administrators:
        end_administration(space, project, user, "project deleted")
    for team in project.teams:
        end_team_membership(space, project, team, "project deleted")


def end_team_membership(space: Space, project: Project, team: Team, why: str = "deleted") -> None:
    """A team takes no part in a project any more."""
    space.graves.dig("project_teams", (project, team), Grave(team.id, space.now, why, {"projectId": project.id}))

"""Issues move to another project, and come back from the dead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.changes.ends import revive_issue
from backlog_emulator.changes.fields import log_entry
from backlog_emulator.changes.issues import feed_content, leave_family
from backlog_emulator.records import Comment, Issue, Project, User

if TYPE_CHECKING:
    from backlog_emulator.records import Activity
    from backlog_emulator.space import Space


def move_issue(space: Space, issue: Issue, project: Project, *, by: User | None = None) -> Activity:
    """Move an issue with its comments to another project: same id, new key, the settings of its new home.

    Its family stays behind. Activity 2 in the new project, or 4 in the old and 1 in the new one (switch
    `move_in_feed`). ValueError when it is there already.
    """
    if issue.project is project:
        raise ValueError(f"{issue.key} is in {project.key} already: name another project")
    by, old, old_key_id = by or space.owner, issue.project, issue.key_id
    leave_family(space, issue)
    _settle(space, issue, project)
    entry = _logged(space, issue, old, by)
    space.touch(issue, by)
    if space.switches.move_in_feed == "updated":
        change = {"field": "project", "new_value": project.name, "old_value": old.name, "type": "standard"}
        words = {"comment": {"id": entry.id, "content": ""}, "changes": [change]}
        return space.record(2, project, feed_content(issue) | words, by)
    space.record(4, old, {"id": issue.id, "key_id": old_key_id}, by)
    return space.record(1, project, feed_content(issue), by)


def restore_issue(space: Space, issue: Issue, *, by: User | None = None) -> Activity:
    """Bring a deleted issue back under its id and key, with its comments, without its family. Activity 1.

    ValueError when its project is gone or the issue lives.
    """
    by = by or space.owner
    if issue.id in space.issues or issue.project.id not in space.projects:
        raise ValueError(f"{issue.key} cannot come back: it lives, or its project is gone")
    space.issues[issue.id] = space.issues_by_key[issue.key] = issue
    # Whoever goes through the issues relies on ascending ids.
    space.issues = dict(sorted(space.issues.items()))
    _fit(issue)
    revive_issue(space, issue)
    space.touch(issue, by)
    return space.record(1, issue.project, feed_content(issue), by)


def _settle(space: Space, issue: Issue, project: Project) -> None:
    """Give an issue a key and the settings of a project; what the project does not know is lost."""
    del space.issues_by_key[issue.key]
    project.last_key_id += 1
    issue.project, issue.key_id = project, project.last_key_id
    space.issues_by_key[issue.key] = issue
    _fit(issue)


def _fit(issue: Issue) -> None:
    """Take from an issue all settings that its project does not have: never was there, or deleted meanwhile."""
    project = issue.project
    issue.issue_type = _alike(project.issue_types, "name", issue.issue_type)
    issue.status = _alike(project.statuses, "id", issue.status)
    issue.categories = tuple(each for each in issue.categories if each in project.categories)
    issue.versions = tuple(each for each in issue.versions if each in project.versions)
    issue.milestones = tuple(each for each in issue.milestones if each in project.versions)
    issue.custom = {field: value for field, value in issue.custom.items() if field in project.custom_fields}


def _alike(settings: list[Any], attribute: str, old: Any) -> Any:
    wanted = getattr(old, attribute)
    return next((each for each in settings if getattr(each, attribute) == wanted), settings[0])


def _logged(space: Space, issue: Issue, old: Project, by: User) -> Comment:
    log = (log_entry("project", old.name, issue.project.name),)
    entry = Comment(space.next_id("comment"), issue, None, log, by, space.now, space.now)
    issue.comments += (entry,)
    return entry

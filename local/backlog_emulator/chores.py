"""Single pieces of everyday work in a space, each chosen by chance."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from backlog_emulator import custom_fields, opaque, texts
from backlog_emulator.defaults import PRIORITIES, RESOLUTIONS

if TYPE_CHECKING:
    from backlog_emulator.desk import Desk
    from backlog_emulator.records import Issue, Project


def create_issue(desk: Desk, project: Project) -> None:
    """Somebody makes an issue, at times below another one."""
    rng, issue_type = desk.rng, desk.rng.choice(project.issue_types)
    fields: dict[str, Any] = {
        "summary": texts.summary(rng, project.lang),
        "description": texts.description(rng, project.lang),
        "issue_type": issue_type,
        "priority": rng.choice(PRIORITIES),
        "parent": _parent(desk, project),
        **_planned(desk, project),
    }
    if project.custom_fields:
        fields["custom"] = custom_fields.values(desk.space, project, issue_type.id)
    desk.issues.append(desk.space.create_issue(project, fields, by=desk.member(project)))


def update_issue(desk: Desk, issue: Issue) -> None:
    """Somebody moves an issue on, and may say why."""
    words = texts.comment(desk.rng, issue.project.lang) if desk.rng.random() < 0.3 else None
    desk.space.update_issue(issue, _progress(desk, issue), comment=words, by=desk.member(issue.project))


def comment(desk: Desk, issue: Issue) -> None:
    """Somebody comments on an issue."""
    words = texts.comment(desk.rng, issue.project.lang)
    desk.space.add_comment(issue, words, by=desk.member(issue.project))


def bulk_update(desk: Desk, first: Issue) -> None:
    """Somebody gives up to forty issues of one project another milestone, all in one second."""
    project = first.project
    start = int(desk.rng.random() * len(desk.issues))
    nearby = [issue for issue in desk.issues[start : start + 40] if issue.project is project]
    chosen = [first, *(issue for issue in nearby if issue is not first)]
    milestone = desk.rng.choice([each for each in project.versions if (each,) != first.milestones])
    desk.space.bulk_update(chosen, {"milestones": (milestone,)}, by=desk.member(project))


def has_milestones(issue: Issue) -> bool:
    """Whether there is another milestone to give to an issue."""
    return len(issue.project.versions) > 1


def attach_file(desk: Desk, issue: Issue) -> None:
    """Somebody attaches a file to an issue."""
    name, size = texts.file_name(desk.rng), int(desk.rng.random() * 900_000) + 100
    desk.space.attach_file(issue, name, size, by=desk.member(issue.project))


def detach_file(desk: Desk, issue: Issue) -> None:
    """Somebody removes the oldest file of an issue."""
    desk.space.detach_file(issue, issue.attachments[0], by=desk.member(issue.project))


def has_files(issue: Issue) -> bool:
    """Whether anything is attached to an issue."""
    return bool(issue.attachments)


def relate(desk: Desk, issue: Issue) -> None:
    """Somebody relates an issue with another one, unless it is related already."""
    other = desk.issue()
    if other is not issue and other not in issue.related:
        desk.space.relate_issues(issue, other, by=desk.member(issue.project))


def part(desk: Desk, issue: Issue) -> None:
    """Somebody ends a relation of an issue."""
    desk.space.part_issues(issue, issue.related[0], by=desk.member(issue.project))


def is_related(issue: Issue) -> bool:
    """Whether an issue is related with another one."""
    return bool(issue.related)


def star(desk: Desk, issue: Issue) -> None:
    """Somebody likes an issue."""
    desk.space.star_issue(issue, by=desk.member(issue.project))


def edit_comment(desk: Desk, issue: Issue) -> None:
    """Somebody mends the last comment of an issue."""
    last = issue.comments[-1]
    desk.space.edit_comment(last, f"{last.content} (edited)")


def has_words(issue: Issue) -> bool:
    """Whether the last comment of an issue says anything."""
    return bool(issue.comments and issue.comments[-1].content)


def add_milestone(desk: Desk, project: Project) -> None:
    """Somebody plans one more milestone."""
    first, name = desk.space.now.date(), f"Sprint {len(project.versions) + 1}"
    due = first + timedelta(days=14)
    desk.space.add_version(project, name, start=first, due=due, by=desk.member(project))


def elsewhere(desk: Desk, project: Project) -> None:
    """Something happens that the API does not serve, and leaves its line in the feed."""
    kind, content = opaque.some_activity(desk.space, project)
    desk.space.record(kind, project, content, desk.member(project))


def delete_issue(desk: Desk, issue: Issue) -> None:
    """Somebody deletes an issue."""
    desk.issues.remove(issue)
    desk.space.delete_issue(issue, by=desk.member(issue.project))


def is_leaf(issue: Issue) -> bool:
    """Whether an issue has no children."""
    return not issue.children


def _planned(desk: Desk, project: Project) -> dict[str, Any]:
    """Who shall do it and when, as far as anybody knows."""
    rng, today = desk.rng, desk.space.now.date()
    dice = rng.random()
    planned: dict[str, Any] = {"assignee": desk.member(project) if dice < 0.7 else None}
    if dice < 0.4 and project.categories:
        planned["categories"] = (rng.choice(project.categories),)
    if 0.2 < dice < 0.6 and project.versions:
        planned["milestones"] = (rng.choice(project.versions),)
    if dice > 0.5:
        planned["start_date"] = today
        planned["due_date"] = today + timedelta(days=int(dice * 40))
    if dice > 0.8:
        planned["estimated_hours"] = int(dice * 100) / 4
    return planned


def _parent(desk: Desk, project: Project) -> Issue | None:
    if desk.rng.random() > 0.2 or not desk.issues:
        return None
    parent = desk.issue()
    if parent.project is not project:
        return None
    if parent.parent is None:
        return parent
    return parent if project.grandchildren and parent.parent.parent is None else None


def _progress(desk: Desk, issue: Issue) -> dict[Any, Any]:
    rng, project = desk.rng, issue.project
    dice = rng.random()
    if dice < 0.1:
        return {"summary": f"{texts.summary(rng, project.lang)} ({len(issue.comments) + 2})"}
    if dice < 0.25 and len(project.members) > 1:
        return {"assignee": rng.choice([user for user in project.members if user is not issue.assignee])}
    if dice < 0.4:
        return {"due_date": (issue.due_date or desk.space.now.date()) + timedelta(days=7)}
    if dice < 0.5:
        return {"actual_hours": (issue.actual_hours or 0) + int(rng.random() * 16 + 1) / 4}
    status = rng.choice([status for status in project.statuses if status is not issue.status])
    return {"status": status, "resolution": rng.choice(RESOLUTIONS) if status.id == 4 else None}

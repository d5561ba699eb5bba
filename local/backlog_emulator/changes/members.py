"""People join and leave projects, change, and leave the space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator import shapes
from backlog_emulator.changes.ends import end, end_administration, end_membership

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backlog_emulator.records import Activity, Project, User
    from backlog_emulator.space import Space

_CHANGEABLE = {"user_id", "name", "role_type", "lang", "mail_address", "last_login_time"}


def add_members(space: Space, project: Project, users: Sequence[User], *, by: User | None = None) -> Activity:
    """Let users join a project. Activity 15."""
    project.members.extend(user for user in users if user not in project.members)
    for user in users:
        space.graves.fill("project_users", (project, user))
    space.revision += 1
    return _record(space, 15, project, users, by)


def remove_member(space: Space, project: Project, user: User, *, by: User | None = None) -> Activity:
    """Let a user leave a project, whose records he can no longer see. Activity 16."""
    if user not in project.members:
        raise ValueError(f"{user.name} is no member of {project.key}: name one of its members")
    project.members.remove(user)
    end_membership(space, project, user)
    if user in project.administrators:
        remove_administrator(space, project, user)
    space.revision += 1
    return _record(space, 16, project, [user], by)


def add_administrator(space: Space, project: Project, user: User) -> None:
    """Let a member administer a project. No activity; ValueError when he is none, or does already."""
    if user not in project.members or user in project.administrators:
        raise ValueError(f"{user.name} cannot administer {project.key}: name a member who does not yet")
    project.administrators.append(user)
    space.graves.fill("project_administrators", (project, user))


def remove_administrator(space: Space, project: Project, user: User) -> None:
    """Let a user no longer administer a project. No activity; ValueError when he does not."""
    if user not in project.administrators:
        raise ValueError(f"{user.name} does not administer {project.key}: name one of its administrators")
    project.administrators.remove(user)
    end_administration(space, project, user)


def update_user(space: Space, user: User, **fields: Any) -> User:
    """Change a user, and with him every record that shows him; no activity, no `updated` moves."""
    if unknown := set(fields) - _CHANGEABLE:
        raise ValueError(f"no user field {unknown.pop()!r}; there are: {', '.join(sorted(_CHANGEABLE))}")
    for name, value in fields.items():
        setattr(user, name, value)
    space.altered_widely()
    return user


def delete_user(space: Space, user: User) -> User:
    """Remove a user from the space and its projects; switch `deleted_user` decides what old records show."""
    user.deleted = True
    end(space, "users", user)
    for project in space.projects_of(user):
        if user in project.members:
            project.members.remove(user)
        end_membership(space, project, user, "user deleted")
        if user in project.administrators:
            remove_administrator(space, project, user)
    space.altered_widely()
    return user


def _record(space: Space, kind: int, project: Project, users: Sequence[User], by: User | None) -> Activity:
    content: dict[str, Any] = {
        "users": [shapes.user(user) for user in users],
        "group_project_activities": [],
        "comment": "",
    }
    activity = space.record(kind, project, content, by or space.owner)
    content["group_project_activities"].append({"id": activity.id, "type": kind})
    return activity

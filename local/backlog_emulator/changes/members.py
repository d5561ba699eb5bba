"""People join and leave projects, change, and leave the space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator import shapes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backlog_emulator.records import Activity, Project, User
    from backlog_emulator.space import Space

_CHANGEABLE = {"user_id", "name", "role_type", "lang", "mail_address", "last_login_time"}


def add_members(space: Space, project: Project, users: Sequence[User], *, by: User | None = None) -> Activity:
    """Let users join a project. Activity 15."""
    project.members.extend(user for user in users if user not in project.members)
    space.revision += 1
    return _record(space, 15, project, users, by)


def remove_member(space: Space, project: Project, user: User, *, by: User | None = None) -> Activity:
    """Let a user leave a project, whose records he can no longer see. Activity 16."""
    if user not in project.members:
        raise ValueError(f"{user.name} is no member of {project.key}: name one of its members")
    project.members.remove(user)
    space.revision += 1
    return _record(space, 16, project, [user], by)


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
    for project in space.projects_of(user):
        project.members.remove(user)
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

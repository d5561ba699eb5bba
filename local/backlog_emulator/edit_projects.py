"""Scripted changes of projects: their members, their settings, and whole projects; and of users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.edit_fields import day
from backlog_emulator.picks import author_of, one_among, project_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.space import Space

    Edit = dict[str, Any]

# Names of the API for attributes of `Project` and `Version` that an edit may set.
_PROJECT_FIELDS = {
    "projectKey": "key",
    "name": "name",
    "displayOrder": "display_order",
    "textFormattingRule": "text_formatting_rule",
    "grandchildIssueEnabled": "grandchildren",
    "useGit": "use_git",
    "useWiki": "use_wiki",
    "useDocument": "use_document",
    "useFileSharing": "use_file_sharing",
}
_SPACE_FIELDS = {"name", "lang"}
_VERSION_FIELDS = {"name": "name", "description": "description", "archived": "archived"}
_VERSION_DAYS = {"startDate": "start_date", "releaseDueDate": "release_due_date"}


def _add_member(space: Space, edit: Edit) -> int:
    space.add_members(project_of(space, edit), [space.users[edit["user"]]], by=author_of(space, edit))
    return int(edit["user"])


def _remove_member(space: Space, edit: Edit) -> int:
    space.remove_member(project_of(space, edit), space.users[edit["user"]], by=author_of(space, edit))
    return int(edit["user"])


def _add_administrator(space: Space, edit: Edit) -> int:
    space.add_administrator(project_of(space, edit), space.users[edit["user"]])
    return int(edit["user"])


def _remove_administrator(space: Space, edit: Edit) -> int:
    space.remove_administrator(project_of(space, edit), space.users[edit["user"]])
    return int(edit["user"])


def _update_space(space: Space, edit: Edit) -> None:
    if unknown := set(edit["fields"]) - _SPACE_FIELDS:
        raise ValueError(f"no field {unknown.pop()!r} of the space; there are: {', '.join(sorted(_SPACE_FIELDS))}")
    for name, value in edit["fields"].items():
        setattr(space, name, value)


def _announce(space: Space, edit: Edit) -> None:
    space.announcement = {"content": edit["content"], "updated": space.now}


def _update_licence(space: Space, edit: Edit) -> None:
    if unknown := set(edit["fields"]) - set(space.licence):
        raise ValueError(f"no licence field {unknown.pop()!r}; there are: {', '.join(space.licence)}")
    space.licence |= edit["fields"]


def _update_user(space: Space, edit: Edit) -> int:
    return space.update_user(space.users[edit["user"]], **edit["fields"]).id


def _delete_user(space: Space, edit: Edit) -> int:
    return space.delete_user(space.users[edit["user"]]).id


def _add_version(space: Space, edit: Edit) -> int:
    return space.add_version(project_of(space, edit), edit["name"], by=author_of(space, edit)).id


def _update_version(space: Space, edit: Edit) -> int:
    fields = {_VERSION_FIELDS[name]: value for name, value in edit["fields"].items() if name not in _VERSION_DAYS}
    days = {_VERSION_DAYS[name]: day(value) for name, value in edit["fields"].items() if name in _VERSION_DAYS}
    version = _setting(space, "versions", edit["version"])
    space.update_version(version, by=author_of(space, edit), **fields, **days)
    return int(version.id)


def _delete_version(space: Space, edit: Edit) -> int:
    version = _setting(space, "versions", edit["version"])
    space.delete_version(version, by=author_of(space, edit))
    return int(version.id)


def _delete_status(space: Space, edit: Edit) -> int:
    project = project_of(space, edit)
    status, substitute = (one_among(space, project.statuses, edit[name]) for name in ("status", "substitute"))
    space.delete_status(status, substitute, by=author_of(space, edit))
    return int(status.id)


def _delete_issue_type(space: Space, edit: Edit) -> int:
    issue_type = _setting(space, "issue_types", edit["issue_type"])
    own = space.projects[issue_type.project_id].issue_types
    space.delete_issue_type(issue_type, one_among(space, own, edit["substitute"]))
    return int(issue_type.id)


def _delete_category(space: Space, edit: Edit) -> int:
    category = _setting(space, "categories", edit["category"])
    space.delete_category(category)
    return int(category.id)


def _delete_custom_field(space: Space, edit: Edit) -> int:
    field = _setting(space, "custom_fields", edit["custom_field"])
    space.delete_custom_field(field)
    return int(field.id)


def _rename(space: Space, edit: Edit) -> int:
    project = project_of(space, edit)
    return int(space.rename(one_among(space, getattr(project, _RENAMED[edit["setting"]]), edit["id"]), edit["name"]).id)


def _update_project(space: Space, edit: Edit) -> int:
    fields = {_PROJECT_FIELDS[name]: value for name, value in edit["fields"].items()}
    return space.update_project(project_of(space, edit), **fields).id


def _archive_project(space: Space, edit: Edit) -> int:
    project = project_of(space, edit)
    space.archive_project(project)
    return project.id


def _unarchive_project(space: Space, edit: Edit) -> int:
    project = project_of(space, edit)
    space.unarchive_project(project)
    return project.id


def _delete_project(space: Space, edit: Edit) -> int:
    project = project_of(space, edit)
    space.delete_project(project)
    return project.id


def _setting(space: Space, attribute: str, wanted: int | str) -> Any:
    """A setting whose id is its own in the whole space; KeyError when there is none."""
    settings = (each for project in space.projects.values() for each in getattr(project, attribute))
    return one_among(space, settings, wanted)


_RENAMED = {
    "status": "statuses",
    "issue_type": "issue_types",
    "category": "categories",
    "custom_field": "custom_fields",
}

OPERATIONS: dict[str, Callable[[Space, Edit], int | None]] = {
    "add_member": _add_member,
    "remove_member": _remove_member,
    "add_administrator": _add_administrator,
    "remove_administrator": _remove_administrator,
    "update_space": _update_space,
    "announce": _announce,
    "update_licence": _update_licence,
    "update_user": _update_user,
    "delete_user": _delete_user,
    "add_version": _add_version,
    "update_version": _update_version,
    "delete_version": _delete_version,
    "add_status": lambda space, edit: space.add_status(project_of(space, edit), edit["name"]).id,
    "delete_status": _delete_status,
    "add_issue_type": lambda space, edit: space.add_issue_type(project_of(space, edit), edit["name"]).id,
    "delete_issue_type": _delete_issue_type,
    "add_category": lambda space, edit: space.add_category(project_of(space, edit), edit["name"]).id,
    "delete_category": _delete_category,
    "add_custom_field": lambda space, edit: space.add_custom_field(project_of(space, edit), edit["type"]).id,
    "delete_custom_field": _delete_custom_field,
    "rename": _rename,
    "update_project": _update_project,
    "archive_project": _archive_project,
    "unarchive_project": _unarchive_project,
    "delete_project": _delete_project,
}

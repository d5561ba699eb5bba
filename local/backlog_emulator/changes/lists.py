"""Issue types, categories and custom fields come, change their names and go: nothing of it is in the feed.

Issues that lose one of them keep their `updated`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from backlog_emulator import custom_fields
from backlog_emulator.changes.ends import end
from backlog_emulator.records import Category, CustomField, IssueType, Project, Status

if TYPE_CHECKING:
    from backlog_emulator.space import Space

    R = TypeVar("R", IssueType, Category, CustomField, Status)


def rename(space: Space, record: R, name: str) -> R:
    """Give an issue type, a category, a custom field or a status another name."""
    record.name = name
    space.altered_widely()
    return record


def add_issue_type(space: Space, project: Project, name: str, color: str = "#7ea800") -> IssueType:
    """Add an issue type at the end."""
    issue_type = IssueType(space.next_id("issueType"), project.id, name, color, len(project.issue_types))
    project.issue_types.append(issue_type)
    return issue_type


def delete_issue_type(space: Space, issue_type: IssueType, substitute: IssueType) -> None:
    """Remove an issue type and give its issues another one; ValueError for a substitute from elsewhere."""
    project = space.projects[issue_type.project_id]
    if substitute not in project.issue_types or substitute is issue_type:
        raise ValueError(f"{substitute.name} cannot stand in for {issue_type.name}: take one of the same project")
    project.issue_types.remove(issue_type)
    for issue in space.issues.values():
        if issue.issue_type is issue_type:
            issue.issue_type = substitute
    _gone(space, "issue_types", issue_type)


def add_category(space: Space, project: Project, name: str) -> Category:
    """Add a category; those made through the API have no order of their own."""
    category = Category(space.next_id("category"), project.id, name, 2147483646)
    project.categories.append(category)
    return category


def delete_category(space: Space, category: Category) -> None:
    """Remove a category, also from its issues."""
    space.projects[category.project_id].categories.remove(category)
    for issue in space.issues.values():
        issue.categories = tuple(other for other in issue.categories if other is not category)
    _gone(space, "categories", category)


def add_custom_field(space: Space, project: Project, type_id: int) -> CustomField:
    """Add a custom field of a kind, 1 to 8; issues have no value of it yet."""
    field = custom_fields.define(space, project, type_id)
    project.custom_fields.append(field)
    return field


def delete_custom_field(space: Space, field: CustomField) -> None:
    """Remove a custom field with its values."""
    space.projects[field.project_id].custom_fields.remove(field)
    for issue in space.issues.values():
        issue.custom.pop(field, None)
    _gone(space, "custom_fields", field)


def _gone(space: Space, endpoint: str, record: IssueType | Category | CustomField) -> None:
    end(space, endpoint, record, projectId=record.project_id)
    space.altered_widely()

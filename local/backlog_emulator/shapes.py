"""The shape of every body: the fields of the Backlog API in the order in which it sends them.

A shape returns a dict that may hold records, days and instants; `bodies` encodes those.
Source of the fields: https://developer.nulab.com/docs/backlog/, each entity's own page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator import records

if TYPE_CHECKING:
    from collections.abc import Callable


def user(user: records.User) -> dict[str, Any]:
    """A user, as everywhere in the API."""
    account = {"nulabId": user.nulab_id, "name": user.name, "uniqueId": user.user_id}
    return {
        "id": user.id,
        "userId": user.user_id,
        "name": user.name,
        "roleType": user.role_type,
        "lang": user.lang,
        "nulabAccount": account if user.nulab_id else None,
        "mailAddress": user.mail_address,
        "lastLoginTime": user.last_login_time,
    }


def _project(project: records.Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "projectKey": project.key,
        "name": project.name,
        "chartEnabled": True,
        "useResolvedForChart": False,
        "subtaskingEnabled": True,
        "grandchildIssueEnabled": project.grandchildren,
        "projectLeaderCanEditProjectLeader": False,
        "useWiki": project.use_wiki,
        "useDocument": project.use_document,
        "useFileSharing": project.use_file_sharing,
        "useWikiTreeView": True,
        "useSubversion": False,
        "useGit": project.use_git,
        "useOriginalImageSizeAtWiki": False,
        "textFormattingRule": project.text_formatting_rule,
        "archived": project.archived,
        "displayOrder": project.display_order,
        "useDevAttributes": True,
    }


def _status(status: records.Status) -> dict[str, Any]:
    return {
        "id": status.id,
        "projectId": status.project_id,
        "name": status.name,
        "color": status.color,
        "displayOrder": status.display_order,
    }


def _issue_type(issue_type: records.IssueType) -> dict[str, Any]:
    return {
        "id": issue_type.id,
        "projectId": issue_type.project_id,
        "name": issue_type.name,
        "color": issue_type.color,
        "displayOrder": issue_type.display_order,
        "templateSummary": issue_type.template_summary,
        "templateDescription": issue_type.template_description,
    }


def _category(category: records.Category) -> dict[str, Any]:
    return {
        "id": category.id,
        "projectId": category.project_id,
        "name": category.name,
        "displayOrder": category.display_order,
    }


def _version(version: records.Version) -> dict[str, Any]:
    return {
        "id": version.id,
        "projectId": version.project_id,
        "name": version.name,
        "description": version.description,
        "startDate": version.start_date,
        "releaseDueDate": version.release_due_date,
        "archived": version.archived,
        "displayOrder": version.display_order,
    }


def _item(item: records.Item) -> dict[str, Any]:
    return {"id": item.id, "name": item.name, "displayOrder": item.display_order}


def _custom_field(definition: records.CustomField) -> dict[str, Any]:
    return {
        "id": definition.id,
        "projectId": definition.project_id,
        "typeId": definition.type_id,
        "name": definition.name,
        "description": definition.description,
        "required": definition.required,
        "applicableIssueTypes": definition.applicable_issue_types,
        **definition.settings,
    }


def with_display_order(definition: records.CustomField, order: int) -> dict[str, Any]:
    """A custom field's definition as it is with the switch `custom_field_order` on `sent`."""
    return _custom_field(definition) | {"displayOrder": order}


def _tag(tag: records.Tag) -> dict[str, Any]:
    return {"id": tag.id, "name": tag.name}


def _choice(choice: records.Choice) -> dict[str, Any]:
    return {"id": choice.id, "name": choice.name}


def _attachment(attachment: records.Attachment) -> dict[str, Any]:
    return {
        "id": attachment.id,
        "name": attachment.name,
        "size": attachment.size,
        "createdUser": attachment.created_user,
        "created": attachment.created,
    }


def _star(star: records.Star) -> dict[str, Any]:
    return {
        "id": star.id,
        "comment": star.comment,
        "url": star.url,
        "title": star.title,
        "presenter": star.presenter,
        "created": star.created,
    }


def _notification(notification: records.Notification) -> dict[str, Any]:
    return {
        "id": notification.id,
        "alreadyRead": notification.already_read,
        "reason": notification.reason,
        "user": notification.user,
        "resourceAlreadyRead": notification.resource_already_read,
    }


def _custom_value(definition: records.CustomField, held: records.CustomValue) -> dict[str, Any]:
    shape = {
        "id": definition.id,
        "fieldTypeId": definition.type_id,
        "name": definition.name,
        "value": held.value,
    }
    return shape | {"otherValue": held.other} if definition.type_id in (7, 8) else shape


def _issue(issue: records.Issue) -> dict[str, Any]:
    return {
        "id": issue.id,
        "projectId": issue.project.id,
        "issueKey": issue.key,
        "keyId": issue.key_id,
        "issueType": issue.issue_type,
        "summary": issue.summary,
        "description": issue.description,
        "resolution": issue.resolution,
        "priority": issue.priority,
        "status": issue.status,
        "assignee": issue.assignee,
        "category": issue.categories,
        "versions": issue.versions,
        "milestone": issue.milestones,
        "startDate": issue.start_date,
        "dueDate": issue.due_date,
        "estimatedHours": issue.estimated_hours,
        "actualHours": issue.actual_hours,
        "parentIssueId": issue.parent.id if issue.parent else None,
        "createdUser": issue.created_user,
        "created": issue.created,
        "updatedUser": issue.updated_user,
        "updated": issue.updated,
        "customFields": [_custom_value(*pair) for pair in issue.custom.items()],
        "attachments": issue.attachments,
        "sharedFiles": issue.shared_files,
        "stars": issue.stars,
        "externalFileLinks": (),
    }


def with_child_summary(issue: records.Issue) -> dict[str, Any]:
    """An issue as `expand[]=childIssueSummary` gives it: closed children are those of status 4."""
    closed = sum(child.status.id == 4 for child in issue.children)
    return _issue(issue) | {"childIssueSummary": {"total": len(issue.children), "closed": closed}}


def _comment(comment: records.Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "projectId": comment.issue.project.id,
        "issueId": comment.issue.id,
        "content": comment.content,
        "changeLog": comment.change_log,
        "createdUser": comment.created_user,
        "created": comment.created,
        "updated": comment.updated,
        "stars": comment.stars,
        "notifications": comment.notifications,
    }


def _activity(activity: records.Activity) -> dict[str, Any]:
    return {
        "id": activity.id,
        "project": activity.project,
        "type": activity.type,
        "content": activity.content,
        "notifications": (),
        "createdUser": activity.created_user,
        "created": activity.created,
    }


def with_notifications(activity: records.Activity) -> dict[str, Any]:
    """An activity as `/activities/:id` gives it, the only place that tells who was notified."""
    return _activity(activity) | {"notifications": activity.notified}


SHAPES: dict[type, Callable[[Any], dict[str, Any]]] = {
    records.User: user,
    records.Project: _project,
    records.Status: _status,
    records.IssueType: _issue_type,
    records.Category: _category,
    records.Version: _version,
    records.Item: _item,
    records.CustomField: _custom_field,
    records.Choice: _choice,
    records.Attachment: _attachment,
    records.Star: _star,
    records.Notification: _notification,
    records.Issue: _issue,
    records.Tag: _tag,
    records.Comment: _comment,
    records.Activity: _activity,
}

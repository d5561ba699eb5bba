"""Issues of every visible project (https://developer.nulab.com/docs/backlog/api/2/get-issue-list/)."""

from __future__ import annotations

from backlog_provider.model.endpoint import ActivityLinks, Changes, Column, Deletion, Endpoint, Kind, Parent, person

ISSUES = Endpoint(
    name="issues",
    path="/issues",
    style=Changes(count="/issues/count"),
    key=("ISSUE_ID",),
    version="UPDATED_AT",
    project="projectId",
    parent=Parent("projects", "PROJECT_ID"),
    deletion=Deletion(activity_type=4, key={"ISSUE_ID": "content.id"}),
    # A status was deleted, dates were set in bulk: whether these move ``updated`` is not documented. Issues that are
    # updated (14) or created (47) in bulk move it as any others do.
    linked=ActivityLinks(types=(34, 35), records="content.link"),
    columns=(
        Column("ISSUE_ID", Kind.INTEGER, "id"),
        Column("ISSUE_KEY", Kind.TEXT, "issueKey"),
        Column("KEY_ID", Kind.INTEGER, "keyId"),
        Column("PROJECT_ID", Kind.INTEGER, "projectId"),
        Column("ISSUE_TYPE_ID", Kind.INTEGER, "issueType.id"),
        Column("ISSUE_TYPE_NAME", Kind.TEXT, "issueType.name"),
        Column("SUMMARY", Kind.TEXT, "summary"),
        Column("DESCRIPTION", Kind.TEXT, "description"),
        Column("STATUS_ID", Kind.INTEGER, "status.id"),
        Column("STATUS_NAME", Kind.TEXT, "status.name"),
        Column("PRIORITY_ID", Kind.INTEGER, "priority.id"),
        Column("PRIORITY_NAME", Kind.TEXT, "priority.name"),
        Column("RESOLUTION_ID", Kind.INTEGER, "resolution.id"),
        Column("RESOLUTION_NAME", Kind.TEXT, "resolution.name"),
        *person("ASSIGNEE", "assignee"),
        Column("START_DATE", Kind.DATE, "startDate"),
        Column("DUE_DATE", Kind.DATE, "dueDate"),
        Column("ESTIMATED_HOURS", Kind.DECIMAL, "estimatedHours"),
        Column("ACTUAL_HOURS", Kind.DECIMAL, "actualHours"),
        Column("PARENT_ISSUE_ID", Kind.INTEGER, "parentIssueId"),
        *person("CREATOR", "createdUser"),
        Column("CREATED_AT", Kind.INSTANT, "created"),
        *person("UPDATER", "updatedUser"),
        Column("UPDATED_AT", Kind.INSTANT, "updated"),
    ),
)

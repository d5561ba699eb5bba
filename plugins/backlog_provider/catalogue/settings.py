"""What a project's issues are made of: types, categories, versions, statuses, custom fields; and what tells others.

https://developer.nulab.com/docs/backlog/api/2/get-issue-type-list/, …/get-category-list/,
…/get-version-milestone-list/, …/get-custom-field-list/, …/get-status-list-of-project/, …/get-priority-list/,
…/get-resolution-list/, …/get-list-of-webhooks/
"""

from __future__ import annotations

from backlog_provider.catalogue.model import Column, Endpoint, Kind, Snapshot, Under, in_project, stamps
from backlog_provider.catalogue.projects import PROJECTS

_EACH_PROJECT = Under(PROJECTS, column="PROJECT_ID")

ISSUE_TYPES = Endpoint(
    name="issue_types",
    path="/projects/{id}/issueTypes",
    style=Snapshot(),
    under=_EACH_PROJECT,
    project="^id",
    key=("ISSUE_TYPE_ID",),
    columns=(
        Column("ISSUE_TYPE_ID", Kind.INTEGER, "id"),
        in_project("^id"),
        Column("NAME", Kind.TEXT, "name"),
        Column("COLOR", Kind.TEXT, "color"),
        Column("DISPLAY_ORDER", Kind.INTEGER, "displayOrder"),
        Column("TEMPLATE_SUMMARY", Kind.TEXT, "templateSummary"),
        Column("TEMPLATE_DESCRIPTION", Kind.TEXT, "templateDescription"),
    ),
)

CATEGORIES = Endpoint(
    name="categories",
    path="/projects/{id}/categories",
    style=Snapshot(),
    under=_EACH_PROJECT,
    project="^id",
    key=("CATEGORY_ID",),
    columns=(
        Column("CATEGORY_ID", Kind.INTEGER, "id"),
        in_project("^id"),
        Column("NAME", Kind.TEXT, "name"),
        Column("DISPLAY_ORDER", Kind.INTEGER, "displayOrder"),
    ),
)

# Milestones are versions too.
VERSIONS = Endpoint(
    name="versions",
    path="/projects/{id}/versions",
    style=Snapshot(),
    under=_EACH_PROJECT,
    project="^id",
    key=("VERSION_ID",),
    columns=(
        Column("VERSION_ID", Kind.INTEGER, "id"),
        in_project("^id"),
        Column("NAME", Kind.TEXT, "name"),
        Column("DESCRIPTION", Kind.TEXT, "description"),
        Column("START_DATE", Kind.DATE, "startDate"),
        Column("RELEASE_DUE_DATE", Kind.DATE, "releaseDueDate"),
        Column("ARCHIVED", Kind.BOOLEAN, "archived"),
        Column("DISPLAY_ORDER", Kind.INTEGER, "displayOrder"),
    ),
)

CUSTOM_FIELDS = Endpoint(
    name="custom_fields",
    path="/projects/{id}/customFields",
    style=Snapshot(),
    under=_EACH_PROJECT,
    project="^id",
    key=("CUSTOM_FIELD_ID",),
    columns=(
        Column("CUSTOM_FIELD_ID", Kind.INTEGER, "id"),
        in_project("^id"),
        Column("TYPE_ID", Kind.INTEGER, "typeId"),
        Column("NAME", Kind.TEXT, "name"),
        Column("DESCRIPTION", Kind.TEXT, "description"),
        Column("REQUIRED", Kind.BOOLEAN, "required"),
        Column("UNIT", Kind.TEXT, "unit"),
        Column("APPLICABLE_ISSUE_TYPES", Kind.JSON, "applicableIssueTypes"),
        Column("ITEMS", Kind.JSON, "items"),
    ),
)

# The four that every project begins with have the same ids in all of them.
STATUSES = Endpoint(
    name="statuses",
    path="/projects/{id}/statuses",
    style=Snapshot(),
    under=_EACH_PROJECT,
    project="^id",
    key=("PROJECT_ID", "STATUS_ID"),
    columns=(
        in_project("^id"),
        Column("STATUS_ID", Kind.INTEGER, "id"),
        Column("NAME", Kind.TEXT, "name"),
        Column("COLOR", Kind.TEXT, "color"),
        Column("DISPLAY_ORDER", Kind.INTEGER, "displayOrder"),
    ),
)

PRIORITIES = Endpoint(
    name="priorities",
    path="/priorities",
    style=Snapshot(),
    key=("PRIORITY_ID",),
    columns=(Column("PRIORITY_ID", Kind.INTEGER, "id"), Column("NAME", Kind.TEXT, "name")),
)

RESOLUTIONS = Endpoint(
    name="resolutions",
    path="/resolutions",
    style=Snapshot(),
    key=("RESOLUTION_ID",),
    columns=(Column("RESOLUTION_ID", Kind.INTEGER, "id"), Column("NAME", Kind.TEXT, "name")),
)

# Their addresses often carry a secret: no DAG loads them unless it is told to.
WEBHOOKS = Endpoint(
    name="webhooks",
    path="/projects/{id}/webhooks",
    style=Snapshot(),
    under=_EACH_PROJECT,
    project="^id",
    key=("WEBHOOK_ID",),
    version="UPDATED_AT",
    role="an administrator or a project administrator",
    columns=(
        Column("WEBHOOK_ID", Kind.INTEGER, "id"),
        in_project("^id"),
        Column("NAME", Kind.TEXT, "name"),
        Column("DESCRIPTION", Kind.TEXT, "description"),
        Column("HOOK_URL", Kind.TEXT, "hookUrl"),
        Column("ALL_EVENT", Kind.BOOLEAN, "allEvent"),
        Column("ACTIVITY_TYPE_IDS", Kind.JSON, "activityTypeIds"),
        *stamps(),
    ),
)

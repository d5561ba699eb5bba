"""Settings of projects: issue types, categories, versions, statuses, custom fields, webhooks.

https://developer.nulab.com/docs/backlog/api/2/get-issue-type-list/, …/get-category-list/,
…/get-version-milestone-list/, …/get-custom-field-list/, …/get-status-list-of-project/, …/get-priority-list/,
…/get-resolution-list/, …/get-list-of-webhooks/
"""

from __future__ import annotations

from typing import Any

from backlog_provider.catalogue.projects import PROJECTS
from backlog_provider.model.endpoint import Column, Endpoint, Kind, Snapshot, Under, in_project, stamps
from backlog_provider.model.instants import day_text

_EACH_PROJECT = Under(PROJECTS, column="PROJECT_ID")


def number_or_none(limit: Any) -> float | None:
    """Return a limit of a custom field as a number; None where it is none, as the limits of a date field."""
    try:
        return float(limit)
    except (ValueError, TypeError):
        return None


def day_or_none(limit: Any) -> str | None:
    """Return a limit of a custom field as a day, ``YYYY-MM-DD``; None where it is none, as those of a number field."""
    try:
        return day_text(limit) if number_or_none(limit) is None else None
    except ValueError:
        return None


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
        Column("DISPLAY_ORDER", Kind.INTEGER, "displayOrder"),
        Column("UNIT", Kind.TEXT, "unit"),
        Column("MIN_NUMBER", Kind.DECIMAL, "min", convert=number_or_none),
        Column("MAX_NUMBER", Kind.DECIMAL, "max", convert=number_or_none),
        Column("INITIAL_NUMBER", Kind.DECIMAL, "initialValue", convert=number_or_none),
        Column("MIN_DATE", Kind.DATE, "min", convert=day_or_none),
        Column("MAX_DATE", Kind.DATE, "max", convert=day_or_none),
        # 1: the day of entry, 2: INITIAL_DATE_SHIFT days after it, 3: INITIAL_DATE.
        Column("INITIAL_DATE_TYPE", Kind.INTEGER, "initialDate.id"),
        Column("INITIAL_DATE_SHIFT", Kind.INTEGER, "initialDate.shift"),
        Column("INITIAL_DATE", Kind.DATE, "initialDate.date"),
        Column("APPLICABLE_ISSUE_TYPES", Kind.JSON, "applicableIssueTypes"),
        Column("ITEMS", Kind.JSON, "items"),
        Column("ALLOW_ADD_ITEM", Kind.BOOLEAN, "allowAddItem"),
        Column("ALLOW_INPUT", Kind.BOOLEAN, "allowInput"),
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

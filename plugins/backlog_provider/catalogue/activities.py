"""The activity feeds of the space and of each project.

https://developer.nulab.com/docs/backlog/api/2/get-recent-updates/, …/get-project-recent-updates/
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from backlog_provider.catalogue.projects import PROJECTS
from backlog_provider.model.endpoint import Column, Endpoint, Feed, Kind, Under, person

# 34, 35 and 47 are missing from the documentation but known to Nulab's own clients. The documentation calls 21
# a deletion, Nulab's clients call it a merge: the name here follows the clients, the number is kept either way.
TYPE_NAMES: dict[int, str] = {
    1: "Issue Created",
    2: "Issue Updated",
    3: "Issue Commented",
    4: "Issue Deleted",
    5: "Wiki Created",
    6: "Wiki Updated",
    7: "Wiki Deleted",
    8: "File Added",
    9: "File Updated",
    10: "File Deleted",
    11: "SVN Committed",
    12: "Git Pushed",
    13: "Git Repository Created",
    14: "Issues Bulk Updated",
    15: "User Joined Project",
    16: "User Left Project",
    17: "Comment Notification Added",
    18: "Pull Request Added",
    19: "Pull Request Updated",
    20: "Pull Request Commented",
    21: "Pull Request Merged",
    22: "Milestone Created",
    23: "Milestone Updated",
    24: "Milestone Deleted",
    25: "Team Joined Project",
    26: "Team Left Project",
    34: "Status Deleted",
    35: "Issue Dates Bulk Updated",
    36: "Document Created",
    37: "Document Deleted",
    38: "Document Title Updated",
    39: "Document Updated",
    40: "Document Comment Created",
    41: "Document Comment Updated",
    42: "Document Comment Deleted",
    43: "Document Reply Created",
    44: "Document Reply Updated",
    45: "Document Reply Deleted",
    46: "Document Attachment Added",
    47: "Issues Bulk Created",
    48: "Documents Bulk Created",
    49: "Mentioned In Document",
}


def type_name(type_id: Any) -> str:
    """Return the readable name of an activity type; one that nobody documents is kept by its number."""
    return TYPE_NAMES.get(type_id, f"Unknown ({type_id})")


ACTIVITIES = Endpoint(
    name="activities",
    path="/space/activities",
    style=Feed(project_path="/projects/{project_id}/activities"),
    key=("ACTIVITY_ID",),
    project="project.id",
    is_feed_of_deletions=True,
    columns=(
        Column("ACTIVITY_ID", Kind.INTEGER, "id"),
        Column("ACTIVITY_TYPE", Kind.TEXT, "type", convert=type_name),
        Column("ACTIVITY_TYPE_ID", Kind.INTEGER, "type"),
        Column("PROJECT_ID", Kind.INTEGER, "project.id"),
        Column("PROJECT_KEY", Kind.TEXT, "project.projectKey"),
        Column("PROJECT_NAME", Kind.TEXT, "project.name"),
        Column("CONTENT", Kind.JSON, "content"),
        *person("CREATOR", "createdUser"),
        Column("CREATOR_EMAIL_ADDRESS", Kind.TEXT, "createdUser.mailAddress", is_personal=True),
        Column("CREATOR_NULAB_ACCOUNT_ID", Kind.TEXT, "createdUser.nulabAccount.nulabId", is_personal=True),
        Column("CREATOR_NULAB_UNIQUE_ID", Kind.TEXT, "createdUser.nulabAccount.uniqueId", is_personal=True),
        Column("CREATED_AT", Kind.INSTANT, "created"),
    ),
)

# The same activities, read project by project: one request for each, where the feed of the space takes one for all.
PROJECT_ACTIVITIES = replace(
    ACTIVITIES,
    name="project_activities",
    path="/projects/{id}/activities",
    style=Feed(),
    under=Under(PROJECTS, column="PROJECT_ID"),
)

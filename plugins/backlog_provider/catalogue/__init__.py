"""The endpoints that the provider knows by name."""

from __future__ import annotations

from backlog_provider.catalogue.activities import ACTIVITIES, PROJECT_ACTIVITIES
from backlog_provider.catalogue.documents import DOCUMENT_COMMENTS, DOCUMENT_TREE, DOCUMENTS
from backlog_provider.catalogue.files import SHARED_FILES
from backlog_provider.catalogue.git import (
    PULL_REQUEST_ATTACHMENTS,
    PULL_REQUEST_COMMENTS,
    PULL_REQUEST_STARS,
    PULL_REQUESTS,
    REPOSITORIES,
)
from backlog_provider.catalogue.issue_lists import (
    ISSUE_ATTACHMENTS,
    ISSUE_COMMENTS,
    ISSUE_PARTICIPANTS,
    ISSUE_SHARED_FILES,
    RELATED_ISSUES,
)
from backlog_provider.catalogue.issues import ISSUES
from backlog_provider.catalogue.members import PROJECT_ADMINISTRATORS, PROJECT_TEAMS, PROJECT_USERS
from backlog_provider.catalogue.personal import NOTIFICATIONS, STARS, WATCHINGS
from backlog_provider.catalogue.projects import PROJECTS
from backlog_provider.catalogue.settings import (
    CATEGORIES,
    CUSTOM_FIELDS,
    ISSUE_TYPES,
    PRIORITIES,
    RESOLUTIONS,
    STATUSES,
    VERSIONS,
    WEBHOOKS,
)
from backlog_provider.catalogue.space import DISK_USAGE, LICENCE, SPACE, SPACE_NOTIFICATION
from backlog_provider.catalogue.teams import TEAMS
from backlog_provider.catalogue.users import USERS
from backlog_provider.catalogue.wikis import WIKI_ATTACHMENTS, WIKI_HISTORY, WIKIS
from backlog_provider.exceptions import ConfigurationError
from backlog_provider.model.endpoint import Changes, Column, Endpoint, Feed, Kind, Snapshot

__all__ = [
    "ACTIVITIES",
    "CATALOGUE",
    "DAILY",
    "HOURLY",
    "WEEKLY",
    "Changes",
    "Column",
    "Endpoint",
    "Feed",
    "Kind",
    "Snapshot",
    "find",
]

# Parents before what is under them.
CATALOGUE: dict[str, Endpoint] = {
    endpoint.name: endpoint
    for endpoint in (
        *(SPACE, SPACE_NOTIFICATION, LICENCE, DISK_USAGE, USERS, TEAMS),
        *(PROJECTS, PROJECT_USERS, PROJECT_ADMINISTRATORS, PROJECT_TEAMS),
        *(ISSUE_TYPES, CATEGORIES, VERSIONS, CUSTOM_FIELDS, STATUSES, PRIORITIES, RESOLUTIONS, WEBHOOKS),
        *(ISSUES, ISSUE_COMMENTS, ISSUE_ATTACHMENTS, ISSUE_PARTICIPANTS, RELATED_ISSUES, ISSUE_SHARED_FILES),
        *(WIKIS, WIKI_HISTORY, WIKI_ATTACHMENTS),
        *(DOCUMENTS, DOCUMENT_TREE, DOCUMENT_COMMENTS),
        *(REPOSITORIES, PULL_REQUESTS, PULL_REQUEST_COMMENTS, PULL_REQUEST_ATTACHMENTS, PULL_REQUEST_STARS),
        *(SHARED_FILES, STARS, WATCHINGS, NOTIFICATIONS, PROJECT_ACTIVITIES, ACTIVITIES),
    )
}

# What changes all the time, and costs a request where nothing has changed. Projects first: the rest belongs to them.
HOURLY = (
    *("projects", "users", "issues", "issue_comments", "wikis", "documents", "document_comments"),
    *("pull_requests", "pull_request_comments", "activities"),
)
# What changes now and then; much of it costs a request for each project.
DAILY = (
    *("space", "space_notification", "licence", "disk_usage", "teams"),
    *("project_users", "project_administrators", "project_teams"),
    *("issue_types", "categories", "versions", "custom_fields", "statuses", "priorities", "resolutions"),
    *("issue_attachments", "issue_shared_files", "wiki_attachments", "document_tree"),
    *("repositories", "pull_request_attachments", "shared_files", "stars", "watchings", "notifications"),
)
# What can be listed anew at a low price: by key, or a list for each repository and each user. Censuses of what takes a
# request for each issue, wiki, document or pull request have to be asked for by name.
WEEKLY = ("issues", "wikis", "documents", "pull_requests", "stars", "notifications")


def find(endpoint: str | Endpoint) -> Endpoint:
    """Return the endpoint of that name; an ``Endpoint`` of the user's own is returned as it is.

    :raises ConfigurationError: where the catalogue has no such name; the message lists those it has.
    """
    if isinstance(endpoint, Endpoint):
        return endpoint
    try:
        return CATALOGUE[endpoint]
    except KeyError:
        names = ", ".join(CATALOGUE)
        raise ConfigurationError(f"endpoint {endpoint!r} is not in the catalogue; it has: {names}") from None

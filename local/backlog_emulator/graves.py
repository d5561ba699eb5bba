"""What a space has had: deleted records with the moment and the cause, so that tests can compare deletions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from backlog_emulator.bodies import instant

if TYPE_CHECKING:
    from datetime import datetime

# Endpoints, by the names that `/control/truth` has for them, whose deleted records are remembered.
BURIED = (
    "users",
    "projects",
    "project_users",
    "statuses",
    "issue_types",
    "categories",
    "versions",
    "custom_fields",
    "issues",
    "issue_comments",
    "issue_attachments",
    "issue_shared_files",
    "related_issues",
    "project_administrators",
    "project_teams",
    "teams",
    "webhooks",
    "wikis",
    "wiki_history",
    "wiki_attachments",
    "documents",
    "document_comments",
    "repositories",
    "pull_requests",
    "pull_request_comments",
    "pull_request_attachments",
    "pull_request_stars",
    "shared_files",
    "stars",
    "watchings",
)


class Grave(NamedTuple):
    """A deleted record's `id`, when and why it went, and what else its key needs, such as `projectId`."""

    id: int | str
    moment: datetime
    why: str
    beside: dict[str, Any]

    def body(self) -> dict[str, Any]:
        """The grave as `/control/truth/…?deleted=true` gives it."""
        return {"id": self.id, **self.beside, "deletedAt": instant(self.moment), "why": self.why}


class Graves:
    """Deleted records by endpoint, in the order of their deletion."""

    def __init__(self) -> None:
        self._of: dict[str, dict[object, Grave]] = {}

    def dig(self, endpoint: str, record: object, grave: Grave) -> None:
        """A record went. `record` is whatever identifies it within the endpoint, usually itself."""
        self._of.setdefault(endpoint, {})[record] = grave

    def fill(self, endpoint: str, record: object) -> None:
        """A record is back, if it was gone at all."""
        self._of.get(endpoint, {}).pop(record, None)

    def find(self, endpoint: str, number: int) -> Any:
        """The deleted record of an id; KeyError when none was deleted."""
        for record, grave in self._of.get(endpoint, {}).items():
            if grave.id == number:
                return record
        raise KeyError(number)

    def listed(self, endpoint: str) -> list[dict[str, Any]]:
        """All graves of an endpoint."""
        return [grave.body() for grave in self._of.get(endpoint, {}).values()]

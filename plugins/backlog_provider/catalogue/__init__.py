"""The endpoints that the provider knows by name."""

from __future__ import annotations

from backlog_provider.catalogue.activities import ACTIVITIES
from backlog_provider.catalogue.issues import ISSUES
from backlog_provider.catalogue.model import Changes, Column, Endpoint, Feed, Kind, Snapshot
from backlog_provider.catalogue.projects import PROJECTS
from backlog_provider.catalogue.users import USERS
from backlog_provider.exceptions import ConfigurationError

__all__ = ["ACTIVITIES", "CATALOGUE", "Changes", "Column", "Endpoint", "Feed", "Kind", "Snapshot", "find"]

CATALOGUE: dict[str, Endpoint] = {e.name: e for e in (PROJECTS, USERS, ISSUES, ACTIVITIES)}


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

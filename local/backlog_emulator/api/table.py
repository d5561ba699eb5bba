"""All endpoints, in the order in which paths are matched: fixed paths stand before variable ones.

Beside them stand the truths: for each endpoint that can be loaded, by the name of its table, all records that the
default key can see, as the GET of that endpoint gives them. Children carry the ids that their GET has in its path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator import families
from backlog_emulator.api import (
    activities,
    comments,
    disk_usage,
    issue_parts,
    issues,
    projects,
    recent,
    space,
    users,
)

if TYPE_CHECKING:
    from backlog_emulator.call import Endpoint, Truth

# Paths below `/api/v2` and what answers them.
ENDPOINTS: dict[str, Endpoint] = {
    **space.ENDPOINTS,
    **disk_usage.ENDPOINTS,
    **recent.ENDPOINTS,
    **users.ENDPOINTS,
    **projects.ENDPOINTS,
    **issues.ENDPOINTS,
    **issue_parts.ENDPOINTS,
    **comments.ENDPOINTS,
    **activities.ENDPOINTS,
    **families.ENDPOINTS,
}

# In ascending order of id, except where an endpoint has an order of its own.
TRUTHS: dict[str, Truth] = {
    **space.TRUTHS,
    **disk_usage.TRUTHS,
    **users.TRUTHS,
    **projects.TRUTHS,
    **issue_parts.TRUTHS,
    **activities.TRUTHS,
    **families.TRUTHS,
}

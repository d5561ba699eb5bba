"""All endpoints, in the order in which paths are matched: fixed paths stand before variable ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.api import activities, comments, issues, projects, space, users

if TYPE_CHECKING:
    from backlog_emulator.call import Endpoint

# Paths below `/api/v2` and what answers them.
ENDPOINTS: dict[str, Endpoint] = {
    **space.ENDPOINTS,
    **users.ENDPOINTS,
    **projects.ENDPOINTS,
    **issues.ENDPOINTS,
    **comments.ENDPOINTS,
    **activities.ENDPOINTS,
}

"""Bodies of teams.

Source: https://developer.nulab.com/docs/backlog/api/2/get-list-of-teams/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.teams.records import Team

if TYPE_CHECKING:
    from collections.abc import Callable


def _team(team: Team) -> dict[str, Any]:
    return {
        "id": team.id,
        "name": team.name,
        "members": [member for member in team.members if not member.deleted],
        "displayOrder": team.display_order,
        "createdUser": team.created_user,
        "created": team.created,
        "updatedUser": team.updated_user,
        "updated": team.updated,
    }


SHAPES: dict[type, Callable[[Any], dict[str, Any]]] = {Team: _team}

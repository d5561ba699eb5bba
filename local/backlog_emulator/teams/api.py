"""Teams: of the space, paged by offset, one by one, and of projects.

Source: https://developer.nulab.com/docs/backlog/api/2/get-list-of-teams/ and its neighbours.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from backlog_emulator.call import picked
from backlog_emulator.download import icon
from backlog_emulator.paging import offset_page

if TYPE_CHECKING:
    from starlette.responses import Response

    from backlog_emulator.call import Call, Endpoint, Truth


def _teams(call: Call) -> bytes:
    call.some_administrator(call.space.projects.values())
    descending = call.query.choice("order", ("asc", "desc"), "desc") == "desc"
    key = attrgetter(call.space.switches.team_order, "id")
    teams = sorted(call.space.teams.values(), key=key, reverse=descending)
    return call.listed(offset_page(teams, call.query, call.space.switches))


def _team(call: Call) -> bytes:
    call.administrator()
    return call.space.bodies.of(picked(call.space.teams, call.path["team"], "No team."))


def _icon(call: Call) -> Response:
    picked(call.space.teams, call.path["team"], "No team.")
    return icon()


def _of_projects(call: Call) -> list[dict[str, Any]]:
    joined = call.space.projects_of(call.user)
    return [call.shaped(team, projectId=project.id) for project in joined for team in project.teams]


ENDPOINTS: dict[str, Endpoint] = {
    "/teams": _teams,
    "/teams/{team}": _team,
    "/teams/{team}/icon": _icon,
    "/projects/{project}/teams": lambda call: call.listed(call.project().teams),
}

TRUTHS: dict[str, Truth] = {
    "teams": lambda call: call.space.teams.values(),
    "project_teams": _of_projects,
}

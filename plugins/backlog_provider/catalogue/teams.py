"""Teams of the space, with their members (https://developer.nulab.com/docs/backlog/api/2/get-list-of-teams/)."""

from __future__ import annotations

from backlog_provider.model.endpoint import Column, Endpoint, Kind, Paging, Snapshot, stamps

TEAMS = Endpoint(
    name="teams",
    path="/teams",
    style=Snapshot(paging=Paging.OFFSET),
    key=("TEAM_ID",),
    version="UPDATED_AT",
    role="an administrator or a project administrator",
    columns=(
        Column("TEAM_ID", Kind.INTEGER, "id"),
        Column("NAME", Kind.TEXT, "name"),
        Column("DISPLAY_ORDER", Kind.INTEGER, "displayOrder"),
        *stamps(),
    ),
)

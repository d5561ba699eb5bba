"""All families of entities beside projects, users and issues.

A family is a package with a module for each of these: `records` (dataclasses), `shapes` (their bodies), `changes`
(what can happen to them, and its lines in the feed), `api` (endpoints, and the truths for tests), `edits` (scripted
changes), `chores` (everyday work), and `family`, which names what they bring. A new family is added here, and its
records to the attributes of `Space`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.documents.family import FAMILY as DOCUMENTS
from backlog_emulator.files.family import FAMILY as FILES
from backlog_emulator.git.family import FAMILY as GIT
from backlog_emulator.notifications.family import FAMILY as NOTIFICATIONS
from backlog_emulator.stars.family import FAMILY as STARS
from backlog_emulator.teams.family import FAMILY as TEAMS
from backlog_emulator.watchings.family import FAMILY as WATCHINGS
from backlog_emulator.webhooks.family import FAMILY as WEBHOOKS
from backlog_emulator.wikis.family import FAMILY as WIKIS

if TYPE_CHECKING:
    from backlog_emulator.records import Project
    from backlog_emulator.space import Space

# Teams before all others, because they join the projects whose members then work.
FAMILIES = (TEAMS, WIKIS, DOCUMENTS, FILES, GIT, STARS, WATCHINGS, NOTIFICATIONS, WEBHOOKS)

SHAPES = {kind: shape for family in FAMILIES for kind, shape in family.shapes.items()}
ENDPOINTS = {path: endpoint for family in FAMILIES for path, endpoint in family.endpoints.items()}
TRUTHS = {name: tell for family in FAMILIES for name, tell in family.truths.items()}
OPERATIONS = {name: operation for family in FAMILIES for name, operation in family.operations.items()}
KINDS = {name: kind for family in FAMILIES for name, kind in family.kinds.items()}


def found_all(space: Space, project: Project) -> None:
    """Give a new project what it begins with."""
    for family in FAMILIES:
        if family.found:
            family.found(space, project)


def remove_all(space: Space, project: Project) -> None:
    """End all records of a project that goes."""
    for family in FAMILIES:
        for attribute, remove in family.removals.items():
            for record in [each for each in getattr(space, attribute).values() if each.project is project]:
                remove(space, record, "project deleted")

"""A webhook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from backlog_emulator.records import Project, User


@dataclass(slots=True, eq=False, kw_only=True)
class Webhook:
    """Where activities of these types are told, of all types when `activity_types` is empty."""

    id: int
    project: Project
    name: str
    description: str
    hook_url: str
    activity_types: tuple[int, ...]
    created_user: User
    created: datetime
    updated_user: User
    updated: datetime

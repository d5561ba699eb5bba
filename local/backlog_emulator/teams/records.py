"""A team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from backlog_emulator.records import User


@dataclass(slots=True, eq=False, kw_only=True)
class Team:
    """Users who join projects together."""

    id: int
    name: str
    members: list[User]
    display_order: int | None
    created_user: User
    created: datetime
    updated_user: User
    updated: datetime

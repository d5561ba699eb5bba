"""What a family of entities brings with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from backlog_emulator.call import Endpoint, Truth
    from backlog_emulator.desk import Kind
    from backlog_emulator.records import Project
    from backlog_emulator.space import Space


@dataclass(frozen=True, kw_only=True)
class Family:
    """The tables of a family's modules.

    `shapes` by type of record, `endpoints` by path below `/api/v2`, `truths` by name of endpoint, `operations` of
    scripted edits, and `kinds` of everyday work. `found` gives a new project what it begins with; `removals` end the
    records of a project that goes, by attribute of `Space`.
    """

    shapes: Mapping[type, Callable[[Any], dict[str, Any]]] = field(default_factory=dict)
    endpoints: Mapping[str, Endpoint]
    truths: Mapping[str, Truth]
    operations: Mapping[str, Callable[[Space, dict[str, Any]], int | str | None]]
    kinds: Mapping[str, Kind]
    found: Callable[[Space, Project], None] | None = None
    removals: Mapping[str, Callable[[Space, Any, str], None]] = field(default_factory=dict)

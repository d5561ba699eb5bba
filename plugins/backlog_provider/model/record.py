"""The types of records and query parameters, which all layers use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]
"""One JSON object of a Backlog response."""

Params: TypeAlias = Sequence[tuple[str, str | int]]
"""Query parameters in order. Names may repeat (``projectId[]``)."""

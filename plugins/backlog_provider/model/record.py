"""Records and query parameters, as all layers pass them on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]
"""One JSON object of an answer of Backlog."""

Params: TypeAlias = Sequence[tuple[str, str | int]]
"""The query of a request, in order; names may repeat (``projectId[]``)."""

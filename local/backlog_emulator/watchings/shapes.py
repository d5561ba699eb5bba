"""Bodies of watchings.

Source: https://developer.nulab.com/docs/backlog/api/2/get-watching-list/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.watchings.records import Watching

if TYPE_CHECKING:
    from collections.abc import Callable


def _listed(watching: Watching) -> dict[str, Any]:
    return {
        "id": watching.id,
        "resourceAlreadyRead": watching.already_read,
        "note": watching.note,
        "type": "issue",
        "issue": watching.issue,
        "lastContentUpdated": watching.issue.updated,
        "created": watching.created,
        "updated": watching.updated,
    }


def single(watching: Watching) -> dict[str, Any]:
    """A watching by itself, where `resourceAlreadyRead` is called `alreadyRead` as well."""
    return {"id": watching.id, "alreadyRead": watching.already_read, **_listed(watching)}


SHAPES: dict[type, Callable[[Any], dict[str, Any]]] = {Watching: _listed}

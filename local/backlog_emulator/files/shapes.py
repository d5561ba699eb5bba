"""Bodies of shared files.

Source: https://developer.nulab.com/docs/backlog/api/2/get-list-of-shared-files/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.files.records import SharedFile

if TYPE_CHECKING:
    from collections.abc import Callable


def shared_file(file: SharedFile) -> dict[str, Any]:
    """A file, or a directory with a `size` of null."""
    return {
        "id": file.id,
        "projectId": file.project.id,
        "type": "directory" if file.size is None else "file",
        "dir": file.dir,
        "name": file.name,
        "size": file.size,
        "createdUser": file.created_user,
        "created": file.created,
        "updatedUser": file.updated_user,
        "updated": file.updated,
    }


SHAPES: dict[type, Callable[[Any], dict[str, Any]]] = {SharedFile: shared_file}

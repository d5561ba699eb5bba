"""Shared files come, change and go. Directories come with what is put into them and are not in the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.changes.ends import end
from backlog_emulator.files.links import unlink_file
from backlog_emulator.files.records import SharedFile

if TYPE_CHECKING:
    from backlog_emulator.records import Activity, Project, User
    from backlog_emulator.space import Space


def add_file(
    space: Space, project: Project, directory: str, name: str, size: int, *, by: User | None = None
) -> SharedFile:
    """Put a file of `size` bytes into a directory such as `/design/icons/`. Activity 8."""
    by = by or space.owner
    file = _add(space, project, _directory(space, project, directory, by), name, size=size, by=by)
    space.record(8, project, file.in_feed(), by)
    return file


def update_file(space: Space, file: SharedFile, size: int, *, by: User | None = None) -> Activity:
    """Replace the content of a file. Activity 9; what links to it keeps its `updated`. ValueError for a directory."""
    if file.size is None:
        raise ValueError(f"{file.path} is a directory: name a file")
    file.size, file.updated, file.updated_user = size, space.now, by or space.owner
    for holder in file.holders:
        space.altered(holder)
    return space.record(9, file.project, file.in_feed(), file.updated_user)


def delete_file(space: Space, file: SharedFile, *, by: User | None = None) -> None:
    """Remove a file, or a directory with everything inside. Activity 10 for each file."""
    if file.size is None:
        inside = [each for each in space.shared_files.values() if each.project is file.project]
        for each in inside:
            if each.dir == file.path:
                delete_file(space, each, by=by)
    for holder in file.holders:
        unlink_file(space, file, holder)
    remove_file(space, file)
    if file.size is not None:
        space.record(10, file.project, file.in_feed(), by or space.owner)


def remove_file(space: Space, file: SharedFile, why: str = "deleted") -> None:
    """A file or directory is gone, without a word in the feed."""
    del space.shared_files[file.id]
    end(space, "shared_files", file, why, projectId=file.project.id)


def normal(directory: str) -> str:
    """The path of a directory with a slash at either end; the root is `/`."""
    inner = directory.strip("/")
    return f"/{inner}/" if inner else "/"


def find_directory(space: Space, project: Project, path: str) -> SharedFile | None:
    """The directory of a path, which ends with a slash."""
    for file in space.shared_files.values():
        if file.size is None and file.project is project and file.path == path:
            return file
    return None


def _directory(space: Space, project: Project, path: str, by: User) -> str:
    """The path of a directory, which is made as far as it is not there."""
    above = "/"
    for name in normal(path).strip("/").split("/"):
        if name and not find_directory(space, project, f"{above}{name}/"):
            _add(space, project, above, name, size=None, by=by)
        above = f"{above}{name}/" if name else above
    return above


def _add(space: Space, project: Project, directory: str, name: str, *, size: int | None, by: User) -> SharedFile:
    file = SharedFile(
        id=space.next_id("file"),
        project=project,
        dir=directory,
        name=name,
        size=size,
        created_user=by,
        created=space.now,
        updated_user=None,
        updated=space.now,
    )
    space.shared_files[file.id] = file
    return file

"""Links between shared files and what shows them: issues and wiki pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.changes.ends import end_link
from backlog_emulator.changes.parts import part_changed
from backlog_emulator.records import Issue

if TYPE_CHECKING:
    from backlog_emulator.files.records import SharedFile
    from backlog_emulator.records import User
    from backlog_emulator.space import Space
    from backlog_emulator.wikis.records import Wiki


def link_file(space: Space, file: SharedFile, holder: Issue | Wiki, *, by: User | None = None) -> None:
    """Show a file on an issue, which is activity 2 and a comment, or on a wiki page, which is silent.

    ValueError for a directory, for a file of another project, or when it is there already.
    """
    if file.size is None or file.project is not holder.project or file in holder.shared_files:
        raise ValueError(f"{file.name} cannot be linked: choose another file of the same project")
    file.holders += (holder,)
    holder.shared_files += (file,)
    space.altered(holder)
    if isinstance(holder, Issue):
        space.graves.fill("issue_shared_files", (holder, file))
        part_changed(space, holder, "sharedFile", None, file.name, by=by, shared_files=[file.in_feed()])


def unlink_file(space: Space, file: SharedFile, holder: Issue | Wiki) -> None:
    """Take a file off again. No activity, and no `updated` moves."""
    file.holders = tuple(other for other in file.holders if other is not holder)
    holder.shared_files = tuple(other for other in holder.shared_files if other is not file)
    space.altered(holder)
    if isinstance(holder, Issue):
        end_link(space, "issue_shared_files", holder, file)

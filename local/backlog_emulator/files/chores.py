"""What people do with shared files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator import texts
from backlog_emulator.desk import Desk, Kind, in_project, on_issue, on_record
from backlog_emulator.files import changes, links

if TYPE_CHECKING:
    from backlog_emulator.files.records import SharedFile
    from backlog_emulator.records import Issue, Project

_DIRECTORIES = {
    "ja": ("/", "/資料/", "/資料/2025年度/", "/デザイン/アイコン/"),
    "en": ("/", "/design/", "/design/icons/", "/contracts/2025/"),
}


def _uses(project: Project) -> bool:
    return project.use_file_sharing


def _is_file(file: SharedFile) -> bool:
    return file.size is not None


def _is_loose(file: SharedFile) -> bool:
    """Whether no issue and no page shows it: theirs would change without their `updated`, which no reader can see."""
    return _is_file(file) and not file.holders


def _add(desk: Desk, project: Project) -> None:
    rng, number = desk.rng, len(desk.space.shared_files)
    directory, name = rng.choice(_DIRECTORIES[project.lang]), f"{number:03} {texts.file_name(rng)}"
    changes.add_file(desk.space, project, directory, name, int(rng.random() * 500_000) + 1, by=desk.member(project))


def _update(desk: Desk, file: SharedFile) -> None:
    changes.update_file(desk.space, file, int(desk.rng.random() * 500_000) + 1, by=desk.member(file.project))


def _delete(desk: Desk, file: SharedFile) -> None:
    changes.delete_file(desk.space, file, by=desk.member(file.project))


def _link(desk: Desk, issue: Issue) -> None:
    mine = [each for each in desk.space.shared_files.values() if each.project is issue.project and _is_file(each)]
    free = [file for file in mine if file not in issue.shared_files]
    if free:
        links.link_file(desk.space, desk.rng.choice(free), issue, by=desk.member(issue.project))


KINDS = {
    "files_added": Kind(in_project(_add, _uses), 0.03),
    "files_updated": Kind(on_record("shared_files", _update, _uses, _is_loose), 0.01),
    "files_deleted": Kind(on_record("shared_files", _delete, _uses, _is_loose), 0.002),
    "files_linked": Kind(on_issue(_link, lambda issue: issue.project.use_file_sharing), 0.02),
}

"""Shared files: one directory at a time, paged by offset in pages of a thousand, and their contents.

Source: https://developer.nulab.com/docs/backlog/api/2/get-list-of-shared-files/
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from backlog_emulator.call import picked
from backlog_emulator.download import content_of
from backlog_emulator.errors import no_resource
from backlog_emulator.files.changes import find_directory, normal
from backlog_emulator.paging import Count, offset_page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from backlog_emulator.call import Call, Endpoint, Truth
    from backlog_emulator.files.records import SharedFile
    from backlog_emulator.records import Project

_THOUSAND = Count(most=1000, usual=1000)


def _project(call: Call) -> Project:
    """The project that the path names, in which the caller may look at files."""
    call.unrestricted()
    project = call.project_named(call.path["project"])
    call.feature(project, "file")
    return project


def _directory(call: Call) -> bytes:
    project, path = _project(call), normal(call.path.get("directory", ""))
    if path != "/" and not find_directory(call.space, project, path):
        raise no_resource("No directory.")
    descending = call.query.choice("order", ("asc", "desc"), "desc") == "desc"
    inside = [each for each in call.space.shared_files.values() if each.project is project and each.dir == path]
    inside.sort(key=attrgetter("id"), reverse=descending)
    page = offset_page(inside, call.query, call.space.switches, _THOUSAND)
    return call.body([listed(call, file) for file in page])


def _content(call: Call) -> Response:
    project = _project(call)
    files = {each.id: each for each in call.space.shared_files.values() if each.project is project and each.size}
    return content_of(picked(files, call.path["file"], "No shared file."))


def listed(call: Call, file: SharedFile) -> dict[str, Any]:
    """A file or directory as lists have it; switch `directory_size` decides whether directories have a size."""
    body = call.shaped(file)
    if file.size is None and call.space.switches.directory_size == "absent":
        del body["size"]
    return body


def _all(call: Call) -> Iterable[object]:
    files = call.space.shared_files.values()
    joined = {each for each in call.space.projects_of(call.user) if call.has_feature(each, "file")}
    return [listed(call, file) for file in files if file.project in joined]


ENDPOINTS: dict[str, Endpoint] = {
    "/projects/{project}/files/metadata": _directory,
    "/projects/{project}/files/metadata/{directory:path}": _directory,
    "/projects/{project}/files/{file}": _content,
}

TRUTHS: dict[str, Truth] = {"shared_files": _all}

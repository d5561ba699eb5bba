"""Documents: listed and paged by offset, counted, in their tree, one by one, and their comments.

Source: https://developer.nulab.com/docs/backlog/api/2/get-document-list/ and its neighbours.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from backlog_emulator.documents.shapes import document, tree
from backlog_emulator.download import found_attachment
from backlog_emulator.errors import invalid, no_resource
from backlog_emulator.paging import offset_page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from backlog_emulator.call import Call, Endpoint, Truth
    from backlog_emulator.documents.records import Document
    from backlog_emulator.records import Project


def _using(call: Call) -> list[Project]:
    """The joined projects that use documents."""
    return [each for each in call.space.projects_of(call.user) if call.has_feature(each, "document")]


def _listed(call: Call, projects: Iterable[Project]) -> list[Document]:
    """Documents of some projects, by id; those in the trash as switch `trashed_listed` says."""
    chosen, trashed = set(projects), call.space.switches.trashed_listed
    documents = call.space.documents.values()
    return [each for each in documents if each.project in chosen and (trashed or not each.trashed)]


def _named(call: Call) -> Project:
    """The project of `projectIdOrKey`, which is required."""
    name = call.query.one("projectIdOrKey")
    if name is None:
        raise invalid("projectIdOrKey is required.")
    project = call.project_named(name)
    call.feature(project, "document")
    return project


def _documents(call: Call) -> bytes:
    query, switches = call.query, call.space.switches
    if query.integer("offset") is None:
        raise invalid("offset is required.")
    asked, keyword = query.integers("projectId[]"), (query.one("keyword") or "").casefold()
    # Projects that the caller has not joined are left out without a word.
    projects = [project for project in _using(call) if not asked or project.id in asked]
    found = [each for each in _listed(call, projects) if keyword in f"{each.title}\n{each.plain}".casefold()]
    field = query.choice("sort", ("created", "updated"), "updated")
    descending = query.choice("order", ("asc", "desc"), "desc") == "desc"
    found.sort(key=attrgetter(field, "id"), reverse=descending)
    return call.body([document(each, switches) for each in offset_page(found, query, switches)])


def _count(call: Call) -> bytes:
    call.unrestricted()
    return call.body({"count": len(_listed(call, [_named(call)]))})


def _tree_of(call: Call, project: Project) -> dict[str, Any]:
    return tree(project, (each for each in call.space.documents.values() if each.project is project))


def _document(call: Call) -> Document:
    """The document that the path names; error 6, 5 or 2 when the caller cannot see it."""
    found = call.space.documents.get(call.path["document"])
    if found is None:
        raise no_resource("No document.")
    if not call.joined(found.project):
        raise call.unjoined()
    call.feature(found.project, "document")
    return found


def _comments(call: Call) -> bytes:
    call.unrestricted()
    return call.listed(_document(call).comments)


def _attachment(call: Call) -> Response:
    return found_attachment(call, _document(call).attachments)


ENDPOINTS: dict[str, Endpoint] = {
    "/documents": _documents,
    "/documents/count": _count,
    "/documents/tree": lambda call: call.body(_tree_of(call, _named(call))),
    "/documents/{document}": lambda call: call.body(document(_document(call), call.space.switches)),
    "/documents/{document}/comments": _comments,
    "/documents/{document}/attachments/{attachment}": _attachment,
}

TRUTHS: dict[str, Truth] = {
    "documents": lambda call: [document(each, call.space.switches) for each in _listed(call, _using(call))],
    "document_tree": lambda call: [_tree_of(call, project) for project in _using(call)],
    "document_comments": lambda call: [comment for each in _listed(call, _using(call)) for comment in each.comments],
}

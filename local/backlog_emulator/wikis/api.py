"""Wiki pages: a list without contents, pages one by one, and what belongs to a page. Lists come whole.

Source: https://developer.nulab.com/docs/backlog/api/2/get-wiki-page-list/ and its neighbours.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from backlog_emulator.call import picked
from backlog_emulator.download import found_attachment
from backlog_emulator.errors import no_resource
from backlog_emulator.paging import id_page
from backlog_emulator.wikis.shapes import whole

if TYPE_CHECKING:
    from starlette.responses import Response

    from backlog_emulator.call import Call, Endpoint, Truth
    from backlog_emulator.records import Project, Tag
    from backlog_emulator.wikis.records import Wiki


def _wiki_projects(call: Call) -> set[Project]:
    """The project that the query names, or all joined ones, as far as they use wikis."""
    name = call.query.one("projectIdOrKey")
    if name is None:
        return {project for project in call.space.projects_of(call.user) if call.has_feature(project, "wiki")}
    project = call.project_named(name)
    call.feature(project, "wiki")
    return {project}


def _found(call: Call) -> list[Wiki]:
    projects, keyword = _wiki_projects(call), (call.query.one("keyword") or "").casefold()
    wikis = (wiki for wiki in call.space.wikis.values() if wiki.project in projects)
    return [wiki for wiki in wikis if keyword in f"{wiki.name}\n{wiki.content}".casefold()]


def _wiki(call: Call, feature: str = "wiki") -> Wiki:
    """The page that the path names; error 6, 5 or 2 when the caller cannot see it."""
    wiki: Wiki = picked(call.space.wikis, call.path["wiki"], "No page.")
    if not call.joined(wiki.project):
        raise no_resource("No page.")
    call.feature(wiki.project, feature)
    return wiki


def _tags(call: Call) -> bytes:
    tags: dict[int, Tag] = {tag.id: tag for wiki in _found(call) for tag in wiki.tags}
    return call.listed(tags[number] for number in sorted(tags))


def _history(call: Call) -> bytes:
    key = attrgetter("version" if call.space.switches.wiki_history_ids == "version" else "id")
    return call.listed(id_page(_wiki(call).editions, call.query, call.space.switches, key=key))


def _attachments(call: Call) -> bytes:
    return call.listed(_wiki(call, "wikiAttachment").attachments)


def _attachment(call: Call) -> Response:
    return found_attachment(call, _wiki(call, "wikiAttachment").attachments)


def _shared_files(call: Call) -> bytes:
    call.unrestricted()
    return call.listed(_wiki(call).shared_files)


def _all_attachments(call: Call) -> list[dict[str, Any]]:
    wikis = (wiki for wiki in _found(call) if call.has_feature(wiki.project, "wikiAttachment"))
    return [call.shaped(attachment, wikiId=wiki.id) for wiki in wikis for attachment in wiki.attachments]


ENDPOINTS: dict[str, Endpoint] = {
    "/wikis": lambda call: call.listed(_found(call)),
    "/wikis/count": lambda call: call.body({"count": len(_found(call))}),
    "/wikis/tags": _tags,
    "/wikis/{wiki}": lambda call: call.body(whole(_wiki(call))),
    "/wikis/{wiki}/history": _history,
    "/wikis/{wiki}/attachments": _attachments,
    "/wikis/{wiki}/attachments/{attachment}": _attachment,
    "/wikis/{wiki}/sharedFiles": _shared_files,
    "/wikis/{wiki}/stars": lambda call: call.listed(_wiki(call).stars),
}

TRUTHS: dict[str, Truth] = {
    "wikis": lambda call: map(whole, _found(call)),
    "wiki_history": lambda call: [edition for wiki in _found(call) for edition in wiki.editions],
    "wiki_attachments": _all_attachments,
}

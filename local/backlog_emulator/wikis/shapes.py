"""Bodies of wiki pages.

Source: https://developer.nulab.com/docs/backlog/api/2/get-wiki-page/ and its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.wikis.records import Edition, Wiki

if TYPE_CHECKING:
    from collections.abc import Callable


def _listed(wiki: Wiki) -> dict[str, Any]:
    return {
        "id": wiki.id,
        "projectId": wiki.project.id,
        "name": wiki.name,
        "tags": wiki.tags,
        "createdUser": wiki.created_user,
        "created": wiki.created,
        "updatedUser": wiki.updated_user,
        "updated": wiki.updated,
    }


def whole(wiki: Wiki) -> dict[str, Any]:
    """A page as `/wikis/:id` gives it: lists have no content and nothing that belongs to it."""
    return {
        "id": wiki.id,
        "projectId": wiki.project.id,
        "name": wiki.name,
        "content": wiki.content,
        "tags": wiki.tags,
        "attachments": wiki.attachments,
        "sharedFiles": wiki.shared_files,
        "stars": wiki.stars,
        "createdUser": wiki.created_user,
        "created": wiki.created,
        "updatedUser": wiki.updated_user,
        "updated": wiki.updated,
    }


def _edition(edition: Edition) -> dict[str, Any]:
    return {
        "pageId": edition.wiki.id,
        "version": edition.version,
        "name": edition.name,
        "content": edition.content,
        "createdUser": edition.created_user,
        "created": edition.created,
    }


SHAPES: dict[type, Callable[[Any], dict[str, Any]]] = {Wiki: _listed, Edition: _edition}

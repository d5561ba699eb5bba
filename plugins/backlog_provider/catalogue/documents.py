"""Documents with their texts, their tree and their comments.

https://developer.nulab.com/docs/backlog/api/2/get-document-list/, …/get-document-tree/, …/get-document-comment/
"""

from __future__ import annotations

from typing import Any

from backlog_provider.catalogue.projects import PROJECTS
from backlog_provider.model.endpoint import (
    ChangeEvents,
    Changes,
    Column,
    Deletion,
    Endpoint,
    KeyListing,
    Kind,
    Parent,
    Part,
    Snapshot,
    Under,
    in_project,
    person,
    stamps,
)

_ACTIVE, _TRASH = "active", "trash"
_TREES = {_ACTIVE: "activeTree", _TRASH: "trashTree"}


def _nodes(answer: Any) -> list[Any]:
    """Return every node of a project's two trees, each with what it stands under: a flat list.

    One of the trees may be missing. Where it is that of the living documents, nothing follows for these.

    :raises KeyError: where both are missing.
    """
    trees = {tree: answer[name] for tree, name in _TREES.items() if name in answer}
    if not trees:
        raise KeyError(*_TREES.values())
    nodes = [node for tree, root in trees.items() if root for node in _below(root, tree, None)]
    return nodes if trees.get(_ACTIVE) else Part(nodes)


def _below(node: Any, tree: str, parent: str | None) -> list[Any]:
    found = []
    for position, child in enumerate(node.get("children") or ()):
        own = {name: value for name, value in child.items() if name != "children"}
        found.append({**own, "tree": tree, "parentId": parent, "position": position})
        found += _below(child, tree, child.get("id"))
    return found


def _is_trashed(node: Any) -> bool:
    return bool(node["tree"] == _TRASH)


# The only place that tells of hierarchy and trash.
DOCUMENT_TREE = Endpoint(
    name="document_tree",
    path="/documents/tree?projectIdOrKey={id}",
    style=Snapshot(records_of=_nodes),
    under=Under(PROJECTS, column="PROJECT_ID", flag="useDocument"),
    project="^id",
    key=("DOCUMENT_ID",),
    columns=(
        Column("DOCUMENT_ID", Kind.TEXT, "id"),
        in_project("^id"),
        Column("PARENT_DOCUMENT_ID", Kind.TEXT, "parentId"),
        Column("POSITION", Kind.INTEGER, "position"),
        Column("TREE", Kind.TEXT, "tree"),
        Column("NAME", Kind.TEXT, "name"),
        Column("STATUS_ID", Kind.INTEGER, "statusId"),
        Column("EMOJI", Kind.TEXT, "emoji"),
        Column("EMOJI_TYPE", Kind.TEXT, "emojiType"),
        Column("UPDATED_AT", Kind.INSTANT, "updated"),
    ),
)

DOCUMENTS = Endpoint(
    name="documents",
    path="/documents",
    style=Changes(count=None, filters=False),
    key=("DOCUMENT_ID",),
    version="UPDATED_AT",
    project="projectId",
    flag="useDocument",
    parent=Parent("projects", "PROJECT_ID"),
    deletion=Deletion(activity_type=37, key={"DOCUMENT_ID": "content.id"}),
    # Whether the list has what is in the trash is not documented; the feed tells neither of what leaves it.
    key_listing=KeyListing(DOCUMENT_TREE, one="/documents/{id}", is_trashed=_is_trashed),
    columns=(
        Column("DOCUMENT_ID", Kind.TEXT, "id"),
        in_project(),
        Column("TITLE", Kind.TEXT, "title"),
        Column("PLAIN", Kind.TEXT, "plain"),
        Column("STATUS_ID", Kind.INTEGER, "statusId"),
        Column("EMOJI", Kind.TEXT, "emoji"),
        # As of the document's own last change; BACKLOG_DOCUMENT_TREE has what is below it now.
        Column("CHILD_DOCUMENT_IDS", Kind.JSON, "childDocumentIds"),
        *stamps(),
    ),
)

# Replies are in RAW. What is said does not always move the document's own ``updated``; the feed tells of it.
DOCUMENT_COMMENTS = Endpoint(
    name="document_comments",
    path="/documents/{id}/comments",
    style=Snapshot(),
    under=Under(
        DOCUMENTS,
        column="DOCUMENT_ID",
        flag="useDocument",
        change_events=ChangeEvents(
            types=(40, 41, 42, 43, 44, 45),
            # Nobody documents where it names the document; ``content.id`` may be the comment's own.
            named={"id": ("content.documentId", "content.document.id", "content.id"), "projectId": "project.id"},
        ),
    ),
    project="^projectId",
    key=("COMMENT_ID",),
    columns=(
        Column("COMMENT_ID", Kind.TEXT, "id"),
        Column("DOCUMENT_ID", Kind.TEXT, "^id"),
        in_project("^projectId"),
        Column("STATUS_ID", Kind.INTEGER, "statusId"),
        Column("COMMENT_TYPE", Kind.TEXT, "commentType"),
        Column("PLAIN", Kind.TEXT, "plain"),
        *person("CREATOR", "createdUser"),
        Column("CREATED_AT", Kind.INSTANT, "created"),
        Column("UPDATED_AT", Kind.INSTANT, "updated"),
    ),
)

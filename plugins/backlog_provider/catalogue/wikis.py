"""Wikis with their texts, older versions and attachments.

A list of wikis has no texts: each wiki is read by itself, all of them once, and then those of which the feed tells.
https://developer.nulab.com/docs/backlog/api/2/get-wiki-page-list/, …/get-wiki-page/, …/get-wiki-page-history/,
…/get-list-of-wiki-attachments/
"""

from __future__ import annotations

from backlog_provider.catalogue.comments import ATTACHMENT
from backlog_provider.catalogue.projects import PROJECTS
from backlog_provider.catalogue.space import alone
from backlog_provider.model.endpoint import (
    ChangeEvents,
    Column,
    Deletion,
    Endpoint,
    KeyListing,
    Kind,
    Paging,
    Parent,
    Snapshot,
    Under,
    in_project,
    person,
    stamps,
)

# What is listed, and never loaded: names of wikis without their texts.
_PAGES = Endpoint(
    name="wiki_pages",
    path="/wikis?projectIdOrKey={id}",
    style=Snapshot(),
    under=Under(PROJECTS, column="PROJECT_ID", flag="useWiki"),
    project="projectId",
    key=("WIKI_ID",),
    columns=(),
)
_EACH_WIKI = Under(
    _PAGES,
    column="WIKI_ID",
    change_events=ChangeEvents(types=(5, 6), named={"id": "content.id", "projectId": "project.id"}),
)
_WIKI = Parent("wikis", "WIKI_ID")

WIKIS = Endpoint(
    name="wikis",
    path="/wikis/{id}",
    style=Snapshot(records_of=alone),
    under=_EACH_WIKI,
    project="projectId",
    key=("WIKI_ID",),
    version="UPDATED_AT",
    parent=Parent("projects", "PROJECT_ID"),
    deletion=Deletion(activity_type=7, key={"WIKI_ID": "content.id"}),
    key_listing=KeyListing(_PAGES, one="/wikis/{id}"),
    columns=(
        Column("WIKI_ID", Kind.INTEGER, "^id"),
        in_project(),
        Column("NAME", Kind.TEXT, "name"),
        Column("CONTENT", Kind.TEXT, "content"),
        *stamps(),
    ),
)

WIKI_HISTORY = Endpoint(
    name="wiki_history",
    path="/wikis/{id}/history",
    style=Snapshot(paging=Paging.ID, id_field="version"),
    under=_EACH_WIKI,
    project="^projectId",
    key=("WIKI_ID", "VERSION"),
    parent=_WIKI,
    columns=(
        Column("WIKI_ID", Kind.INTEGER, "^id"),
        Column("VERSION", Kind.INTEGER, "version"),
        in_project("^projectId"),
        Column("NAME", Kind.TEXT, "name"),
        Column("CONTENT", Kind.TEXT, "content"),
        *person("CREATOR", "createdUser"),
        Column("CREATED_AT", Kind.INSTANT, "created"),
    ),
)

WIKI_ATTACHMENTS = Endpoint(
    name="wiki_attachments",
    path="/wikis/{id}/attachments",
    style=Snapshot(),
    under=_EACH_WIKI,
    project="^projectId",
    key=("ATTACHMENT_ID",),
    parent=_WIKI,
    columns=(
        Column("ATTACHMENT_ID", Kind.INTEGER, "id"),
        Column("WIKI_ID", Kind.INTEGER, "^id"),
        in_project("^projectId"),
        *ATTACHMENT,
    ),
)

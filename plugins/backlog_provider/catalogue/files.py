"""Shared files of projects: names and sizes, without contents.

https://developer.nulab.com/docs/backlog/api/2/get-list-of-shared-files/
"""

from __future__ import annotations

from backlog_provider.catalogue.projects import PROJECTS
from backlog_provider.model.endpoint import Column, Endpoint, Kind, Paging, Snapshot, Under, in_project, stamps

SHARED_FILES = Endpoint(
    name="shared_files",
    path="/projects/{id}/files/metadata/",
    style=Snapshot(paging=Paging.OFFSET, page_size=1000, folders=True),
    under=Under(PROJECTS, column="PROJECT_ID", flag="useFileSharing"),
    project="^id",
    key=("SHARED_FILE_ID",),
    columns=(
        Column("SHARED_FILE_ID", Kind.INTEGER, "id"),
        in_project("^id"),
        Column("TYPE", Kind.TEXT, "type"),
        Column("DIR", Kind.TEXT, "dir"),
        Column("NAME", Kind.TEXT, "name"),
        Column("SIZE", Kind.INTEGER, "size"),
        *stamps(),
    ),
)

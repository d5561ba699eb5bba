"""Copies files to a staging table through a temporary internal stage. Both are dropped with the session."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from backlog_provider.load.sql import merge as merge_sql

if TYPE_CHECKING:
    from backlog_provider.load.session import Session
    from backlog_provider.load.stage_file import StageFile


class Staging:
    """Uploads files to a stage, and copies each batch into a staging table with a single VARIANT column.

    :param session: an open Snowflake session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._batches = 0
        self.table = f"BACKLOG_LOAD_{uuid.uuid4().hex}".upper()
        self.files = 0
        """The number of files uploaded for the current batch."""

    def upload(self, file: StageFile) -> None:
        """Start the upload of a closed file. The file is deleted after its upload, or at once if it has no rows.

        :param file: the closed file.
        :raises LoadError: if the previous upload failed. The next use of the session raises an error of this one.
        """
        if not file.rows:
            file.delete()
            return
        if not self.files:
            self._session.run("create a temporary stage", merge_sql.create_stage(self.table))
        self.files += 1
        put = merge_sql.put(str(file.path), self.table, self._folder)
        self._session.begin(f"upload {file.path.name}", put, then=file.delete)

    def create_table(self) -> None:
        """Create an empty staging table. Call this before the transaction, because DDL would commit it.

        :raises LoadError: if the statement fails, or the upload before it.
        """
        self._session.run("create a temporary table", merge_sql.create_staging_table(self.table))

    def copy(self) -> None:
        """Copy all files of the batch into the staging table, or none of them.

        :raises LoadError: if the statement fails, or the upload before it.
        """
        if self.files:
            copy = merge_sql.copy(self.table, self._folder, self.table)
            self._session.run("copy the uploaded files", copy)

    def next_batch(self) -> None:
        """Use a new stage folder for later files, so that no file is copied twice."""
        self._batches += 1
        self.files = 0

    @property
    def _folder(self) -> str:
        return f"{self._batches:06d}"

"""Files to a staging table, by way of an internal stage; both belong to one session and go with it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from backlog_provider.load.sql import merge as merge_sql

if TYPE_CHECKING:
    from backlog_provider.load.session import Session
    from backlog_provider.load.stage_file import StageFile


class Staging:
    """Where files wait until a batch of them is copied into a table of a single VARIANT."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._batches = 0
        self.table = f"BACKLOG_LOAD_{uuid.uuid4().hex}".upper()
        self.files = 0
        """How many files wait."""

    def upload(self, file: StageFile) -> None:
        """Begin to upload a finished file, which is then deleted; one without rows is deleted at once.

        :raises LoadError: where Snowflake refuses, this file or the one before it; or whoever uses the session next.
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
        """Make the staging table, empty: before the transaction, which DDL would end."""
        self._session.run("create a temporary table", merge_sql.create_staging_table(self.table))

    def copy(self) -> None:
        """Copy what waits into the staging table, all of it or nothing."""
        if self.files:
            copy = merge_sql.copy(self.table, self._folder, self.table)
            self._session.run("copy the uploaded files", copy)

    def next_batch(self) -> None:
        """Let later files wait in a new place: a file once copied is not copied again."""
        self._batches += 1
        self.files = 0

    @property
    def _folder(self) -> str:
        return f"{self._batches:06d}"

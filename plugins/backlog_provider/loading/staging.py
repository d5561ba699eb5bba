"""Files to a staging table, by way of an internal stage; both belong to one session and go with it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from backlog_provider.loading import statements

if TYPE_CHECKING:
    from backlog_provider.loading.files import StageFile
    from backlog_provider.loading.session import Session


class Staging:
    """Where files wait until a batch of them is copied into a table of a single VARIANT."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._batches = 0
        self.table = f"BACKLOG_LOAD_{uuid.uuid4().hex}".upper()
        self.files = 0
        """How many files wait."""

    def upload(self, file: StageFile) -> None:
        """Upload a finished file.

        :raises LoadError: where Snowflake refuses.
        """
        run = self._session.run
        if not self.files:
            run("create a temporary stage", statements.create_stage(self.table))
        self.files += 1
        run(f"upload {file.path.name}", statements.put(str(file.path), self.table, self._folder))

    def create_table(self) -> None:
        """Make the staging table, empty: before the transaction, which DDL would end."""
        self._session.run("create a temporary table", statements.create_staging_table(self.table))

    def copy(self) -> None:
        """Copy what waits into the staging table, all of it or nothing."""
        if self.files:
            copy = statements.copy(self.table, self._folder, self.table)
            self._session.run("copy the uploaded files", copy)

    def next_batch(self) -> None:
        """Let later files wait in a new place: a file once copied is not copied again."""
        self._batches += 1
        self.files = 0

    @property
    def _folder(self) -> str:
        return f"{self._batches:06d}"

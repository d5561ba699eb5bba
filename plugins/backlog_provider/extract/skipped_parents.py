"""Child lists that cannot be read: the others are read, and each kind of failure is reported once."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from backlog_provider.exceptions import (
    AccessDeniedError,
    IncompleteError,
    LimitError,
    NotFoundError,
    OffsetError,
    ResponseError,
    ServerError,
    UnknownError,
    UnreadListsError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_provider.exceptions import ApiError, BacklogError
    from backlog_provider.model.endpoint import Endpoint
    from backlog_provider.model.record import Record

log = logging.getLogger(__name__)

# Two neighbouring lists may fail permanently; more failures in a row mean that the server is down.
MAX_FAILURES_IN_A_ROW = 3
# The cursor contains the parents of unread lists.
MAX_UNREAD = 100


class SkippedParents:
    """Collects the child lists of an endpoint that could not be read.

    :param endpoint: the endpoint, named in reports.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        # Only the last one: there may be millions, and each exception keeps its frames alive.
        self._last: ApiError | None = None
        self._left_out = 0
        self._read = 0
        self._in_a_row = 0
        self._failure: BacklogError | None = None
        self.unread: list[Record] = []
        """Parents whose lists failed, in the order of the failures."""

    @contextmanager
    def skip_if_denied(self, parent: Record) -> Iterator[None]:
        """Skip the block if Backlog denies it: the parent is deleted or hidden, or its feature is switched off.

        :param parent: the parent of the list.
        :raises AccessDeniedError: if everything is denied, not this list alone.
        """
        try:
            yield
            self._read += 1
        except NotFoundError as error:
            log.info("%s: %s is passed over: %s", self._endpoint, parent.get("id"), error)
            self._last = error
            self._left_out += 1
        except AccessDeniedError as error:
            if error.is_of_all:
                raise
            self._last = error
            self._left_out += 1

    @contextmanager
    def postpone_if_failed(self, parent: Record) -> Iterator[None]:
        """Skip the block if Backlog fails to give a list: the next run reads it.

        :param parent: the parent of the list.
        :raises BacklogError: if several lists fail in a row.
        """
        try:
            yield
            self._in_a_row = 0
        except LimitError:
            raise
        except (ServerError, UnknownError, ResponseError, IncompleteError, OffsetError) as error:
            self._in_a_row += 1
            if self._in_a_row >= MAX_FAILURES_IN_A_ROW or len(self.unread) >= MAX_UNREAD:
                raise
            log.warning("%s: the list of %s is put off: %s", self._endpoint, parent.get("id"), error)
            self._failure = error
            self.unread.append(parent)

    def tell(self, *, all_matters: bool, then: str = "the next run reads them first") -> None:
        """Report lists that could not be read.

        :param all_matters: whether it is an error if every list was denied.
        :param then: what happens to the postponed lists, for the message.
        :raises AccessDeniedError: if every list was denied, and that is an error.
        :raises UnreadListsError: if lists were postponed.
        """
        if self._last is not None:
            said = f"{self._left_out} lists are left out, {self._read} were read; the last refusal: {self._last}"
            if not self._read and all_matters:
                raise AccessDeniedError(f"{self._endpoint}: {said}", status=self._last.status, code=self._last.code)
            log.warning("%s: %s", self._endpoint, said)
        if self._failure is not None:
            raise UnreadListsError(
                f"{self._endpoint}: {len(self.unread)} lists could not be read, of {self._parents()}; everything else "
                f"is loaded, and {then}; the last failure: {self._failure}"
            )

    def _parents(self) -> str:
        name = self._endpoint.under.parent.name if self._endpoint.under else "id"
        return f"{name} {', '.join(str(parent.get('id')) for parent in self.unread)}"

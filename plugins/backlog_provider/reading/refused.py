"""Lists under many parents, some of which Backlog refuses: passed over, and told of once."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from backlog_provider.exceptions import AccessDeniedError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_provider.catalogue.model import Endpoint
    from backlog_provider.exceptions import ApiError
    from backlog_provider.reading.client import Record

log = logging.getLogger(__name__)


class Refused:
    """Keeps what was refused while an endpoint is read.

    :param endpoint: named in what is told.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        # The last alone: there may be one for each of millions of issues, and each holds on to what was at hand.
        self._last: ApiError | None = None
        self._left_out = 0
        self._read = 0

    @contextmanager
    def passed_over(self, parent: Record) -> Iterator[None]:
        """Go on behind the block where Backlog refuses it: the parent is gone, out of sight, or has no such feature."""
        try:
            yield
            self._read += 1
        except NotFoundError as error:
            log.info("%s: %s is passed over: %s", self._endpoint, parent.get("id"), error)
        except AccessDeniedError as error:
            if error.is_of_all:
                raise
            self._last = error
            self._left_out += 1

    def tell(self, *, all_matters: bool) -> None:
        """Warn of what was refused, in one line.

        :param all_matters: whether it is an error that nothing else was read.
        :raises AccessDeniedError: where it is, and nothing was.
        """
        if self._last is None:
            return
        if not self._read and all_matters:
            raise self._last
        log.warning(
            "%s: %d lists are left out, %d were read; the last refusal: %s",
            self._endpoint,
            self._left_out,
            self._read,
            self._last,
        )

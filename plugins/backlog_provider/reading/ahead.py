"""The next page is asked for while the last one is still being read, as file systems read ahead.

Still one request at a time: it is sent when the answer before it has come whole. Only behind a full page, and only
where the reader has said what comes next; where that is wrong, as where something was deleted meanwhile, it costs a
request.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from backlog_provider.beside import Beside

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    import requests

    from backlog_provider.reading.client import Params

    Asked: TypeAlias = tuple[str, Params]
    Send: TypeAlias = Callable[[], requests.Response]


class Ahead:
    """Has a request on its way while its caller does something else."""

    def __init__(self) -> None:
        self._beside: Beside[requests.Response] = Beside("backlog-ahead")
        self.asked: Asked | None = None
        """Path and params of what is on its way."""

    def begin(self, asked: Asked, send: Send) -> None:
        """Begin a request, when there is none.

        :param send: sends it, and waits for the answer.
        """
        self.asked = asked
        self._beside.begin(send)

    def answer(self, asked: Asked) -> requests.Response | None:
        """Return the answer to a request, or raise what came instead; None where it was not begun.

        Another one that is on its way is waited for, whatever comes of it.
        """
        begun, self.asked = self.asked, None
        if begun == asked:
            return self._beside.result()
        with suppress(Exception):
            self._beside.result()
        return None

    def close(self) -> None:
        """End the thread."""
        self._beside.close()

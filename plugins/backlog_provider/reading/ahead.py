"""The next page is asked for while the last one is still being read, as file systems read ahead.

Still one request at a time: it is sent when the answer before it has come whole. Only in a list that has been read in
equal steps for long, and behind a full page: a guess that is wrong, as where something was deleted meanwhile, costs a
request, and then that is one of many.
"""

from __future__ import annotations

from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from backlog_provider.reading.client import Params

# So many equal steps, and there will be another; a guess that is wrong is less than a hundredth of them.
STEADY = 100
# Tells how many records there are, and makes nothing of them.
_RECORDS = msgspec.json.Decoder(list[msgspec.Raw])


class Steps:
    """Follows what is asked for, and knows what comes next where a list is read step by step."""

    def __init__(self) -> None:
        self._list: Any = None
        self._offset = 0
        self._step = 0
        self._taken = 0

    def follow(self, path: str, params: Params) -> Params | None:
        """Note a request, and return the params of the one that will follow; None where nobody can tell."""
        asked = path, [pair for pair in params if pair[0] != "offset"]
        offset = next((int(value) for name, value in params if name == "offset"), 0)
        step = offset - self._offset if asked == self._list else 0
        self._taken = self._taken + 1 if step == self._step else 0
        self._list, self._offset, self._step = asked, offset, step
        if step <= 0 or self._taken < STEADY:
            return None
        return [(name, offset + step if name == "offset" else value) for name, value in params]


class Ahead:
    """A request that is on its way.

    :param asked: path and params.
    :param send: sends it, and waits for the answer.
    """

    def __init__(self, asked: tuple[str, Params], send: Callable[[], requests.Response]) -> None:
        self.asked = asked
        self._answer: Future[requests.Response] = Future()
        # A task that is told to end does not wait for an answer that nobody needs any more: hence a daemon.
        Thread(target=self._run, args=(send,), name="backlog-ahead", daemon=True).start()

    def _run(self, send: Callable[[], requests.Response]) -> None:
        try:
            self._answer.set_result(send())
        except BaseException as error:  # noqa: BLE001 (it is raised where the answer is asked for)
            self._answer.set_exception(error)

    def answer(self) -> requests.Response:
        """Wait for the answer, and return it or raise what came instead."""
        return self._answer.result()

    def let_go(self) -> None:
        """Wait until it is over, whatever came."""
        self._answer.exception()


def is_full(body: bytes, params: Params) -> bool:
    """Return whether an answer is a list of as many records as were asked for."""
    try:
        return len(_RECORDS.decode(body)) == dict(params).get("count")
    except msgspec.MsgspecError:
        return False

"""One lane to one Backlog space: a single session, one request at a time, each answered whole or not at all."""

from __future__ import annotations

import logging
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson
import tenacity

from backlog_provider.api.errors import error_from_response, redact
from backlog_provider.api.prefetch import Prefetcher
from backlog_provider.api.rate_limit import MINUTE, Budget
from backlog_provider.api.transport import CHECK_HOST, authenticate, prepare, send
from backlog_provider.exceptions import (
    ApiError,
    BacklogError,
    RateLimitError,
    ResponseError,
    ServerError,
    UnknownError,
)
from backlog_provider.model.lazy_record import raw_records
from backlog_provider.model.record_hash import check_unicode

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from backlog_provider.model.lazy_record import Parse
    from backlog_provider.model.record import Params, Record

log = logging.getLogger(__name__)

PAGE_SIZE = 100
# Seconds to wait for the limit at once: its windows are of a minute, whatever an answer says.
LONGEST_WAIT = 2 * MINUTE
ATTEMPTS = 6
RATE_LIMIT_ATTEMPTS = 10
GROWING_WAIT = tenacity.wait_exponential(multiplier=0.5, max=30) + tenacity.wait_random(0, 0.5)
# The scarcer of the two budgets for GET is for exactly these (https://developer.nulab.com/docs/backlog/rate-limit/).
SEARCH_PATHS = frozenset({"/issues", "/issues/count", "/wikis", "/wikis/count"})


class Client:
    """Reads the API of one space.

    :param session: carries the authentication; it is used for nothing else than ``base_url``.
    :param base_url: scheme, host, port, and path if any, without ``/api/v2``.
    :param sleep: how to wait; seconds.
    """

    def __init__(
        self, session: requests.Session, base_url: str, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._sleep = sleep
        self._budget = Budget()
        self._ahead = Prefetcher()
        self._prepared: tuple[str, requests.PreparedRequest] | None = None
        self._trying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, BacklogError) and error.retryable),
            stop=_stop,
            wait=self._wait,
            before_sleep=_tell,
            sleep=sleep,
            reraise=True,
        )
        self.requests = 0
        self.latest: deque[tuple[str, float]] = deque(maxlen=100)
        """Path and seconds of the latest answers."""
        self.before_pause: Callable[[float], None] | None = None
        """Called with the seconds before a wait for the limit, and may raise instead of letting it begin."""

    def get(self, path: str, params: Params = ()) -> Any:
        """Return the JSON that Backlog answers at a path below ``/api/v2``.

        Waits before the limit is reached, and to the reset after a 429; tries again, with growing waits, after
        server errors, errors without a code of Backlog's, broken connections, timeouts and bodies that arrive cut off
        or are no JSON. ``Retry-After`` is honoured, up to two minutes.

        :raises BacklogError: the tree in ``backlog_provider.exceptions``, never an exception of the HTTP library.
        """
        return self._trying(self._get_once, path, params)

    def get_list(
        self, path: str, params: Params = (), then: Params | None = None, parse: Parse | None = None
    ) -> list[Record]:
        """Return the list of records at a path; like ``get``, and anything but a list of objects is an error.

        :param then: what will be asked for next at this path, if the page is full: it is asked for at once.
        :param parse: what makes records of the answer, where it can, instead of taking all of them apart.
        :raises ResponseError: where the answer is JSON of another shape.
        """
        answer = self._trying(self._get_once, path, params, then, parse)
        if not isinstance(answer, list) or not all(isinstance(record, dict) for record in answer):
            raise ResponseError(
                f"GET {path}: Backlog answered {type(answer).__name__} where a list of objects was expected; "
                "check that the connection's host is a Backlog space"
            )
        return answer

    def get_count(self, path: str, params: Params = ()) -> int:
        """Return the number that Backlog answers at a path that counts; like ``get``.

        :raises ResponseError: where the answer has no number.
        """
        answer = self.get(path, params)
        number = answer.get("count") if isinstance(answer, dict) else None
        if not isinstance(number, int):
            raise ResponseError(f"GET {path}: Backlog answered no count; check that the host is a Backlog space")
        return number

    def limit(self, category: str) -> int | None:
        """Return how many requests of a category a minute allows; None where no answer has told one."""
        standing = self._budget.standings.get(category)
        return standing.limit if standing else None

    def seconds_each(self, category: str) -> float:
        """Return how long the latest lists of a category took on average; counts are quicker, and left out."""
        lists = [(path, seconds) for path, seconds in self.latest if not path.endswith("/count")]
        taken = [seconds for path, seconds in lists if category_of(path) == category] or [s for _, s in lists]
        return sum(taken) / len(taken) if taken else 0.0

    def drain(self) -> None:
        """Take the answer to what has been asked for ahead, if anything, for whoever is about to do something long."""
        self._ahead.take()

    def close(self) -> None:
        """End the session."""
        self._ahead.close()
        self._session.close()

    def _get_once(self, path: str, params: Params, then: Params | None = None, parse: Parse | None = None) -> Any:
        response = self._answer(path, params)
        body = response.content
        if response.status_code != 200:
            raise error_from_response(path, response)
        texts = raw_records(body) if then or parse else None
        if then and texts and len(texts) == dict(params).get("count"):
            self._begin(path, then)
        try:
            return parse(body, texts) if parse and texts is not None else orjson.loads(body)
        except ValueError as error:
            check_unicode(path, body)
            why = getattr(error, "msg", "no UTF-8")
            kind = redact(response.headers.get("Content-Type", "no content type"), response)
            raise ResponseError(
                f"GET {path}: Backlog answered 200 with {len(body)} bytes of {kind} that are not JSON ({why}); "
                f"{CHECK_HOST}"
            ) from None

    def _answer(self, path: str, params: Params) -> requests.Response:
        answer = self._ahead.answer((path, params))
        if answer is not None:
            return answer
        category = category_of(path)
        if pause := self._budget.pause(category):
            pause = min(pause, LONGEST_WAIT)
            if self.before_pause:
                self.before_pause(pause)
            log.info("%d requests so far; waiting %.0f s for the limit of %s requests", self.requests, pause, category)
            self._sleep(pause)
        return self._send(path, self._request(path, params))

    def _begin(self, path: str, params: Params) -> None:
        # A wait for the limit is for whoever wants the answer, and may end the reading.
        if self._budget.pause(category_of(path)):
            return
        # What keeps it from being signed is told of where its answer is wanted.
        with suppress(BacklogError):
            request = self._request(path, params)
            self._ahead.begin((path, params), lambda: self._send(path, request))

    def _request(self, path: str, params: Params) -> requests.PreparedRequest:
        # The next request is mostly to the same path, and to prepare one takes a tenth of what a page takes.
        if self._prepared is None or self._prepared[0] != path:
            self._prepared = path, prepare(self._session, "GET", self._base_url, path)
        return authenticate(self._session, self._prepared[1], params)

    def _send(self, path: str, request: requests.PreparedRequest) -> requests.Response:
        self.requests += 1
        sent, started = time.time(), time.perf_counter()
        response = send(self._session, request, self._base_url, path)
        self.latest.append((path, time.perf_counter() - started))
        self._budget.note(category_of(path), response.headers, sent)
        return response

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = _error(state)
        path: str = state.args[0]
        is_limit = isinstance(error, RateLimitError)
        wait = self._budget.until_reset(category_of(path)) if is_limit else float(GROWING_WAIT(state))
        asked = error.retry_after if isinstance(error, ApiError) else None
        return min(max(wait, asked or 0.0), LONGEST_WAIT)


def category_of(path: str) -> str:
    """Return the rate-limit category of a GET: ``search`` or ``read``."""
    return "search" if path in SEARCH_PATHS else "read"


def _error(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _stop(state: tenacity.RetryCallState) -> bool:
    limited = isinstance(_error(state), RateLimitError)
    return state.attempt_number >= (RATE_LIMIT_ATTEMPTS if limited else ATTEMPTS)


def _tell(state: tenacity.RetryCallState) -> None:
    level = logging.INFO if isinstance(_error(state), (RateLimitError, ServerError, UnknownError)) else logging.WARNING
    log.log(level, "%s; trying again in %.1f s", _error(state), state.upcoming_sleep)

"""HTTP client for one Backlog space: one session, one request at a time, whole responses or an error."""

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
# The longest single wait in seconds: rate-limit windows last a minute, whatever a header says.
LONGEST_WAIT = 2 * MINUTE
ATTEMPTS = 6
RATE_LIMIT_ATTEMPTS = 10
GROWING_WAIT = tenacity.wait_exponential(multiplier=0.5, max=30) + tenacity.wait_random(0, 0.5)
# GET has two rate limits. Exactly these paths count against the lower one, "search"
# (https://developer.nulab.com/docs/backlog/rate-limit/).
SEARCH_PATHS = frozenset({"/issues", "/issues/count", "/wikis", "/wikis/count"})


class Client:
    """Reads the API of one space.

    :param session: the session with the authentication. It must not be used for other hosts than ``base_url``.
    :param base_url: scheme, host, port and optional path, without ``/api/v2``.
    :param sleep: waits for a number of seconds.
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
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, BacklogError) and error.retryable),
            stop=_stop,
            wait=self._backoff,
            before_sleep=_log_retry,
            sleep=sleep,
            reraise=True,
        )
        self.requests = 0
        self.latest: deque[tuple[str, float]] = deque(maxlen=100)
        """Path and duration in seconds of the latest requests."""
        self.before_pause: Callable[[float], None] | None = None
        """Called with the seconds before a wait for the rate limit. It may raise to prevent the wait."""

    def get(self, path: str, params: Params = ()) -> Any:
        """Return the JSON response of a path.

        Waits before the rate limit is exceeded, and until the reset after a 429. Retries with exponential backoff after
        server errors, errors without a Backlog code, broken connections, timeouts, and bodies that are cut off or not
        JSON. Honours ``Retry-After`` up to two minutes.

        :param path: the path below ``/api/v2``.
        :param params: the query parameters.
        :raises BacklogError: a class of ``backlog_provider.exceptions``, never an exception of the HTTP library.
        """
        return self._retrying(self._get_once, path, params)

    def get_list(
        self, path: str, params: Params = (), then: Params | None = None, parse: Parse | None = None
    ) -> list[Record]:
        """Return the list of records at a path, with the waits and retries of ``get``.

        :param path: the path below ``/api/v2``.
        :param params: the query parameters.
        :param then: the query parameters of the next page of this path. It is prefetched if this page is full.
        :param parse: parses a list of records lazily; None to parse every record completely.
        :raises ResponseError: if the response is not a list of JSON objects.
        :raises BacklogError: as ``get`` does.
        """
        answer = self._retrying(self._get_once, path, params, then, parse)
        if not isinstance(answer, list) or not all(isinstance(record, dict) for record in answer):
            raise ResponseError(
                f"GET {path}: Backlog answered {type(answer).__name__} where a list of objects was expected; "
                "check that the connection's host is a Backlog space"
            )
        return answer

    def get_count(self, path: str, params: Params = ()) -> int:
        """Return the number of records from a ``/count`` path, with the waits and retries of ``get``.

        :param path: the path below ``/api/v2``.
        :param params: the query parameters.
        :raises ResponseError: if the response has no count.
        :raises BacklogError: as ``get`` does.
        """
        answer = self.get(path, params)
        number = answer.get("count") if isinstance(answer, dict) else None
        if not isinstance(number, int):
            raise ResponseError(f"GET {path}: Backlog answered no count; check that the host is a Backlog space")
        return number

    def limit(self, category: str) -> int | None:
        """Return the rate limit of a category in requests a minute; None if no response has reported one.

        :param category: ``search`` or ``read``.
        """
        standing = self._budget.standings.get(category)
        return standing.limit if standing else None

    def seconds_each(self, category: str) -> float:
        """Return the average duration in seconds of the latest list requests of a category; 0 if there are none.

        Counts are faster than lists and do not enter the average. Without requests of this category, all lists do.

        :param category: ``search`` or ``read``.
        """
        lists = [(path, seconds) for path, seconds in self.latest if not path.endswith("/count")]
        durations = [seconds for path, seconds in lists if category_of(path) == category] or [s for _, s in lists]
        return sum(durations) / len(durations) if durations else 0.0

    def drain(self) -> None:
        """Receive the prefetched response, if any. Call this before long work: the server does not wait for minutes."""
        self._ahead.take()

    def close(self) -> None:
        """Cancel the prefetch and close the session."""
        self._ahead.close()
        self._session.close()

    def _get_once(self, path: str, params: Params, then: Params | None = None, parse: Parse | None = None) -> Any:
        response = self._response_to(path, params)
        body = response.content
        if response.status_code != 200:
            raise error_from_response(path, response)
        texts = raw_records(body) if then or parse else None
        if then and texts and len(texts) == dict(params).get("count"):
            self._prefetch(path, then)
        try:
            return parse(body, texts) if parse and texts is not None else orjson.loads(body)
        except ValueError as error:
            check_unicode(path, body)
            why = getattr(error, "msg", "no UTF-8")
            content_type = redact(response.headers.get("Content-Type", "no content type"), response)
            raise ResponseError(
                f"GET {path}: Backlog answered 200 with {len(body)} bytes of {content_type} that are not JSON ({why}); "
                f"{CHECK_HOST}"
            ) from None

    def _response_to(self, path: str, params: Params) -> requests.Response:
        prefetched = self._ahead.answer((path, params))
        if prefetched is not None:
            return prefetched
        category = category_of(path)
        if pause := self._budget.pause(category):
            pause = min(pause, LONGEST_WAIT)
            if self.before_pause:
                self.before_pause(pause)
            log.info("%d requests so far; waiting %.0f s for the limit of %s requests", self.requests, pause, category)
            self._sleep(pause)
        return self._send(path, self._request(path, params))

    def _prefetch(self, path: str, params: Params) -> None:
        # Do not prefetch if the rate limit requires a wait: the request itself waits, and may end the read instead.
        if self._budget.pause(category_of(path)):
            return
        # Ignore authentication errors here; they are raised when the page is requested.
        with suppress(BacklogError):
            request = self._request(path, params)
            self._ahead.begin((path, params), lambda: self._send(path, request))

    def _request(self, path: str, params: Params) -> requests.PreparedRequest:
        # Reuse the prepared request: the next path is usually the same, and preparing takes a tenth of a page's time.
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

    def _backoff(self, state: tenacity.RetryCallState) -> float:
        error = _error_of(state)
        path: str = state.args[0]
        is_limit = isinstance(error, RateLimitError)
        wait = self._budget.until_reset(category_of(path)) if is_limit else float(GROWING_WAIT(state))
        retry_after = error.retry_after if isinstance(error, ApiError) else None
        return min(max(wait, retry_after or 0.0), LONGEST_WAIT)


def category_of(path: str) -> str:
    """Return the rate-limit category of a GET request: ``search`` or ``read``.

    :param path: the path below ``/api/v2``.
    """
    return "search" if path in SEARCH_PATHS else "read"


def _error_of(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _stop(state: tenacity.RetryCallState) -> bool:
    limited = isinstance(_error_of(state), RateLimitError)
    return state.attempt_number >= (RATE_LIMIT_ATTEMPTS if limited else ATTEMPTS)


def _log_retry(state: tenacity.RetryCallState) -> None:
    level = (
        logging.INFO if isinstance(_error_of(state), (RateLimitError, ServerError, UnknownError)) else logging.WARNING
    )
    log.log(level, "%s; trying again in %.1f s", _error_of(state), state.upcoming_sleep)

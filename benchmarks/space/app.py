"""The space as an ASGI application: answers what a load asks for most, and hands the rest to the emulator.

Of issues these filters are known: projects, and days of creation or of update, whichever they are sorted by. Whatever
else is asked of them is refused, as is what the past has nothing of. There is no limit of requests.
``/control/latest`` is the issue of the past whose comments were asked for last.
"""

from __future__ import annotations

import asyncio
import re
import time
from datetime import datetime
from datetime import time as clock
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from backlog_emulator.call import Call
from backlog_emulator.errors import ApiError, invalid
from backlog_emulator.issue_search.filters import filter_zone
from backlog_emulator.issue_search.search import found_issues
from backlog_emulator.paging import id_page, offset_page
from backlog_emulator.query import Query
from backlog_emulator.server import application
from benchmarks.space.lists import backwards, joined
from benchmarks.space.past import Copy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backlog_emulator.emulator import Emulator
    from benchmarks.space.past import Past

KNOWN = {"apiKey", "projectId[]", "sort", "order", "count", "offset"}
FIELDS = ("created", "updated")
PAGE = re.compile(rb"(?:^|&)(?:offset|count)=\d+")
OF_ISSUE = re.compile(r"/api/v2/issues/(\d+)(/comments|/?.*)")


class App:
    """Past and present of a space in one.

    :param emulator: the present.
    """

    def __init__(self, emulator: Emulator, past: Past) -> None:
        self.emulator = emulator
        self._past = past
        self._rest = application(emulator)
        self._found = lru_cache(maxsize=16)(self._find)
        self._latest: Copy | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        space = self.emulator.space
        status = 200
        with space.lock:
            try:
                body = self._answer(scope["path"], scope["query_string"])
            except ApiError as error:
                status, body = error.status(space.switches), error.body()
        if body is None:
            await self._rest(scope, receive, send)
            return
        await asyncio.sleep(space.switches.latency_ms / 1000)
        await send({"type": "http.response.start", "status": status, "headers": _headers(len(body))})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, path: str, query: bytes) -> bytes | None:
        if path in {"/api/v2/issues", "/api/v2/issues/count"}:
            found = self._found(PAGE.sub(b"", query), self.emulator.space.revision)
            if path.endswith("/count"):
                return b'{"count":%d}' % len(found)
            return self._bodies(offset_page(found, Query(query), self.emulator.space.switches))
        if path == "/api/v2/space/activities":
            return self._activities(Query(query))
        if path == "/control/latest":
            return self._latest.body() if self._latest else b"null"
        of_issue = OF_ISSUE.fullmatch(path)
        issue = self._past.issue(int(of_issue[1])) if of_issue else None
        return self._of_past(issue, of_issue[2], Query(query)) if of_issue and issue else None

    def _find(self, asked: bytes, _revision: int) -> Sequence[Any]:
        """Return all issues that a query asks for; kept, because a reader asks for one page after another."""
        call, query = self._call(asked), Query(asked)
        living = found_issues(call)
        names = {name for name, _ in query.pairs} - KNOWN
        field = query.one("sort") or next((each for each in FIELDS if names & _days(each)), "updated")
        if field not in FIELDS or names - _days(field):
            raise invalid(f"this space can sort by {', '.join(FIELDS)}, and filter by that and by project, alone")
        zone = filter_zone(call.space)
        since, until = (query.day(each) for each in sorted(_days(field)))
        past = self._past.issues(
            query.integers("projectId[]") or self._visible(),
            field,
            datetime.combine(since, clock(), zone).timestamp() if since else None,
            datetime.combine(until, clock.max, zone).timestamp() if until else None,
        )
        return joined(past, living) if query.one("order") == "asc" else joined(living, backwards(past))

    def _visible(self) -> frozenset[int]:
        space = self.emulator.space
        listed = space.switches.archived_listed
        return frozenset(each.id for each in space.projects_of(space.owner) if listed or not each.archived)

    def _activities(self, query: Query) -> bytes:
        types, space = query.integers("activityTypeId[]"), self.emulator.space
        living = [each for each in space.activities if each.type in types] if types else space.activities
        return self._bodies(id_page(joined(self._past.activities(types), living), query, space.switches))

    def _of_past(self, issue: Copy, what: str, query: Query) -> bytes:
        if not what:
            return issue.body()
        if what != "/comments":
            raise invalid(f"of an issue of the past this space has comments alone, not {what}")
        self._latest = issue
        return self._bodies(id_page(self._past.comments(issue), query, self.emulator.space.switches))

    def _bodies(self, records: Iterable[Any]) -> bytes:
        of = self.emulator.space.bodies.of
        return b"[" + b",".join(each.body() if isinstance(each, Copy) else of(each) for each in records) + b"]"

    def _call(self, query: bytes) -> Call:
        emulator = self.emulator
        return Call(emulator.space, emulator.rates, emulator.memory, emulator.space.owner, {}, Query(query))


def _days(field: str) -> set[str]:
    return {f"{field}Since", f"{field}Until"}


def _headers(length: int) -> list[tuple[bytes, bytes]]:
    now = time.time()
    return [
        (b"content-length", b"%d" % length),
        (b"content-type", b"application/json; charset=utf-8"),
        (b"x-ratelimit-limit", b"1000000"),
        (b"x-ratelimit-remaining", b"999999"),
        (b"x-ratelimit-reset", b"%d" % (now + 60)),
        (b"date", formatdate(now, usegmt=True).encode()),
    ]

"""A space that costs next to nothing to serve: the emulator's own bodies of issues, made before anybody asks.

``python -m benchmarks.space --issues N`` makes up to ``REAL`` issues in the emulator, and keeps the bytes of each.
Beyond them come the same issues again, with five values moved on: id, key, number, created, updated. So a page is a
join of what is there, and a million issues take no more memory than ten thousand.

It answers what a full load asks for: the pages of /issues, sorted by creation or by update either way, their count, and
the projects. Filters are passed over, and there is no limit: what needs either is measured against the emulator itself.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import orjson
import uvicorn

from backlog_emulator.emulator import new_emulator
from backlog_emulator.server import listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_emulator.emulator import Emulator

REAL = 10_000
FORM = "%Y-%m-%dT%H:%M:%SZ"
# What stands in a template for the values that move on; no text of the emulator holds them.
MARKS: dict[str, Any] = {
    "id": -(10**15) - 1,
    "issueKey": "\x01",
    "keyId": -(10**15) - 2,
    "created": "\x02",
    "updated": "\x03",
}


@dataclass(frozen=True)
class Issue:
    """A body with gaps, and what stands in the gaps of the first issue that has it."""

    template: bytes
    number: int
    project: str
    key_number: int
    created: datetime
    updated: datetime

    def body(self, turn: int, numbers: int, span: timedelta) -> bytes:
        """Return the body of its copy of some turn; each turn has as many numbers and takes as long. 0 is itself."""
        created, updated = (moment + turn * span for moment in (self.created, self.updated))
        key_number = self.key_number + turn * numbers
        values = f"{self.project}-{key_number}".encode(), key_number, created.strftime(FORM).encode()
        return self.template % (self.number + turn * numbers, *values, updated.strftime(FORM).encode())


class Issues:
    """Sorted lists of issues, by page."""

    def __init__(self, real: list[Issue], total: int) -> None:
        self.total = total
        self._numbers = max(issue.number for issue in real) + 1
        last = max(max(issue.created, issue.updated) for issue in real)
        self._span = last - min(issue.created for issue in real) + timedelta(seconds=1)
        self._sorted = {
            "created": sorted(real, key=lambda issue: (issue.created, issue.number)),
            "updated": sorted(real, key=lambda issue: (issue.updated, issue.number)),
        }

    def page(self, sort: str, order: str, offset: int, count: int) -> bytes:
        """Return a page as the API does."""
        places = range(offset, min(offset + count, self.total))
        if order == "desc":
            places = range(self.total - 1 - offset, max(self.total - 1 - offset - count, -1), -1)
        return b"[" + b",".join(self._bodies(sort, places)) + b"]"

    def _bodies(self, sort: str, places: range) -> Iterator[bytes]:
        issues = self._sorted[sort]
        for place in places:
            turn, rest = divmod(place, len(issues))
            yield issues[rest].body(turn, self._numbers, self._span)


def real_issues(emulator: Emulator) -> list[Issue]:
    """Return the emulator's issues; each gives the emulator's own bytes, which is checked."""
    return [_issue(emulator.space.bodies.of(issue)) for issue in emulator.space.issues.values()]


def _issue(body: bytes) -> Issue:
    record = orjson.loads(body)
    template = orjson.dumps({**record, **MARKS}).replace(b"%", b"%%")
    for name, mark in MARKS.items():
        template = template.replace(orjson.dumps(mark), b"%d" if isinstance(mark, int) else b'"%s"', 1)
        assert name in record
    project, _, number = record["issueKey"].rpartition("-")
    created, updated = (datetime.strptime(record[name], FORM) for name in ("created", "updated"))  # noqa: DTZ007
    issue = Issue(template, record["id"], project, int(number), created, updated)
    assert issue.body(0, 0, timedelta()) == body, f"not what the emulator answers: {body!r}"
    return issue


class App:
    """The space as an ASGI application; ``/control/requests`` tells how many requests there were of the API."""

    def __init__(self, issues: Issues, projects: bytes) -> None:
        self._issues = issues
        self._bodies = {"/api/v2/projects": projects, "/api/v2/issues/count": b'{"count":%d}' % issues.total}
        self._requests = 0

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["path"] == "/control/requests":
            body = b"%d" % self._requests
        else:
            self._requests += 1
            body = self._bodies.get(scope["path"]) or self._page(parse_qs(scope["query_string"].decode()))
        await send({"type": "http.response.start", "status": 200, "headers": _headers(len(body))})
        await send({"type": "http.response.body", "body": body})

    def _page(self, query: dict[str, list[str]]) -> bytes:
        sort, order = query.get("sort", ["updated"])[0], query.get("order", ["desc"])[0]
        return self._issues.page(sort, order, int(query.get("offset", ["0"])[0]), int(query.get("count", ["20"])[0]))


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


def main() -> None:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=REAL)
    total = parser.parse_args().issues
    emulator = new_emulator(issues=min(total, REAL), projects=6, users=30, seed=1, switches={})
    issues, projects = (
        Issues(real_issues(emulator), total),
        emulator.space.bodies.many(emulator.space.projects.values()),
    )
    key = emulator.api_key
    del emulator
    with listening("127.0.0.1", 0) as connection:
        print(f"Backlog emulator at http://127.0.0.1:{connection.getsockname()[1]}  (API key: {key})", flush=True)
        config = uvicorn.Config(
            App(issues, projects),
            lifespan="off",
            ws="none",
            access_log=False,
            log_config=None,
            date_header=False,
            server_header=False,
            proxy_headers=False,
        )
        uvicorn.Server(config).run(sockets=[connection])


if __name__ == "__main__":
    main()

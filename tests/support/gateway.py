"""A gateway in front of the emulated space: changes what is asked, what is answered, or answers by itself.

For servers that behave otherwise than the documentation says, where a switch of the emulator would be too much.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp, Receive, Scope, Send

    from backlog_emulator.emulator import Emulator

    Change = Callable[["Asked"], "Reply | None"]
    Rewrite = Callable[["Asked", "Reply"], None]

HTML = "text/html; charset=utf-8"


@dataclass
class Asked:
    """A request: the path below ``/api/v2``, the query in order. Changing it changes what the space is asked."""

    path: str
    params: list[tuple[str, str]]

    def param(self, name: str) -> str | None:
        """Return the last value of a parameter; None where it is not there."""
        return dict(self.params).get(name)

    def set(self, name: str, value: object) -> None:
        """Replace a parameter."""
        self.params = [(key, old) for key, old in self.params if key != name] + [(name, str(value))]


@dataclass
class Reply:
    """An answer. ``body`` is JSON as Python objects where the answer is JSON, else text."""

    status: int = 200
    body: Any = ""
    headers: dict[str, str] = field(default_factory=dict)


def page(status: int, body: str = "<html>Gateway</html>", **headers: str) -> Reply:
    """Return what a gateway says by itself: HTML, and nothing that Backlog would say."""
    return Reply(status, body, {"content-type": HTML, **{name.replace("_", "-"): v for name, v in headers.items()}})


def error(code: int, status: int, message: str = "Refused.") -> Reply:
    """Return an error as Backlog writes it."""
    return Reply(status, {"errors": [{"message": message, "code": code, "moreInfo": ""}]})


@contextmanager
def gateway(emulator: Emulator, before: Change | None = None, after: Rewrite | None = None) -> Iterator[list[Asked]]:
    """Put a gateway in front of a space for the length of the block; gives the requests that came to it.

    :param before: gets each request; may change it, or return the answer, which the space then never sees.
    :param after: gets each request with the space's answer, and may change that.
    """
    came: list[Asked] = []
    before_that = emulator.middleware
    emulator.middleware = lambda app: _Gateway(app, before, after, came)
    try:
        yield came
    finally:
        emulator.middleware = before_that


@dataclass
class _Gateway:
    app: ASGIApp
    before: Change | None
    after: Rewrite | None
    came: list[Asked]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        root = scope.get("root_path", "")
        query = scope["query_string"].decode()
        asked = Asked(scope["path"].removeprefix(root), parse_qsl(query, keep_blank_values=True))
        self.came.append(Asked(asked.path, list(asked.params)))
        reply = self.before(asked) if self.before else None
        if reply is None:
            scope = {**scope, "path": root + asked.path, "raw_path": (root + asked.path).encode()}
            scope["query_string"] = urlencode(asked.params).encode()
            if self.after is None:
                await self.app(scope, receive, send)
                return
            reply = await self._answer(scope, receive)
            self.after(asked, reply)
        await _response(reply)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        sent: list[Any] = []

        async def keep(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, keep)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        body = b"".join(message.get("body", b"") for message in sent[1:])
        is_json = headers.get("content-type", "").startswith("application/json")
        headers.pop("content-length", None)
        return Reply(sent[0]["status"], json.loads(body) if is_json and body else body.decode(), headers)


def _response(reply: Reply) -> Response:
    if isinstance(reply.body, str):
        return Response(reply.body, reply.status, reply.headers)
    headers = {"content-type": "application/json;charset=utf-8", **reply.headers}
    return Response(json.dumps(reply.body).encode(), reply.status, headers)

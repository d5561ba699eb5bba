"""Emulators to talk to, and sessions that talk to them."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import requests

from backlog_emulator.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backlog_emulator.emulator import Emulator


class Api(requests.Session):
    """A session on one emulator: paths instead of URLs, with a key of its own."""

    def __init__(self, emulator: Emulator, key: str | None) -> None:
        super().__init__()
        self.base = emulator.url
        self.trust_env = False
        self.headers["Backlog-API-Key"] = key or emulator.api_key

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        kwargs |= {"allow_redirects": False, "timeout": 10}
        return super().request(method, self.base + url, *args, **kwargs)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """A space of 200 issues that the tests of a module share and must not change."""
    with running(issues=200) as served:
        yield served


@pytest.fixture
def fresh() -> Iterator[Emulator]:
    """A small space to change."""
    with running(issues=60) as served:
        yield served


@pytest.fixture(scope="module")
def connect() -> Iterator[Callable[..., requests.Session]]:
    """Opens sessions on an emulator, with the default key or another one."""
    with ExitStack() as stack:
        yield lambda emulator, key=None: stack.enter_context(Api(emulator, key))


@pytest.fixture(scope="module")
def api(emulator: Emulator, connect: Callable[..., requests.Session]) -> requests.Session:
    """A session on the shared emulator."""
    return connect(emulator)

"""``python -m backlog_provider authorize``: from an app's registration to a connection, with a browser between."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
import requests

from backlog_provider.api.oauth import App, refresh_tokens
from backlog_provider.hooks.backlog import BacklogHook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_emulator.emulator import Emulator


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def authorizing(space: Emulator, uri: str, secret: str | None = None) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, and the address that it tells its user to open."""
    env = {**os.environ, "BACKLOG_HOST": space.url, "BACKLOG_CLIENT_SECRET": secret or space.oauth.client_secret}
    line = [sys.executable, "-m", "backlog_provider", "authorize"]
    line += ["--client-id", space.oauth.client_id, "--redirect-uri", uri]
    pipe = subprocess.PIPE
    with subprocess.Popen(line, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            assert process.stderr
            said = next(line for line in process.stderr if "response_type=code" in line)
            yield process, said.strip()
        finally:
            process.kill()


def ended(process: subprocess.Popen[str], given: str | None = None) -> tuple[int, str, str]:
    out, err = process.communicate(given, timeout=60)
    return process.returncode, out, err.replace("Then put the address here that the browser ends at: ", "")


def test_connection_is_printed_when_the_browser_has_come_back(space: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    with authorizing(space, f"http://127.0.0.1:{free_port()}/") as (process, address):
        assert address.startswith(f"{space.url}/OAuth2AccessRequest.action?response_type=code&client_id=")
        # The page is asked for as soon as it is told, and so may be somewhat early.
        session = requests.Session()
        session.mount(
            "http://", requests.adapters.HTTPAdapter(max_retries=requests.adapters.Retry(8, backoff_factor=0.1))
        )
        assert session.get(address, timeout=10).text == "That was all: go on in the terminal.\n"
        code, out, err = ended(process)
    assert (code, err.strip()) == (0, "")
    app = App(**json.loads(out)["extra"])
    assert refresh_tokens(app, app.refresh_token, space.url).access_token in space.oauth.access_tokens
    monkeypatch.setenv("AIRFLOW_CONN_BACKLOG_DEFAULT", out)
    assert BacklogHook().address == space.url


def test_address_is_asked_for_where_the_browser_ends_elsewhere(space: Emulator) -> None:
    uri = "https://example.com/callback"
    with authorizing(space, uri) as (process, address):
        there = requests.get(address, allow_redirects=False, timeout=10).headers["Location"]
        assert there.startswith(f"{uri}?code=")
        code, out, err = ended(process, f"{there}\n")
    assert (code, err.strip()) == (0, "")
    assert json.loads(out)["extra"]["refresh_token"] in space.oauth.refresh_tokens


@pytest.mark.parametrize(
    ("secret", "answer", "message"),
    [
        (None, "https://example.com/?error=access_denied&state=STATE", "the app was not let in: access_denied; begin"),
        (None, "https://example.com/?code=another-code&state=another", "what came back belongs to another request"),
        (
            None,
            "https://example.com/?code=another-code&state=STATE",
            r"refused \(400, invalid_grant\): The code is invalid",
        ),
        (
            "wrong-secret",
            "https://example.com/?code=another-code&state=STATE",
            "put the app's client_id and client_secret",
        ),
    ],
)
def test_what_does_not_work_is_one_line_without_a_secret(
    space: Emulator, secret: str | None, answer: str, message: str
) -> None:
    with authorizing(space, "https://example.com/", secret) as (process, address):
        [state] = re.findall(r"state=(.+)", address)
        code, out, err = ended(process, answer.replace("STATE", state) + "\n")
    assert (code, out) == (1, "")
    [line] = err.strip().splitlines()
    assert re.search(message, line)
    assert (secret or space.oauth.client_secret) not in err

"""`python -m local_snowflake`: one line when ready, a clean end, and a directory that holds everything."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import snowflake.connector

from local_snowflake.server import running

LINE = re.compile(r"Local Snowflake at https://([\w.-]+):(\d+)  \(CA bundle: (\S+)\)\n")


@contextmanager
def started(directory: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], re.Match[str]]]:
    """The command, once it has said where it is."""
    command = [sys.executable, "-m", "local_snowflake", "--directory", str(directory), *options]
    environment = {**os.environ, "TMPDIR": str(directory.parent), "HOME": str(directory.parent / "home")}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            said = LINE.fullmatch(process.stdout.readline())
            assert said, process.stderr and process.stderr.read()
            yield process, said
        finally:
            process.kill()


def connect(directory: Path, monkeypatch: pytest.MonkeyPatch) -> snowflake.connector.SnowflakeConnection:
    """A connection made of nothing but the files in the directory."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(directory / "ca-bundle.pem"))
    monkeypatch.setenv("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")
    offered = json.loads((directory / "connection.json").read_text())
    return snowflake.connector.connect(
        user=offered["login"],
        password=offered["password"],
        schema=offered["schema"],
        network_timeout=20,
        **offered["extra"],
    )


@pytest.mark.parametrize(("stop", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGKILL, -9)])
def test_what_was_committed_is_there_after_any_end_and_nothing_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: signal.Signals, status: int
) -> None:
    directory = tmp_path / "account"
    with started(directory, "--name", "localhost") as (process, said):
        assert said.groups() == ("localhost", said[2], str(directory / "ca-bundle.pem"))
        connection = connect(directory, monkeypatch)
        connection.cursor().execute("CREATE TABLE KEPT AS SELECT 1 AS N")
        process.send_signal(stop)
        output, errors = process.communicate(timeout=20)
        assert (process.returncode, output, errors) == (status, "", "")
    connection.close(retry=False)

    with running(directory) as account, account.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT N FROM KEPT")
        assert cursor.fetchall() == [(1,)]
    if stop != signal.SIGKILL:  # which leaves the files of stages behind, in TMPDIR
        assert [path.name for path in tmp_path.iterdir()] == ["account"]


def refused(*options: str) -> str:
    """What the command says when it does not start."""
    command = [sys.executable, "-m", "local_snowflake", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_a_directory_or_port_in_use_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with running(tmp_path / "account") as account:
        account.connect().close()
        port = account.url.rpartition(":")[2]

        in_use = refused("--directory", str(tmp_path / "account"))
        assert "account is in use; stop the other process or name another directory" in in_use
        taken = refused("--directory", str(tmp_path / "other"), "--port", port)
        assert taken.startswith(f"Cannot serve at 127.0.0.1, port {port}, with {tmp_path}")
        assert taken.endswith("choose another port or directory\n")

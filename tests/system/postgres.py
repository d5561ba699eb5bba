"""A PostgreSQL server of the tests' own, in a temporary folder: the other database that Airflow can be kept in."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from backlog_demo.airflow import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

APT = ("apt-get", "--quiet", "--yes")
# Debian's package makes a cluster and starts it, which nobody here asked for; read before it does so.
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/no-main-cluster.conf")


@contextmanager
def running() -> Iterator[str]:
    """Start a server with an empty database, and give the URL by which SQLAlchemy reaches it.

    Skips the test where there is no PostgreSQL and none can be installed; fails it where ``CI`` is set.
    """
    programs = _programs()
    account = _account()
    with _folder(account) as folder:
        _initdb(programs, folder, account)
        port = free_port()
        options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (folder / "server.log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", "data", *settings],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
                **account,
            )
        try:
            _wait(server, folder / "server.log")
            yield f"postgresql+psycopg2://airflow@127.0.0.1:{port}/postgres"
        finally:
            # To PostgreSQL, an interrupt means: end now, without waiting for clients.
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)


def _programs() -> Path:
    """Return the folder of the server's programs, after installing them if need be."""
    if not _installed() and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
    if found := _installed():
        return found
    told = "PostgreSQL's server programs are not here: install Debian's package postgresql, or put initdb on PATH"
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)


def _installed() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((program.parent for program in versions), key=lambda path: float(path.parent.name), default=None)


def _install() -> None:
    NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
    NO_CLUSTER.write_text("create_main_cluster = false\n")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # What they cannot install is told by who looks for the programs afterwards.
    subprocess.run([*APT, "update"], env=env, check=False)
    subprocess.run([*APT, "install", "--no-install-recommends", "postgresql"], env=env, check=False)


def _account() -> dict[str, Any]:
    """Return who the server runs as, as ``subprocess`` takes it: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def _folder(account: dict[str, Any]) -> Iterator[Path]:
    """Give an empty folder that belongs to the server's account, and that it can reach."""
    here = Path(tempfile.gettempdir()).resolve()
    reachable = all(path.stat().st_mode & stat.S_IXOTH for path in (here, *here.parents))
    with tempfile.TemporaryDirectory(prefix="postgres-", dir=here if reachable or not account else "/tmp") as name:
        if account:
            os.chown(name, account["user"], account["group"])
        yield Path(name)


def _initdb(programs: Path, folder: Path, account: dict[str, Any]) -> None:
    options = ("-D", "data", "-U", "airflow", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync")
    made = subprocess.run(
        [programs / "initdb", *options], cwd=folder, capture_output=True, text=True, check=False, **account
    )
    assert made.returncode == 0, made.stderr


def _wait(server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while b"ready to accept connections" not in log.read_bytes():
        if time.monotonic() > deadline or server.poll() is not None:
            pytest.fail(f"PostgreSQL did not come up:\n{log.read_text()}")
        time.sleep(0.1)

"""`python -m backlog_emulator`: a Backlog space on this machine until it is told to stop."""

from __future__ import annotations

import argparse
import signal
import sys
from dataclasses import fields
from typing import Any

import orjson

from backlog_emulator.emulator import Emulator, new_emulator
from backlog_emulator.server import application, listening, server
from backlog_emulator.switches import Switches, documented


def main() -> None:
    """Serve until SIGINT or SIGTERM, then exit with 0."""
    options = _parser().parse_args()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: sys.exit(0))
    try:
        connection = listening(options.host, options.port)
        emulator = _emulator(options)
    except OSError as error:
        sys.exit(f"cannot listen on {options.host} port {options.port}: {error.strerror}; choose another --port")
    except ValueError as error:
        sys.exit(f"--set: {error}")
    emulator.url = f"http://{options.host}:{connection.getsockname()[1]}"
    print(f"Backlog emulator at {emulator.url}  (API key: {emulator.api_key})", flush=True)
    server(application(emulator)).run(sockets=[connection])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m backlog_emulator",
        description="Serve an invented Backlog space under /api/v2, and controls for it under /control.",
        epilog=_switches(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one (default)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same space")
    parser.add_argument("--issues", type=int, default=3000, help="how many issues it has (default: %(default)s)")
    parser.add_argument("--projects", type=int, default=6, help="how many projects (default: %(default)s)")
    parser.add_argument("--users", type=int, default=30, help="how many users (default: %(default)s)")
    parser.add_argument("--api-key", help="the administrator's key (default: one made from the seed)")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SWITCH=VALUE",
        help="set a switch (see below); repeatable",
    )
    return parser


def _emulator(options: argparse.Namespace) -> Emulator:
    return new_emulator(
        issues=options.issues,
        projects=options.projects,
        users=options.users,
        seed=options.seed,
        api_key=options.api_key,
        switches=dict(_assignment(text) for text in options.set),
    )


def _assignment(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"{text!r} sets nothing; write it like min_id=inclusive")
    try:
        return name, orjson.loads(value)
    except orjson.JSONDecodeError:
        return name, value


def _switches() -> str:
    unknowns = documented()
    lines = [f"  {each.name}={each.default}\n      {unknowns[each.name]}" for each in fields(Switches)]
    return "switches, their defaults, and what is not known about the real Backlog:\n" + "\n".join(lines)


if __name__ == "__main__":
    main()

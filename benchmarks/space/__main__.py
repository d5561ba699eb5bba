"""``python -m benchmarks.space --issues N``: serve a space of that size until told to end.

Up to 10,000 issues are the emulator's own, byte for byte; what is beyond lies in the past.
"""

from __future__ import annotations

import argparse

from backlog_emulator.emulator import new_emulator
from backlog_emulator.server import listening, server
from benchmarks.space.app import App
from benchmarks.space.past import Past

REAL = 10_000
UNLIMITED = dict.fromkeys(("limit_read", "limit_search"), 1_000_000)


def space(
    issues: int, *, projects: int = 6, told: int = 1_000_000, real: int = REAL, latency_ms: int = 0
) -> tuple[App, str]:
    """Return a space of so many issues, and its key.

    :param told: of so many issues of the past the feed still tells.
    :param real: how many issues a turn of the past has; so many live at least, and so many more as do not fill a turn.
    :param latency_ms: how long an answer takes at least.
    """
    turns = max(issues // real - 1, 0)
    emulator = new_emulator(
        issues=issues - turns * real,
        projects=projects,
        users=30,
        seed=1,
        switches={**UNLIMITED, "latency_ms": latency_ms},
    )
    return App(emulator, Past(emulator.space, issues=real, turns=turns, told=told // real)), emulator.api_key


def main() -> None:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=REAL)
    parser.add_argument("--projects", type=int, default=6)
    parser.add_argument("--told", type=int, default=1_000_000, help="of so many issues of the past the feed tells")
    parser.add_argument("--latency-ms", type=int, default=0, help="how long an answer takes at least")
    options = parser.parse_args()
    app, key = space(options.issues, projects=options.projects, told=options.told, latency_ms=options.latency_ms)
    with listening("127.0.0.1", 0) as connection:
        print(f"Backlog emulator at http://127.0.0.1:{connection.getsockname()[1]}  (API key: {key})", flush=True)
        server(app).run(sockets=[connection])


if __name__ == "__main__":
    main()

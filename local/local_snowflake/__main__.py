"""`python -m local_snowflake --directory DIR`: a Snowflake account on this machine, until SIGINT or SIGTERM."""

import argparse
import signal
import sys
import threading
from pathlib import Path

import duckdb

from local_snowflake.corrections.replacing import UnexpectedFakesnow
from local_snowflake.server import running


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="local_snowflake", description=__doc__)
    parser.add_argument("--directory", type=Path, required=True, help="where databases and certificates are kept")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen at (default: any free one)")
    parser.add_argument("--name", action="append", default=[], help="a further host name to be reached by")
    return parser.parse_args()


def main() -> None:
    """Serve until told to stop; everything committed is then in the directory."""
    arguments = _arguments()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        _serve(arguments, stop)
    except duckdb.IOException as error:
        sys.exit(f"{arguments.directory} is in use; stop the other process or name another directory. {error}")
    except OSError as error:
        where = f"{arguments.host}, port {arguments.port}, with {arguments.directory}"
        sys.exit(f"Cannot serve at {where}: {error}; choose another port or directory")
    except UnexpectedFakesnow as error:
        sys.exit(str(error))


def _serve(arguments: argparse.Namespace, stop: threading.Event) -> None:
    directory = arguments.directory.resolve()
    with running(directory, host=arguments.host, port=arguments.port, names=arguments.name) as account:
        print(f"Local Snowflake at {account.url}  (CA bundle: {account.ca_bundle})", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()

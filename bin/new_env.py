"""``python3 bin/new_env.py``: write ``.env`` out of ``.env.example``, with a fresh secret wherever one is missing."""

from __future__ import annotations

import base64
import secrets
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def filled(example: str) -> str:
    """Return the text with a new secret after every ``NAME=`` that has nothing after it."""
    return "".join(
        f"{line}{_secret(line.removesuffix('='))}\n" if _is_empty(line) else f"{line}\n"
        for line in example.splitlines()
    )


def lacking(example: str, existing: str) -> list[str]:
    """Return a line with a new secret for each one of the example that the existing text does not set."""
    there = {line.partition("=")[0] for line in existing.splitlines()}
    names = [line.removesuffix("=") for line in example.splitlines() if _is_empty(line)]
    return [f"{name}={_secret(name)}\n" for name in names if name not in there]


def main() -> None:
    """Write ``.env``, for its owner's eyes only; one that is there is left as it is, but gets secrets that it lacks."""
    path = PROJECT / ".env"
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        _complete(path, example)
    else:
        path.write_text(filled(example), encoding="utf-8")
        print(f"{path} is written; the connections to Backlog and Snowflake go into it next")


def _complete(path: Path, example: str) -> None:
    existing = path.read_text(encoding="utf-8")
    added = lacking(example, existing)
    if not added:
        sys.exit(f"{path} is there already, and its secrets are in use: edit it, or move it away to start anew")
    with path.open("a", encoding="utf-8") as file:
        file.writelines(["" if existing.endswith("\n") else "\n", *added])
    print(
        f"{path} was there already, and has got what it lacked: {', '.join(line.partition('=')[0] for line in added)}"
    )


def _is_empty(line: str) -> bool:
    return line.endswith("=") and not line.startswith("#")


def _secret(name: str) -> str:
    # A Fernet key is 32 bytes in URL-safe base64. Everything else may be any text; hex needs no escaping in a URL.
    if name.endswith("FERNET_KEY"):
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_hex(32)


if __name__ == "__main__":
    main()

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


def main() -> None:
    """Write ``.env``, for its owner's eyes only; an existing one is never touched."""
    path = PROJECT / ".env"
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        sys.exit(f"{path} is there already, and its secrets are in use: edit it, or move it away to start anew")
    path.write_text(filled((PROJECT / ".env.example").read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{path} is written; the connections to Backlog and Snowflake go into it next")


def _is_empty(line: str) -> bool:
    return line.endswith("=") and not line.startswith("#")


def _secret(name: str) -> str:
    # A Fernet key is 32 bytes in URL-safe base64. Everything else may be any text; hex needs no escaping in a URL.
    if name.endswith("FERNET_KEY"):
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_hex(32)


if __name__ == "__main__":
    main()

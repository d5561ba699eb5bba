"""The form in which Backlog writes instants: ``YYYY-MM-DDTHH:MM:SSZ``, in UTC, which sorts as text."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FORM = "0000-00-00T00:00:00Z"
DIGITS = str.maketrans("123456789", "000000000")


def is_instant(text: str) -> bool:
    """Return whether a text is an instant in that form: of a day and a time that there are."""
    return are_instants([text])


def are_instants(texts: Sequence[str]) -> bool:
    """Return whether all of some texts are: those of a page at once take a fifth of the time."""
    joined = "".join(texts)
    # Each of its own: two of them and an empty text make as much as two.
    if joined.translate(DIGITS) != FORM * len(texts) or not set(map(len, texts)) <= {len(FORM)}:
        return False
    try:
        # Python 3.10 does not know the Z.
        for _ in map(datetime.fromisoformat, joined.split("Z")[:-1]):
            pass
    except ValueError:
        return False
    return True

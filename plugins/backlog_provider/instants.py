"""The form in which Backlog writes instants: ``YYYY-MM-DDTHH:MM:SSZ``, in UTC, which sorts as text."""

from __future__ import annotations

import re
from datetime import datetime

FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def is_instant(text: str) -> bool:
    """Return whether a text is an instant in that form: of a day and a time that there are."""
    if FORM.fullmatch(text) is None:
        return False
    try:
        # Python 3.10 does not know the Z.
        datetime.fromisoformat(text[:-1])
    except ValueError:
        return False
    return True

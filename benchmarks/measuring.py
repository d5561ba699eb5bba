"""What each measurement needs that runs in a process of its own; imports nothing that could be measured."""

from __future__ import annotations

import json
import resource
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def peak_mb() -> float:
    """Return the most memory that this process has had, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def tell(measure: Callable[..., dict[str, Any]]) -> None:
    """Call a measurement with the command line's arguments; print what it returns, and its peak memory, as JSON."""
    measured = {**measure(*sys.argv[1:]), "peak_mb": peak_mb()}
    sys.stdout.write(f"\n{json.dumps(measured)}\n")

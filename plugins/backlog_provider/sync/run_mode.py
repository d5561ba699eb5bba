"""What a run does: full, incremental or window. Decided by pure functions from the table's state and the arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backlog_provider.model.state import Mark, State


@dataclass(frozen=True)
class RunMode:
    """What a run does.

    :param name: ``full``, ``incremental`` or ``window``.
    :param cursor: where reading starts; None is the beginning. A window ignores it.
    :param moves_mark: whether the run leaves a new mark.
    """

    name: str
    cursor: dict[str, Any] | None
    moves_mark: bool = True


def decide(state: State, *, window: bool, full_refresh: bool) -> RunMode:
    """Return what a run does that starts from this state.

    A window, or the data interval of a backfill, leaves the mark alone. A full refresh starts over. A state without a
    mark belongs to an initial load that is under way or not begun: it continues where it stopped.

    :param window: whether the run loads a window.
    :param full_refresh: whether the run reads everything again.
    """
    if window:
        return RunMode("window", None, moves_mark=False)
    if full_refresh:
        return RunMode("full", None)
    return RunMode("full" if state.value is None else "incremental", state.cursor)


def may_start_from(mark: Mark | None, *, window: bool, full_refresh: bool) -> bool:
    """Return whether a run may look for changes from an XCom's mark, before it has read the state.

    :param mark: the mark in the XCom, if it belongs to this load.
    :param window: whether the run loads a window.
    :param full_refresh: whether the run reads everything again.
    """
    return mark is not None and mark.value is not None and not window and not full_refresh

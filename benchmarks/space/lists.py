"""Lists that are not there: of each element the place tells how to make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Listed(Sequence[Any]):
    """A list of some length.

    :param at: makes the element of a place from 0.
    """

    length: int
    at: Callable[[int], Any]

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, place: Any) -> Any:
        """Make an element, or the list of those of a slice."""
        if isinstance(place, slice):
            return [self.at(each) for each in range(*place.indices(self.length))]
        if not 0 <= place < self.length:
            raise IndexError(place)
        return self.at(place)


def part(of: Sequence[Any], first: int, last: int) -> Listed:
    """Return a list from a place on to before another one."""
    return Listed(max(last - first, 0), lambda place: of[first + place])


def backwards(of: Sequence[Any]) -> Listed:
    """Return a list from its end."""
    return Listed(len(of), lambda place: of[len(of) - 1 - place])


def joined(one: Sequence[Any], other: Sequence[Any]) -> Listed:
    """Return a list with another one behind it."""
    border = len(one)
    return Listed(border + len(other), lambda place: one[place] if place < border else other[place - border])

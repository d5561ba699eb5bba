"""Random scripts: what happens to a space between any two requests of whoever reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import SearchStrategy

    from backlog_emulator.emulator import Emulator

Edit = dict[str, Any]
Step = dict[str, Any]


@dataclass(frozen=True)
class Nth:
    """A project or user of a space, by place: ids are known when there is a space.

    :param of: ``projects`` or ``users``.
    """

    of: str
    place: int


WORDS = st.sampled_from(["oldest", "newest", "random"])
PROJECTS = st.builds(Nth, st.just("projects"), st.integers(0, 3))
FIRST, LAST = (st.builds(Nth, st.just("projects"), st.integers(*places)) for places in ((0, 1), (2, 3)))
# The first is the key's own user.
OWNER = Nth("users", 0)
PEOPLE = st.builds(Nth, st.just("users"), st.integers(1, 4))


def op(name: str, /, **fields: Any) -> SearchStrategy[Edit]:
    """Give an edit; its fields are strategies, or values as they are."""
    given = {key: value if isinstance(value, st.SearchStrategy) else st.just(value) for key, value in fields.items()}
    return st.fixed_dictionaries({"op": st.just(name), **given})


def steps(
    edits: SearchStrategy[Edit], rare: SearchStrategy[Edit], matches: Sequence[str], *, most: int = 6
) -> SearchStrategy[list[Step]]:
    """Give scripts.

    :param rare: edits that would leave nothing to read if they were made before every request.
    :param matches: beginnings of paths whose requests count.
    """
    paths = st.sampled_from(matches)
    once = st.fixed_dictionaries(
        {
            "before_request": st.integers(1, 20),
            "do": st.lists(edits | rare, min_size=1, max_size=3),
            "match": paths,
        }
    )
    always = st.fixed_dictionaries(
        {"before_request": st.just("every"), "do": st.lists(edits, min_size=1, max_size=2), "match": paths}
    )
    return st.lists(once | always, max_size=most)


def with_ids(emulator: Emulator, given: Any) -> Any:
    """Return edits or scripts with the ids of this very space."""
    if isinstance(given, Nth):
        return list(getattr(emulator.space, given.of))[given.place]
    if isinstance(given, dict):
        return {key: with_ids(emulator, value) for key, value in given.items()}
    return [with_ids(emulator, each) for each in given] if isinstance(given, list) else given


def is_restless(script: Sequence[Step]) -> bool:
    """Return whether something happens before every request, faster than anybody can read."""
    return any(step["before_request"] == "every" for step in script)

"""The type of a subcommand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


@dataclass(frozen=True)
class Command:
    """A subcommand of the command line.

    :param help: a few words, for the list of commands.
    :param description: what it does, for its own help.
    :param add_arguments: tells the parser what it takes.
    :param check: raises ConfigurationError for arguments that cannot work, before anything is asked.
    :param run: does it; raises BacklogError where it fails.
    """

    help: str
    description: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    check: Callable[[argparse.Namespace], None]
    run: Callable[[argparse.Namespace], None]

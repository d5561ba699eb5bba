"""Spaces that move while passes of runs read them."""

from __future__ import annotations

import re
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import UNLIMITED, Runs, Warehouse, batches_of, connected, failure

from backlog_emulator.people import populate
from backlog_emulator.server import running

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backlog_emulator.emulator import Emulator
    from local_snowflake.server import Account


@contextmanager
def moving(
    account: Account, *, issues: int, seed: int = 0, small: bool = False, **switches: Any
) -> Iterator[tuple[Emulator, Runs, Warehouse]]:
    """Serve a space of four projects, with a schema of its own to load it into.

    :param small: a page or two to a file, two files to a transaction.
    """
    with (
        pytest.MonkeyPatch.context() as patch,
        closing(Warehouse(account)) as warehouse,
        running(issues=issues, projects=4, seed=seed, star_moves_updated=True, **UNLIMITED, **switches) as emulator,
    ):
        if small:
            batches_of(2, 2_000, patch)
        populate(emulator.space, 3)
        with connected(emulator, warehouse):
            yield emulator, Runs(), warehouse


def load(run: Runs, endpoints: Iterable[str], *, may_be_outrun: bool = False, **arguments: Any) -> None:
    """One pass. A space that changes before every request may be faster than whoever reads it."""
    for endpoint in endpoints:
        message = failure(run, endpoint, **arguments)
        outrun = message and re.match("(IncompleteError|MassDeletionError): ", message)
        assert message is None or (may_be_outrun and outrun), message

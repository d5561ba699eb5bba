"""A first load that is killed at any request goes on where it stood, and ends whole."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from tests.conftest import batches_of, edit
from tests.endpoints.comparing import assert_equal

from backlog_provider.api.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator

pytestmark = pytest.mark.slow


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_before(number: int) -> Iterator[None]:
    """End the process before its so-many-th request."""
    left = [number]
    real: Callable[..., Any] = Client._get_once

    def counted(*arguments: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        return real(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "_get_once", counted)
        yield


# After so many requests; the first of them list the parents. A batch has a list or two, of comments a dozen.
@pytest.mark.parametrize(
    ("name", "number", "size"),
    [
        *(("issue_comments", number, 20_000) for number in (5, 90, 178)),
        *(("wikis", number, 2_000) for number in (4, 9, 13)),
        *(("pull_request_comments", number, 2_000) for number in (4, 12, 18)),
        *(("document_comments", number, 2_000) for number in (4, 8)),
    ],
)
def test_load_killed_on_its_way_is_whole_after_the_next_runs(
    space: Emulator, run: Runs, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, name: str, number: int, size: int
) -> None:
    batches_of(1, size, monkeypatch)
    with killed_before(number), pytest.raises(Killed):
        run(name)
    for op in (
        {"op": "add_comment", "id": "oldest", "content": "meanwhile"},
        {"op": "update_wiki", "wiki": "oldest", "fields": {"content": "meanwhile"}},
        {"op": "comment_pull_request", "pull_request": "oldest", "content": "meanwhile"},
        {"op": "add_document_comment", "document": "random", "plain": "meanwhile"},
    ):
        edit(space, op="advance", minutes=30)
        edit(space, **op)
    # The first goes on where the load stood; what changed behind its back is ahead of the mark that it leaves.
    for _ in range(2):
        run(name)
    assert_equal(space, warehouse, name)
    assert run(name)["mode"] == "noop"

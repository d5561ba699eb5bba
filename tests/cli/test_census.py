"""``python -m backlog_provider census`` as a user meets it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cli.test_plan import command
from tests.conftest import edit, truth

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


def test_what_was_found_is_told_in_numbers_and_put_right(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("issues")
    edit(space, op="delete_issues", ids="random", count=2)
    done = command("census", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    [found] = json.loads(done.stdout)
    assert (found["endpoint"], found["listed"], found["deleted"]) == ("issues", 248, 2)
    assert set(warehouse.records("BACKLOG_ISSUES")) == set(truth(space, "issues"))
    done = command("census", "issues")
    assert [line.split()[:3] for line in done.stdout.splitlines()[1:]] == [["issues", "census", "248"]]


def test_arguments_that_cannot_work_are_refused_before_anything_is_asked() -> None:
    done = command("census", "users")
    assert done.returncode == 2
    assert "endpoint: users cannot be listed and counted" in done.stderr

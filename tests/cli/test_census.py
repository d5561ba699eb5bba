"""``python -m backlog_provider census`` as a user meets it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.cli.test_plan import command
from tests.conftest import edit, truth
from tests.operators.test_backlog_census import forget

from backlog_provider.catalogue import WEEKLY

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


def test_what_was_found_is_told_in_numbers_and_put_right(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    run("issues")
    edit(space, op="delete_issues", ids="random", count=2)
    done = command("census", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found, *others = json.loads(done.stdout)
    assert (found["endpoint"], found["listed"], found["deleted"]) == ("issues", 248, 2)
    assert [(each["endpoint"], each["mode"]) for each in others] == [(name, "noop") for name in WEEKLY[1:]]
    assert set(warehouse.records("BACKLOG_ISSUES")) == set(truth(space, "issues"))
    done = command("census", "issues")
    assert [line.split()[:3] for line in done.stdout.splitlines()[1:]] == [["issues", "census", "248"]]


def test_document_in_the_trash_is_told_of_by_its_name(space: Emulator, run: Runs) -> None:
    edit(space, op="create_documents", project="WEB", titles=[f"page {number}" for number in range(20)])
    run("documents")
    edit(space, op="trash_document", document="newest")
    forget(space)
    done = command("census", "documents")
    heads, row = (re.split(r"  +", line.strip()) for line in done.stdout.splitlines())
    assert (done.returncode, dict(zip(heads, row, strict=True))["trashed"]) == (0, "1")


def test_arguments_that_cannot_work_are_refused_before_anything_is_asked() -> None:
    done = command("census", "users")
    assert done.returncode == 2
    assert "endpoint: users have no census" in done.stderr
    done = command("census", "--pii", "mask")
    assert (done.returncode, done.stdout) == (2, "")
    assert "argument --pii: invalid choice: 'mask'" in done.stderr
